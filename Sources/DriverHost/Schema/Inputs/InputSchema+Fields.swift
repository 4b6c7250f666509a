extension InputSchema {
  /// The inputs of an action in the order of `x-order`, then of the schema; those of the type first.
  ///
  /// - Parameter action: An action of the descriptor.
  /// - Returns: The inputs; nil if there is no such action.
  package func fields(action: String) -> [InputField]? {
    guard let action = actions[action] else { return nil }
    var reader = InputFieldReader(schemas.program, defaults)
    let ofType = Set(reader.names(of: typeRoot))
    return reader.fields(of: action.root).map { field in
      var field = field
      field.isOfAction = !ofType.contains(field.name)
      return field
    }
  }

  /// The forms that all of an action's inputs together may have; nil where there is only one, or no such
  /// action.
  package func union(action: String) -> InputUnion? {
    guard let action = actions[action] else { return nil }
    var reader = InputFieldReader(schemas.program, defaults)
    return reader.union(of: action.root)
  }
}

extension JSONSchema {
  /// The members that the schema describes, in the order of `x-order`, then of the schema.
  package var fields: [InputField] {
    var reader = InputFieldReader(program, InputDefaults(program))
    return reader.fields(of: root)
  }
}

/// Reads the inputs that schemas describe.
private struct InputFieldReader {
  private let program: SchemaProgram
  private let defaults: InputDefaults
  /// The schemas on the way, so that those which lead back to themselves end.
  private var visiting: [Int] = []

  init(_ program: SchemaProgram, _ defaults: InputDefaults) {
    self.program = program
    self.defaults = defaults
  }

  /// The names of the members that a schema describes.
  func names(of node: Int) -> [String] {
    program.placeClosure(of: node).flatMap { index in
      program.nodes[index].object?.properties.map(\.name) ?? []
    }
  }

  /// The members that a schema describes, but for those of a union's branches.
  mutating func fields(of node: Int) -> [InputField] {
    let always = program.alwaysClosure(of: node)
    let branches = Set(always.flatMap { program.branchClosure(of: $0) })
    var fields: [(order: Int64, field: InputField)] = []
    for index in program.placeClosure(of: node) where !branches.contains(index) {
      let isConditional = !always.contains(index)
      for (name, property) in program.nodes[index].object?.properties ?? []
      where !fields.contains(where: { $0.field.name == name }) {
        var field = field(name, property)
        field.isConditional = isConditional
        field.isRequired =
          field.defaultValue == nil
          && always.contains { program.nodes[$0].object?.required.contains(name) ?? false }
        fields.append((annotation("x-order", property)?.intValue ?? .max, field))
      }
    }
    // The sort keeps the order of equals by their place.
    return fields.enumerated()
      .sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
      .map(\.element.field)
  }

  private mutating func field(_ name: String, _ node: Int) -> InputField {
    var field = InputField(name: name, type: type(of: node))
    field.title = annotation("title", node)?.stringValue
    field.summary = annotation("description", node)?.stringValue
    field.limits = limits(of: node)
    field.pattern = pattern(of: node)
    field.allowed = allowed(by: node)
    field.defaultValue = defaults.values[node]
    field.examples = annotation("examples", node)?.listValue ?? []
    field.isSecret = program.alwaysClosure(of: node).contains { program.nodes[$0].isSecret }
    field.isAdvanced = annotation("x-advanced", node) == true
    field.isMultiline = annotation("x-multiline", node) == true
    field.isDeprecated = annotation("deprecated", node) == true
    field.group = annotation("x-group", node)?.stringValue
    field.address = annotation("x-address", node)?.stringValue
    field.suggestions = annotation("x-suggest", node)?.stringValue
    field.sink = annotation("x-sink", node)?.stringValue
    field.source = annotation("x-source", node)?.stringValue
    let always = program.alwaysClosure(of: node)
    guard !always.contains(where: visiting.contains) else {
      field.isRecursive = true
      return field
    }
    visiting += always
    field.fields = fields(of: node)
    field.elements = elements(of: node)
    field.union = union(of: node)
    visiting.removeLast(always.count)
    return field
  }

  /// The schema of items, or of members without a name.
  private mutating func elements(of node: Int) -> [InputField] {
    for index in program.alwaysClosure(of: node) {
      let schema = program.nodes[index]
      let element =
        schema.array?.items ?? schema.object?.patterns.first?.node ?? schema.object?.additional
        ?? schema.unevaluatedProperties ?? schema.unevaluatedItems
      if let element, program.nodes[element].always == nil { return [field("", element)] }
    }
    return []
  }

  mutating func union(of node: Int) -> InputUnion? {
    for index in program.alwaysClosure(of: node) {
      guard let keywords = program.nodes[index].inPlace else { continue }
      let isOneOf = keywords.oneOf.count > 1
      let branches = isOneOf ? keywords.oneOf : keywords.anyOf
      guard branches.count > 1 else { continue }
      var seen: Set<Int> = []
      let types = types(of: node, &seen)
      let discriminator = isOneOf ? keywords.oneOfDiscriminator : keywords.anyOfDiscriminator
      return InputUnion(
        discriminator: discriminator?.name,
        branches: branches.enumerated().map { number, branch in
          self.branch(branch, number, discriminator, of: types)
        }
      )
    }
    return nil
  }

