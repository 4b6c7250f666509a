/// What schemas say of the values that they hold for.
extension InputFieldReader {
  /// An annotation, of the schema itself or of what it refers to.
  func annotation(_ keyword: String, _ node: Int) -> Value? {
    program.alwaysClosure(of: node).lazy.compactMap { program.nodes[$0].source[keyword] }.first
  }

  func type(of node: Int, within outer: JSONTypes = .any) -> String {
    let types = program.nodes[node].allowedTypes.intersection(outer)
    let always = program.alwaysClosure(of: node)
    if types == .string {
      if always.contains(where: { program.nodes[$0].takesBytes }) { return "bytes as base64" }
      if always.contains(where: { program.nodes[$0].takesDecimals }) { return "a decimal number" }
    }
    return types.isSuperset(of: .everyJSON) ? "any value" : types.inWords
  }

  func kinds(of node: Int, within outer: JSONTypes = .any) -> [InputKind] {
    let types = program.nodes[node].allowedTypes.intersection(outer)
    if types.isSuperset(of: .everyJSON) { return InputKind.any }
    let always = program.alwaysClosure(of: node).map { program.nodes[$0] }
    let text: InputKind =
      always.contains(where: \.takesBytes)
      ? .bytes : always.contains(where: \.takesDecimals) ? .decimal : .string
    let kinds: [(JSONTypes, InputKind)] = [
      (.null, .null), (.boolean, .boolean), (.integer, .integer), (.fraction, .number),
      (.string, text), (.array, .list), (.object, .map),
    ]
    let found = kinds.filter { types.contains($0.0) }.map(\.1)
    return found.contains(.number) ? found.filter { $0 != .integer } : found
  }

  func bounds(of node: Int) -> InputBounds {
    InputBounds(program.alwaysClosure(of: node).map { program.nodes[$0] })
  }

  func allowed(by node: Int) -> [Value] {
    for index in program.alwaysClosure(of: node) {
      let schema = program.nodes[index]
      if let choice = schema.constant ?? schema.enumeration { return choice.values }
    }
    return []
  }

  func limits(of node: Int) -> [String] {
    program.alwaysClosure(of: node).flatMap { InputFieldReader.limits(program.nodes[$0]) }
  }

  func pattern(of node: Int) -> String? {
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

// MARK: - Conditions

extension InputFieldReader {
  /// For the schemas that only apply on a plain condition, what that is.
  func conditions(among always: [Int]) -> [Int: InputCondition] {
    var conditions: [Int: InputCondition] = [:]
    func add(_ condition: InputCondition?, of start: Int?) {
      guard let condition, let start else { return }
      for node in program.placeClosure(of: [start]) where conditions[node] == nil {
        conditions[node] = condition
      }
    }
    for index in always {
      guard let keywords = program.nodes[index].inPlace else { continue }
      if let test = keywords.condition, let condition = condition(test, among: always) {
        add(condition, of: keywords.then)
        var negated = condition
        negated.isNegated.toggle()
        add(negated, of: keywords.otherwise)
      }
      for (name, node) in keywords.dependentSchemas {
        add(InputCondition(name: name, values: [], isNegated: false), of: node)
      }
    }
    return conditions
  }

  /// The condition that `if` is, where it looks at one member only.
  private func condition(_ test: Int, among always: [Int]) -> InputCondition? {
    let node = program.nodes[test]
    guard let keywords = node.object, node.inPlace == nil, keywords.patterns.isEmpty,
      keywords.additional == nil, keywords.propertyNames == nil,
      keywords.properties.count <= 1, keywords.required.count <= 1
    else { return nil }
    guard let property = keywords.properties.first else {
      return keywords.required.first.map {
        InputCondition(name: $0, values: [], isNegated: false)
      }
    }
    let values = allowed(by: property.node)
    guard !values.isEmpty else { return nil }
    // Without the member such a test holds too, which one that is required or has a default never
    // is.
    let isRequired = keywords.required.first.map { $0.isExactly(property.name) }
    let hasDefault = always.contains { index in
      program.nodes[index].object?.properties.contains {
        $0.name.isExactly(property.name) && defaults.values[$0.node] != nil
      } ?? false
    }
    guard isRequired ?? hasDefault else { return nil }
    return InputCondition(name: property.name, values: values, isNegated: false)
  }
}

extension SchemaProgram {
  /// The branches of a schema's unions; what is the only branch there is, always applies.
  func branches(of node: Int) -> [Int] {
    guard let keywords = nodes[node].inPlace else { return [] }
    return [keywords.oneOf, keywords.anyOf].filter { $0.count > 1 }.flatMap(\.self)
  }
}
