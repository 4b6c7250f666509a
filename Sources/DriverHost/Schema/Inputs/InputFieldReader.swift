/// Reads the inputs that schemas describe.
struct InputFieldReader {
  private let program: SchemaProgram
  private let defaults: InputDefaults
  /// The schemas on the way, so that those which lead back to themselves end.
  private var visiting: [Int] = []
  private var count = 0

  /// How many inputs a form may have, and how deep they may stand in each other: schemas that are
  /// made of each other twice have more than anybody could show.
  private static let maximumCount = 10_000
  private static let maximumDepth = 64
  private var depth = 0

  init(_ program: SchemaProgram, _ defaults: InputDefaults) {
    self.program = program
    self.defaults = defaults
  }

  /// The members that a schema describes, but for those of a union's branches.
  mutating func fields(of node: Int) -> [InputField] {
    let always = program.alwaysClosure(of: node)
    let certain = Set(always)
    let required = Set(
      always.flatMap { program.nodes[$0].object?.required ?? [] }.map(ExactName.init)
    )
    let branches = Set(program.placeClosure(of: always.flatMap { program.branches(of: $0) }))
    var fields: [(order: Int64, field: InputField)] = []
    var seen: Set<ExactName> = []
    for index in program.placeClosure(of: [node]) where !branches.contains(index) {
      for (name, property) in program.nodes[index].object?.properties ?? []
      where seen.insert(ExactName(name)).inserted {
        var field = field(name, property)
        field.isConditional = !certain.contains(index)
        field.isRequired = field.defaultValue == nil && required.contains(ExactName(name))
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
    count += 1
    let isTooMuch =
      count > InputFieldReader.maximumCount || depth >= InputFieldReader.maximumDepth
    guard !isTooMuch, !always.contains(where: visiting.contains) else {
      field.isRecursive = true
      return field
    }
    visiting += always
    depth += 1
    field.fields = fields(of: node)
    field.elements = elements(of: node)
    field.union = union(of: node)
    depth -= 1
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
      let types = program.nodes[node].allowedTypes
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
    var effect = CallEffect()
    for part in program.alwaysClosure(of: node) {
      if let own = CallEffect(program.nodes[part].source) { effect.formUnion(own) }
    }
    branch.effect = effect.effect
    branch.isIdempotent = effect.isIdempotent
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
    let types = program.nodes[node].allowedTypes.intersection(outer)
    let always = program.alwaysClosure(of: node)
    if types == .string {
      if always.contains(where: { program.nodes[$0].takesBytes }) { return "bytes as base64" }
      if always.contains(where: { program.nodes[$0].takesDecimals }) { return "a decimal number" }
    }
    return types.isSuperset(of: .everyJSON) ? "any value" : types.inWords
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
  /// The branches of a schema's unions.
  fileprivate func branches(of node: Int) -> [Int] {
    (nodes[node].inPlace?.oneOf ?? []) + (nodes[node].inPlace?.anyOf ?? [])
  }
}
