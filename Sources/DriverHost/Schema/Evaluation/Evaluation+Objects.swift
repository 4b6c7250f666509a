/// The keywords for objects (JSON Schema validation, 6.5; core, 10.3.2).
extension Evaluation {
  mutating func check(
    _ keywords: ObjectKeywords,
    _ members: ValueMap,
    _ value: Value,
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var isValid = true
    if members.count < keywords.minimum {
      guard isCollecting else { return false }
      isValid = false
      failCount("minProperties", "at least", keywords.minimum, members.count, "member", node)
    }
    if members.count > keywords.maximum {
      guard isCollecting else { return false }
      isValid = false
      failCount("maxProperties", "at most", keywords.maximum, members.count, "member", node)
    }
    var found: UInt64 = 0
    if keywords.looksAtMembers {
      charge(members.count / 4)
      for position in 0..<members.count {
        let (name, value) = members[position]
        isValid =
          member(keywords, name, value, position, members, node, &found, &evaluated) && isValid
        guard isValid || isCollecting else { return false }
      }
    }
    if keywords.requiredBits & ~found != 0 || !keywords.requiredOthers.isEmpty {
      isValid = checkRequired(keywords, members, node) && isValid
      guard isValid || isCollecting else { return false }
    }
    for (name, required) in keywords.dependentRequired where members[name] != nil {
      for other in required where members[other] == nil {
        guard isCollecting else { return false }
        isValid = false
        failMissing(
          other,
          "dependentRequired",
          because: "\(FaultText.name(name)) needs it",
          node
        )
      }
    }
    return isValid
  }

  private mutating func member(
    _ keywords: ObjectKeywords,
    _ name: String,
    _ value: Value,
    _ position: Int,
    _ members: ValueMap,
    _ node: SchemaNode,
    _ found: inout UInt64,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var isValid = true
    var isNamed = false
    let property = keywords.properties.isEmpty ? nil : keywords.names.index(of: name)
    if let property {
      if property < 64 { found |= 1 << UInt64(property) }
      isNamed = true
      isValid = member(keywords.properties[property].node, name, value, position, isDeclared: true)
    }
    for (pattern, schema) in keywords.patterns where matches(pattern, name) {
      guard isValid || isCollecting else { return false }
      isNamed = true
      isValid =
        member(schema, name, value, position, isDeclared: property != nil) && isValid
    }
    if isNamed {
      evaluated.insert(position)
    } else if let additional = keywords.additional {
      evaluated.insert(position)
      if program.nodes[additional].always == false {
        if isCollecting { failUnknown(name, position, additional, members, node) }
        isValid = false
      } else {
        isValid = member(additional, name, value, position, isDeclared: false)
      }
    }
    if let schema = keywords.propertyNames, isValid || isCollecting {
      if !test(schema, .string(name)) {
        isValid = false
        if isCollecting { failName(schema, name, position, node) }
      }
    }
    return isValid
  }

  /// Applies a schema to the value of a member.
  mutating func member(
    _ schema: Int,
    _ name: String,
    _ value: Value,
    _ position: Int,
    isDeclared: Bool
  ) -> Bool {
    guard isCollecting else { return evaluatePart(schema, value) }
    report.enter(name, position: position, isDeclared: isDeclared)
    defer { report.leave() }
    return evaluatePart(schema, value)
  }

  private mutating func checkRequired(
    _ keywords: ObjectKeywords,
    _ members: ValueMap,
    _ node: SchemaNode
  ) -> Bool {
    var isValid = true
    charge(keywords.required.count / 4)
    for name in keywords.required where members[name] == nil {
      guard isCollecting else { return false }
      isValid = false
      failMissing(name, "required", because: nil, node)
    }
    return isValid
  }

  /// Adds the fault of a member's name: what `propertyNames` finds wrong with it.
  private mutating func failName(
    _ schema: Int,
    _ name: String,
    _ position: Int,
    _ node: SchemaNode
  ) {
    report.enter(name, position: position, isDeclared: false)
    defer { report.leave() }
    var inner = EvaluatedSet(isTracking: false)
    let kept = report.begin(of: 1)
    _ = evaluate(schema, .string(name), &inner)
    let reasons = report.end(kept).entries.compactMap(\.problem.expected)
    let reason = reasons.isEmpty ? "" : ": expected \(reasons.joined(separator: "; "))"
    fail("propertyNames", message: "this name is not allowed\(reason)", node)
  }
}
