/// What can be told of the values that schemas allow, and so of the branches of unions.
extension SchemaCompiler {
  /// Finds the types that each schema allows, with all that applies in place.
  func findTypes(in order: [Int]) {
    for index in order {
      let draft = drafts[index]
      if draft.always == false {
        draft.allowedTypes = []
        continue
      }
      var types = draft.types
      if let values = draft.constant.map({ [$0] }) ?? draft.enumeration {
        types.formIntersection(JSONTypes(values.map(JSONTypes.init(of:))))
      }
      for part in draft.alwaysInPlace { types.formIntersection(drafts[part].allowedTypes) }
      for branches in [draft.oneOf, draft.anyOf] where !branches.isEmpty {
        types.formIntersection(JSONTypes(branches.map { drafts[$0].allowedTypes }))
      }
      draft.allowedTypes = types
    }
  }

  /// Finds the members that tell the branches of `oneOf` and `anyOf` apart.
  func findDiscriminators(in order: [Int]) {
    let choices = choices(in: order)
    for draft in drafts {
      draft.oneOfDiscriminator = discriminator(draft.oneOf, choices)
      draft.anyOfDiscriminator = discriminator(draft.anyOf, choices)
    }
  }

  /// For each schema the few values that it allows, if it or what always applies lists them.
  private func choices(in order: [Int]) -> [[Value]?] {
    var choices = [[Value]?](repeating: nil, count: drafts.count)
    for index in order {
      let draft = drafts[index]
      choices[index] =
        draft.constant.map { [$0] } ?? draft.enumeration
        ?? draft.alwaysInPlace.lazy.compactMap { choices[$0] }.first
    }
    return choices
  }

  private func discriminator(_ branches: [Int], _ choices: [[Value]?]) -> Discriminator? {
    guard branches.count >= 2 else { return nil }
    var candidates: [(branch: Int, members: [(name: ExactName, values: [Value])])] = []
    for (branch, node) in branches.enumerated()
    where !drafts[node].allowedTypes.isDisjoint(with: .object) {
      let parts = NodeSet.closure(of: [node]) { drafts[$0].alwaysInPlace }
      let members = parts.flatMap { part in
        drafts[part].properties.compactMap { name, property in
          choices[property].map { (ExactName(name), $0) }
        }
      }
      guard !members.isEmpty else { return nil }
      candidates.append((branch, members))
    }
    guard candidates.count >= 2 else { return nil }
    let tables = candidates.map { candidate in
      Dictionary(candidate.members.map { ($0.name, $0.values) }) { first, _ in first }
    }
    for (name, _) in candidates[0].members {
      var values: [(value: Value, branch: Int)] = []
      var seen: Set<Value> = []
      let tells = zip(candidates, tables).allSatisfy { candidate, table in
        guard let choices = table[name] else { return false }
        values += choices.map { ($0, candidate.branch) }
        return choices.allSatisfy { seen.insert($0).inserted }
      }
      if tells { return Discriminator(name: name.text, choices: values) }
    }
    return nil
  }
}
