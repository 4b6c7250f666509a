/// Which faults to show for a union that a value does not fit.
extension Evaluation {
  /// Adds the fault of a discriminator with a value that no branch allows.
  mutating func failDiscriminator(
    _ discriminator: Discriminator,
    _ choice: Value,
    _ keyword: String,
    _ node: SchemaNode,
    _ value: Value
  ) {
    let name = discriminator.name
    guard report.isFull || !report.hasEntry(below: name) else { return }
    let position = value.mapValue?.position(of: name) ?? 0
    report.enter(name, position: position, isDeclared: true)
    failChoice(keyword, discriminator.choices.map(\.value), choice, node)
    report.leave()
  }

  /// Adds the faults of a value that fits no branch: those of the branch that it comes nearest to.
  mutating func failBranches(
    _ branches: [Int],
    _ discriminator: Discriminator?,
    _ keyword: String,
    _ node: SchemaNode,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) {
    if let discriminator, case .map(let members) = value, members[discriminator.name] == nil {
      evaluated.insertAll()
      let allowed = FaultText.allowed(discriminator.choices.map(\.value))
      failMissing(discriminator.name, keyword, because: "it must be \(allowed)", node)
      return
    }
    let attempts = branches.map { attempt($0, of: branches.count, value, evaluated.sibling) }
    let here = report.path.count
    let mismatches = attempts.filter { $0.isMismatch(at: here) }
    if mismatches.count == attempts.count, mismatches.allSatisfy({ $0.entries.count == 1 }) {
      evaluated.insertAll()
      failAlternatives(mismatches.flatMap(\.entries), keyword, node, value)
      return
    }
    if let names = namesMissing(attempts, at: here) {
      evaluated.insertAll()
      let others = FaultText.alternatives(names.dropFirst().map(FaultText.name))
      failMissing(names[0], keyword, because: "give it or \(others)", node)
      return
    }
    let candidates =
      mismatches.count == attempts.count
      ? attempts : attempts.filter { !$0.isMismatch(at: here) }
    // `min` keeps the first of equals, which the author put first.
    guard let best = candidates.min(by: { $0.isNearer(than: $1) }) else { return }
    report.add(best.entries, unlisted: best.unlisted)
    evaluated.formUnion(best.evaluated)
  }

  /// The members of which each branch misses one and nothing else; nil if it is not so.
  private func namesMissing(_ attempts: [Attempt], at depth: Int) -> [String]? {
    var names: [String] = []
    for attempt in attempts {
      guard attempt.entries.count == 1, let entry = attempt.entries.first,
        case .missing = entry.problem.kind, entry.path.count == depth + 1
      else { return nil }
      if !names.contains(entry.path[depth].token) { names.append(entry.path[depth].token) }
    }
    return names.count > 1 ? names : nil
  }

  /// One fault for branches that all want another kind of value.
  private mutating func failAlternatives(
    _ entries: [FaultReport.Entry],
    _ keyword: String,
    _ node: SchemaNode,
    _ value: Value
  ) {
    var words: [String] = []
    for case let word? in entries.map(\.problem.expected) where !words.contains(word) {
      words.append(word)
    }
    let nearest = { entries.lazy.compactMap { $0.problem.nearest() }.first }
    if words.isEmpty {
      fail(keyword, message: "this value fits none of the alternatives", node)
    } else {
      fail(keyword, expected: FaultText.alternatives(words), value, nearest: nearest, node)
    }
  }

  mutating func failAmbiguous(_ first: Int, _ second: Int, _ branches: [Int], _ node: SchemaNode) {
    let names = [first, second].map { index in
      let title = program.nodes[branches[index]].source["title"]?.stringValue
      return title.map { FaultText.quoted($0) } ?? "number \(index + 1)"
    }
    fail(
      "oneOf",
      message: """
        this value must fit exactly one of the alternatives, and fits \(names[0]) as well as \
        \(names[1])
        """,
      node
    )
  }
}

// MARK: - Trying branches

extension Evaluation {
  /// What a branch finds wrong.
  private struct Attempt {
    var entries: [FaultReport.Entry]
    var unlisted: Int
    var evaluated: EvaluatedSet

    /// Whether the branch is for another kind of value altogether.
    func isMismatch(at depth: Int) -> Bool {
      entries.contains { entry in
        entry.path.count == depth
          && ["type", "const", "enum", "false"].contains(entry.problem.keyword)
      }
    }

    /// Whether the value is nearer to this branch: fewer faults, or deeper ones.
    func isNearer(than other: Attempt) -> Bool {
      let (count, otherCount) = (entries.count + unlisted, other.entries.count + other.unlisted)
      if count != otherCount { return count < otherCount }
      return depth > other.depth
    }

    private var depth: Int { entries.map(\.path.count).max() ?? 0 }
  }

  private mutating func attempt(
    _ schema: Int,
    of count: Int,
    _ value: Value,
    _ evaluated: EvaluatedSet
  ) -> Attempt {
    let kept = report.begin(of: count)
    var own = evaluated
    _ = evaluate(schema, value, &own)
    let found = report.end(kept)
    return Attempt(entries: found.entries, unlisted: found.unlisted, evaluated: own)
  }
}
