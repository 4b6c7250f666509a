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
        failMissing(other, "dependentRequired", because: "`\(name)` needs it", node)
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
    var inner = EvaluatedSet(isTracking: false)
    guard isCollecting else { return evaluate(schema, value, &inner) }
    report.enter(name, position: position, isDeclared: isDeclared)
    defer { report.leave() }
    return evaluate(schema, value, &inner)
  }

  private mutating func checkRequired(
    _ keywords: ObjectKeywords,
    _ members: ValueMap,
    _ node: SchemaNode
  ) -> Bool {
    var isValid = true
    for name in keywords.required where members[name] == nil {
      guard isCollecting else { return false }
      isValid = false
      failMissing(name, "required", because: nil, node)
    }
    return isValid
  }

  mutating func failMissing(
    _ name: String,
    _ keyword: String,
    because reason: String?,
    _ node: SchemaNode
  ) {
    // One of several schemas for this value may have said so already.
    guard !report.hasEntry(below: name) else { return }
    let problem = FaultReport.Problem(kind: .missing, keyword: keyword, expected: reason)
    let elsewhere = keyword == "required" ? node.object?.requiredLocations[name] : nil
    report.add(problem, below: name, schema: (elsewhere ?? node.location) + "/" + keyword)
  }

  /// Adds the fault of a member's name: what `propertyNames` finds wrong with it.
  private mutating func failName(
    _ schema: Int,
    _ name: String,
    _ position: Int,
    _ node: SchemaNode
  ) {
    report.enter(name, position: position, isDeclared: false)
    let start = report.entries.count
    var inner = EvaluatedSet(isTracking: false)
    _ = evaluate(schema, .string(name), &inner)
    let reasons = report.entries[start...].compactMap(\.problem.expected)
    report.entries.removeSubrange(start...)
    let reason = reasons.isEmpty ? "" : ": expected \(reasons.joined(separator: "; "))"
    fail("propertyNames", message: "this name is not allowed\(reason)", node)
    report.leave()
  }
}

// MARK: - Unknown members

extension Evaluation {
  /// Adds the fault of a member that a schema has no place for.
  mutating func failUnknown(
    _ name: String,
    _ position: Int,
    _ forbidding: Int,
    _ members: ValueMap,
    _ node: SchemaNode
  ) {
    let known = program.memberNames(of: node)
    var problem = FaultReport.Problem(kind: .unknown, keyword: "")
    problem.nearest = NearestName.of(name, among: known.lazy.filter { members[$0] == nil })
    problem.hint = program.whereItBelongs(name, in: node, members)
    let closed = program.nodes[forbidding].location
    if closed.isEmpty {
      // The host closes drivers' objects; no keyword says so.
      problem.keyword = "properties"
      report.enter(name, position: position, isDeclared: false)
      report.add(problem, schema: node.location + "/properties")
    } else {
      problem.keyword =
        node.object?.additional == forbidding ? "additionalProperties" : "unevaluatedProperties"
      report.enter(name, position: position, isDeclared: false)
      report.add(problem, schema: closed)
    }
    report.leave()
  }
}

extension SchemaProgram {
  /// The names of members that a schema lists, itself or in what applies in place.
  func memberNames(of node: SchemaNode) -> [String] {
    var names: [String] = []
    var seen: Set<Int> = []
    func visit(_ node: SchemaNode) {
      names += node.object?.properties.map(\.name) ?? []
      for next in node.inPlace?.evaluating ?? [] where seen.insert(next).inserted {
        visit(nodes[next])
      }
    }
    visit(node)
    return names
  }

  /// `; it belongs to …` for a member of another branch of a union; otherwise nothing.
  func whereItBelongs(_ name: String, in node: SchemaNode, _ members: ValueMap) -> String {
    var seen: Set<Int> = []
    func visit(_ node: SchemaNode) -> String? {
      guard let keywords = node.inPlace else { return nil }
      let unions = [
        (keywords.oneOfDiscriminator, keywords.oneOf),
        (keywords.anyOfDiscriminator, keywords.anyOf),
      ]
      for case (let discriminator?, let branches) in unions {
        guard let selected = members[discriminator.name].flatMap(discriminator.branch) else {
          continue
        }
        let owners = discriminator.choices.filter { choice in
          choice.branch != selected
            && memberNames(of: nodes[branches[choice.branch]]).contains(name)
        }
        guard !owners.isEmpty else { continue }
        return """
          ; it belongs to `\(discriminator.name)` \
          \(FaultText.allowed(owners.map(\.value)))
          """
      }
      for next in keywords.evaluating where seen.insert(next).inserted {
        if let found = visit(nodes[next]) { return found }
      }
      return nil
    }
    return visit(node) ?? ""
  }
}