  private mutating func branch(
    _ node: Int,
    _ number: Int,
    _ discriminator: Discriminator?,
    of outer: JSONTypes
  ) -> InputUnion.Branch {
    var branch = InputUnion.Branch(type: type(of: node, within: outer))
    branch.values = discriminator?.choices.filter { $0.branch == number }.map(\.value) ?? []
    branch.title = annotation("title", node)?.stringValue
    branch.summary = annotation("description", node)?.stringValue
    branch.limits = limits(of: node)
    branch.allowed = allowed(by: node)
    guard !visiting.contains(node) else { return branch }
    visiting.append(node)
    branch.fields = fields(of: node).filter { $0.name != discriminator?.name }
    branch.elements = elements(of: node)
    visiting.removeLast()
    return branch
  }
}

// MARK: - What schemas say

extension InputFieldReader {
  /// An annotation, of the schema itself or of what it refers to.
  private func annotation(_ keyword: String, _ node: Int) -> Value? {
    program.alwaysClosure(of: node).lazy.compactMap { program.nodes[$0].source[keyword] }.first
  }

  private func type(of node: Int, within outer: JSONTypes = .any) -> String {
    var seen: Set<Int> = []
    let types = types(of: node, &seen).intersection(outer)
    let always = program.alwaysClosure(of: node)
    if types == .string {
      if always.contains(where: { program.nodes[$0].takesBytes }) { return "bytes as base64" }
      if always.contains(where: { program.nodes[$0].takesDecimals }) { return "a decimal number" }
    }
    return types.isSuperset(of: .everyJSON) ? "any value" : types.inWords
  }

  private func types(of node: Int, _ seen: inout Set<Int>) -> JSONTypes {
    guard seen.insert(node).inserted else { return .any }
    let schema = program.nodes[node]
    var types = schema.types
    if let choice = schema.constant ?? schema.enumeration {
      types.formIntersection(JSONTypes(choice.values.map(JSONTypes.init(of:))))
    }
    guard let keywords = schema.inPlace else { return types }
    for part in keywords.always { types.formIntersection(self.types(of: part, &seen)) }
    for branches in [keywords.oneOf, keywords.anyOf] where !branches.isEmpty {
      types.formIntersection(JSONTypes(branches.map { self.types(of: $0, &seen) }))
    }
    return types
  }

  private func allowed(by node: Int) -> [Value] {
    for index in program.alwaysClosure(of: node) {
      let schema = program.nodes[index]
      if let choice = schema.constant ?? schema.enumeration { return choice.values }
    }
    return []
  }

  private func limits(of node: Int) -> [String] {
    program.alwaysClosure(of: node).flatMap { InputFieldReader.limits(program.nodes[$0]) }
  }

  private func pattern(of node: Int) -> String? {
    program.alwaysClosure(of: node).lazy.compactMap { program.nodes[$0].string?.pattern?.source }
      .first
  }

  private static func limits(_ node: SchemaNode) -> [String] {
    var words: [String] = []
    if let number = node.number {
      words += limits(of: number)
    }
    if let string = node.string {
      words += limits(string.minimum, string.maximum, "character")
      if let format = string.format { words.append(format.inWords) }
    }
    if let array = node.array {
      words += limits(array.minimum, array.maximum, "item")
      if array.isUnique { words.append("no item twice") }
    }
    if let object = node.object { words += limits(object.minimum, object.maximum, "member") }
    return words
  }

  private static func limits(of number: NumberKeywords) -> [String] {
    func word(_ prefix: String, _ value: Value?) -> String? {
      value.map { "\(prefix) \(FaultText.shown($0))" }
    }
    var words: [String?] = []
    if let minimum = number.minimum, let maximum = number.maximum {
      words.append("\(FaultText.shown(minimum)) to \(FaultText.shown(maximum))")
    } else {
      words += [word("at least", number.minimum), word("at most", number.maximum)]
    }
    words += [
      word("more than", number.exclusiveMinimum), word("less than", number.exclusiveMaximum),
      word("a multiple of", number.divisor?.value),
    ]
    return words.compactMap(\.self)
  }

  private static func limits(_ minimum: Int, _ maximum: Int, _ noun: String) -> [String] {
    switch (minimum > 0, maximum < .max) {
    case (true, true) where minimum == maximum: [FaultText.counted(minimum, noun)]
    case (true, true): ["\(minimum) to \(FaultText.counted(maximum, noun))"]
    case (true, false): ["at least \(FaultText.counted(minimum, noun))"]
    case (false, true): ["at most \(FaultText.counted(maximum, noun))"]
    case (false, false): []
    }
  }
}

extension SchemaProgram {
  /// A schema and those that apply whatever the value is: references and `allOf`.
  fileprivate func alwaysClosure(of start: Int) -> [Int] {
    var closure = [start]
    var next = 0
    while next < closure.count {
      for node in nodes[closure[next]].inPlace?.always ?? [] where !closure.contains(node) {
        closure.append(node)
      }
      next += 1
    }
    return closure
  }

  /// Everything that applies with the branches of a schema's unions.
  fileprivate func branchClosure(of node: Int) -> [Int] {
    let keywords = nodes[node].inPlace
    return ((keywords?.oneOf ?? []) + (keywords?.anyOf ?? [])).flatMap { placeClosure(of: $0) }
  }
}
