/// The keywords that apply schemas to the same value (JSON Schema core, 8.2.3, 10.2 and 11).
extension Evaluation {
  mutating func applyInPlace(
    _ keywords: InPlaceKeywords,
    _ value: Value,
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var isValid = true
    if let reference = keywords.reference {
      isValid = evaluate(reference, value, &evaluated)
      guard isValid || isCollecting else { return false }
    }
    if let reference = keywords.dynamicReference {
      isValid = evaluate(target(of: reference), value, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    for schema in keywords.allOf {
      isValid = evaluate(schema, value, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if !keywords.anyOf.isEmpty {
      isValid = applyAnyOf(keywords, value, node, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if !keywords.oneOf.isEmpty {
      isValid = applyOneOf(keywords, value, node, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if let not = keywords.not, test(not, value), stop == nil {
      guard isCollecting else { return false }
      isValid = false
      fail("not", message: notAllowed(not), node)
    }
    if let condition = keywords.condition {
      isValid = applyIf(condition, keywords, value, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if !keywords.dependentSchemas.isEmpty, case .map(let members) = value {
      for (name, schema) in keywords.dependentSchemas where members[name] != nil {
        isValid = evaluate(schema, value, &evaluated) && isValid
        guard isValid || isCollecting else { return false }
      }
    }
    return isValid
  }

  private mutating func applyIf(
    _ condition: Int,
    _ keywords: InPlaceKeywords,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var own = evaluated.sibling
    let holds = test(condition, value, &own)
    if stop != nil { return false }
    if holds { evaluated.formUnion(own) }
    guard let next = holds ? keywords.then : keywords.otherwise else { return true }
    return evaluate(next, value, &evaluated)
  }

  /// What `not` refuses, where it can be said in words.
  private func notAllowed(_ schema: Int) -> String {
    let node = program.nodes[schema]
    // Whoever wrote the schema has said it, maybe with what to do instead.
    if let title = node.source["title"]?.stringValue, !title.isEmpty {
      return "expected anything but \(FaultText.line(title, upTo: 200))"
    }
    if let choice = node.constant ?? node.enumeration {
      return "expected anything but \(FaultText.allowed(choice.values))"
    }
    if let object = node.object, node.types == .any || node.types == .object,
      object.properties.isEmpty, !object.required.isEmpty, node.inPlace == nil
    {
      let names = object.required.map(FaultText.name)
      return names.count == 1
        ? "\(names[0]) must not be given here"
        : "\(FaultText.listed(names)) must not be given together"
    }
    if node.types != .any, node.inPlace == nil, node.object == nil, node.array == nil,
      node.string == nil, node.number == nil
    {
      return "expected anything but \(node.types.inWords)"
    }
    return "this value is one that the schema excludes"
  }
}

// MARK: - Unions

extension Evaluation {
  private mutating func applyAnyOf(
    _ keywords: InPlaceKeywords,
    _ value: Value,
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    if let selection = select(keywords.anyOfDiscriminator, value) {
      return applyBranch(selection, keywords.anyOf, "anyOf", node, value, &evaluated)
    }
    var isValid = false
    for schema in keywords.anyOf {
      var own = evaluated.sibling
      guard test(schema, value, &own) else { continue }
      isValid = true
      evaluated.formUnion(own)
      // The other branches can only say what they have looked at.
      if !evaluated.isTracking { break }
    }
    if isValid { return true }
    if isCollecting {
      failBranches(
        keywords.anyOf,
        keywords.anyOfDiscriminator,
        "anyOf",
        node,
        value,
        &evaluated
      )
    }
    return false
  }

  private mutating func applyOneOf(
    _ keywords: InPlaceKeywords,
    _ value: Value,
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    if let selection = select(keywords.oneOfDiscriminator, value) {
      return applyBranch(selection, keywords.oneOf, "oneOf", node, value, &evaluated)
    }
    var first: Int?
    for (index, schema) in keywords.oneOf.enumerated() {
      var own = evaluated.sibling
      guard test(schema, value, &own) else { continue }
      if let first {
        if isCollecting { failAmbiguous(first, index, keywords.oneOf, node) }
        evaluated.insertAll()
        return false
      }
      first = index
      evaluated.formUnion(own)
    }
    if first != nil { return true }
    if isCollecting {
      failBranches(
        keywords.oneOf,
        keywords.oneOfDiscriminator,
        "oneOf",
        node,
        value,
        &evaluated
      )
    }
    return false
  }

  /// What a discriminator says to a value.
  private enum Selection {
    case branch(Int)
    /// No branch allows the value of that member.
    case none(Discriminator, Value)
  }

  /// The only branch that can hold; nil if the value does not say.
  private func select(_ discriminator: Discriminator?, _ value: Value) -> Selection? {
    guard let discriminator, case .map(let members) = value,
      let choice = members[discriminator.name]
    else { return nil }
    guard let branch = discriminator.branch(for: choice) else {
      return Selection.none(discriminator, choice)
    }
    return .branch(branch)
  }

  private mutating func applyBranch(
    _ selection: Selection,
    _ branches: [Int],
    _ keyword: String,
    _ node: SchemaNode,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    switch selection {
    case .branch(let index): return evaluate(branches[index], value, &evaluated)
    case .none(let discriminator, let choice):
      // Which members there may be is not known then.
      evaluated.insertAll()
      if isCollecting {
        failDiscriminator(discriminator, choice, keyword, node, value)
      }
      return false
    }
  }
}

// MARK: - unevaluatedItems, unevaluatedProperties

extension Evaluation {
  mutating func applyUnevaluated(
    _ node: SchemaNode,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var isValid = true
    switch value {
    case .map(let members):
      guard let schema = node.unevaluatedProperties, !evaluated.isAll else { return true }
      for position in 0..<members.count where !evaluated.contains(position) {
        let (name, value) = members[position]
        if program.nodes[schema].always == false {
          if isCollecting { failUnknown(name, position, schema, members, node) }
          isValid = false
        } else {
          isValid = member(schema, name, value, position, isDeclared: false) && isValid
        }
        guard isValid || isCollecting else { return false }
      }
      evaluated.insertAll()
    case .list(let items):
      guard let schema = node.unevaluatedItems, !evaluated.isAll else { return true }
      for index in items.indices where !evaluated.contains(index) {
        if isCollecting { report.enter(String(index), position: index, isDeclared: true) }
        isValid = evaluatePart(schema, items[index]) && isValid
        if isCollecting { report.leave() }
        guard isValid || isCollecting else { return false }
      }
      evaluated.insertAll()
    case .json(let text): return applyUnevaluated(node, text.value, &evaluated)
    default: break
    }
    return isValid
  }
}
