/// Noting what is wrong.
extension Evaluation {
  /// Adds a fault of a keyword at this place.
  mutating func fail(
    _ keyword: String,
    expected: String? = nil,
    _ value: Value? = nil,
    message: String? = nil,
    nearest: @escaping () -> String? = { nil },
    _ node: SchemaNode
  ) {
    report.add(
      FaultReport.Problem(
        keyword: keyword,
        expected: expected,
        value: value,
        message: message,
        nearest: nearest,
        isOfName: keyword == "propertyNames"
      ),
      schema: node.place,
      keyword: keyword == "false" ? nil : keyword
    )
  }

  /// Adds a fault of a value that is none of those which are allowed.
  mutating func failChoice(
    _ keyword: String,
    _ allowed: [Value],
    _ value: Value,
    _ node: SchemaNode
  ) {
    fail(
      keyword,
      expected: FaultText.allowed(allowed),
      value,
      nearest: {
        value.stringValue.flatMap { text in
          NearestName.of(text, among: allowed.lazy.compactMap(\.stringValue))
        }
      },
      node
    )
  }

  /// Adds a fault of a number of things, which is no secret where the things are none.
  mutating func failCount(
    _ keyword: String,
    _ relation: String,
    _ bound: Int,
    _ count: Int,
    _ noun: String,
    _ node: SchemaNode
  ) {
    fail(
      keyword,
      expected: "\(relation) \(FaultText.counted(bound, noun))",
      .int(Int64(count)),
      node
    )
  }

  /// Adds the fault of a member that is not there.
  mutating func failMissing(
    _ name: String,
    _ keyword: String,
    because reason: String?,
    _ node: SchemaNode
  ) {
    // One of several schemas for this value may have said so already.
    guard report.isFull || !report.hasEntry(below: name) else { return }
    let elsewhere = keyword == "required" ? node.object?.requiredPlaces[ExactName(name)] : nil
    report.add(
      FaultReport.Problem(kind: .missing, keyword: keyword, expected: reason),
      below: name,
      schema: elsewhere ?? node.place,
      keyword: keyword
    )
  }

  /// Adds the fault of a member that a schema has no place for.
  mutating func failUnknown(
    _ name: String,
    _ position: Int,
    _ forbidding: Int,
    _ members: ValueMap,
    _ node: SchemaNode
  ) {
    var problem = FaultReport.Problem(kind: .unknown, keyword: "")
    problem.nearest = { [program] in
      let known = program.members(of: node.index).lazy.map(\.name)
      return NearestName.of(name, among: known.filter { members[$0] == nil })
    }
    problem.hint = { [program] in program.whereItBelongs(name, in: node, members) }
    report.enter(name, position: position, isDeclared: false)
    defer { report.leave() }
    guard let place = program.nodes[forbidding].place else {
      // The host closes drivers' objects; no keyword says so.
      problem.keyword = "properties"
      report.add(problem, schema: node.place, keyword: "properties")
      return
    }
    problem.keyword =
      node.object?.additional == forbidding ? "additionalProperties" : "unevaluatedProperties"
    report.add(problem, schema: place)
  }
}

extension SchemaProgram {
  /// `; it belongs to …` for a member of another branch of a union; otherwise nothing.
  fileprivate func whereItBelongs(
    _ name: String,
    in node: SchemaNode,
    _ members: ValueMap
  ) -> String {
    for index in placeClosure(of: [node.index]) {
      guard let keywords = nodes[index].inPlace else { continue }
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
            && self.members(of: branches[choice.branch]).contains { $0.name.isExactly(name) }
        }
        guard !owners.isEmpty else { continue }
        return """
          ; it belongs to \(FaultText.name(discriminator.name)) \
          \(FaultText.allowed(owners.map(\.value)))
          """
      }
    }
    return ""
  }
}
