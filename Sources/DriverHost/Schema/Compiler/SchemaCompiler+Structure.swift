/// What can be said of schemas only when all of them are known.
extension SchemaCompiler {
  /// Reports schemas that lead back to themselves without going into the value: no validation of
  /// them would end (JSON Schema core, 9.4.1).
  mutating func checkLoops() {
    /// How far a schema has been looked at.
    enum State { case new, open, done }
    var states = [State](repeating: .new, count: drafts.count)
    for start in drafts.indices where states[start] == .new {
      // An explicit stack: references may chain as long as there are schemas.
      var path: [(node: Int, next: [Int])] = [(start, drafts[start].inPlace)]
      states[start] = .open
      while let (node, next) = path.last {
        guard let child = next.last else {
          states[node] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next.removeLast()
        switch states[child] {
        case .done: continue
        case .new:
          states[child] = .open
          path.append((child, drafts[child].inPlace))
        case .open:
          let loop = path.map(\.node).drop { $0 != child }
          reportLoop(Array(loop))
        }
      }
    }
  }

  private mutating func reportLoop(_ loop: [Int]) {
    let names = (loop + loop.prefix(1)).map { drafts[$0].location }
    let first = drafts[loop[0]]
    faults.append(
      Fault(
        .schema,
        at: pointer(of: first),
        "the schema refers to itself for the same value: \(names.joined(separator: " → "))",
        keyword: first.reference != nil ? "$ref" : nil,
        schemaLocation: first.location
      )
    )
  }

  private func pointer(of draft: SchemaDraft) -> JSONPointer {
    guard draft.location.hasPrefix("#") else { return JSONPointer() }
    return JSONPointer(text: String(draft.location.dropFirst())) ?? JSONPointer()
  }

  /// Closes the objects of a driver's schema.
  ///
  /// A schema that stands for a value of its own and lists `properties`, itself or in what applies
  /// in place (`$ref`, `allOf`, the branches of a union), is read as if `unevaluatedProperties:
  /// false` stood in it, unless it says `additionalProperties` or `unevaluatedProperties` itself.
  /// What lists none stays open: it is a free-form map.
  mutating func closeObjects() {
    var closed: Int?
    for index in drafts.indices {
      let draft = drafts[index]
      guard draft.isPlace, draft.additionalProperties == nil, draft.unevaluatedProperties == nil,
        !draft.types.isDisjoint(with: .object), listsMembers(index)
      else { continue }
      let forbidden = closed ?? addClosedNode()
      closed = forbidden
      if !describesMembers(inPlaceOf: draft) {
        drafts[index].additionalProperties = forbidden
      } else {
        drafts[index].unevaluatedProperties = forbidden
      }
    }
  }

  private mutating func addClosedNode() -> Int {
    let draft = SchemaDraft(location: "", resource: 0)
    draft.always = false
    drafts.append(draft)
    return drafts.count - 1
  }

  private func listsMembers(_ start: Int) -> Bool {
    contains([start]) { !$0.properties.isEmpty }
  }

  /// Whether what applies in place has a say in which members there are; if not, the schema's own
  /// list is all there is.
  private func describesMembers(inPlaceOf draft: SchemaDraft) -> Bool {
    contains(draft.evaluating) { draft in
      !draft.properties.isEmpty || !draft.patternProperties.isEmpty
        || draft.additionalProperties != nil || draft.unevaluatedProperties != nil
        || draft.dynamicReference != nil
    }
  }

  /// Whether some schemas, or what applies in place with them, have a property.
  private func contains(_ start: [Int], where hasProperty: (SchemaDraft) -> Bool) -> Bool {
    var seen = Set(start)
    var open = start
    while let index = open.popLast() {
      if hasProperty(drafts[index]) { return true }
      for next in drafts[index].evaluating where seen.insert(next).inserted { open.append(next) }
    }
    return false
  }
}

// MARK: - Unions

extension SchemaCompiler {
  /// Finds the members that tell the branches of `oneOf` and `anyOf` apart.
  mutating func findDiscriminators() {
    for index in drafts.indices {
      drafts[index].oneOfDiscriminator = discriminator(drafts[index].oneOf)
      drafts[index].anyOfDiscriminator = discriminator(drafts[index].anyOf)
    }
  }

  private func discriminator(_ branches: [Int]) -> Discriminator? {
    guard branches.count >= 2 else { return nil }
    var candidates: [(branch: Int, members: [(name: String, values: [Value])])] = []
    for (branch, node) in branches.enumerated() {
      var seen: Set<Int> = []
      if types(of: node, &seen).isDisjoint(with: .object) { continue }
      seen = []
      candidates.append((branch, choices(of: node, &seen)))
    }
    guard candidates.count >= 2 else { return nil }
    for (name, _) in candidates[0].members {
      var choices: [(value: Value, branch: Int)] = []
      var seen: Set<Value> = []
      let tells = candidates.allSatisfy { branch, members in
        guard let values = members.first(where: { $0.name == name })?.values else { return false }
        choices += values.map { ($0, branch) }
        return values.allSatisfy { seen.insert($0).inserted }
      }
      if tells { return Discriminator(name: name, choices: choices) }
    }
    return nil
  }

  /// The types that a schema allows, through what always applies with it.
  private func types(of node: Int, _ seen: inout Set<Int>) -> JSONTypes {
    guard seen.insert(node).inserted else { return .any }
    let draft = drafts[node]
    if draft.always == false { return [] }
    var types = draft.types
    if let constant = draft.constant { types.formIntersection(JSONTypes(of: constant)) }
    for next in always(draft) { types.formIntersection(self.types(of: next, &seen)) }
    return types
  }

  /// The members that a schema allows few values for, through what always applies with it.
  private func choices(
    of node: Int,
    _ seen: inout Set<Int>
  ) -> [(name: String, values: [Value])] {
    guard seen.insert(node).inserted else { return [] }
    let draft = drafts[node]
    var members: [(name: String, values: [Value])] = []
    for (name, property) in draft.properties {
      var inner: Set<Int> = []
      if let values = values(of: property, &inner) { members.append((name, values)) }
    }
    for next in always(draft) { members += choices(of: next, &seen) }
    return members
  }

  private func values(of node: Int, _ seen: inout Set<Int>) -> [Value]? {
    guard seen.insert(node).inserted else { return nil }
    let draft = drafts[node]
    if let constant = draft.constant { return [constant] }
    if let values = draft.enumeration { return values }
    for next in always(draft) {
      if let values = values(of: next, &seen) { return values }
    }
    return nil
  }

  private func always(_ draft: SchemaDraft) -> [Int] {
    (draft.reference.map { [$0] } ?? []) + draft.allOf
  }
}
