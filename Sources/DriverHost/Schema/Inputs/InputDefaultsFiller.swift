/// Walks a value and adds the defaults that are missing in it.
struct InputDefaultsFiller {
  /// The complete default of a node.
  typealias Source = (_ node: Int) -> Value?

  private let program: SchemaProgram
  private let giving: [Bool]
  private let source: Source
  /// How many more steps may be taken; below 0, the value is not complete.
  private(set) var steps: Int
  /// Where defaults were added.
  private(set) var places: [JSONPointer] = []
  private var path: [String]

  /// A walk that adds what `source` gives.
  ///
  /// - Parameters:
  ///   - program: The schemas.
  ///   - giving: For each of them whether there may be anything to add inside.
  ///   - path: Where the value stands.
  ///   - steps: How many steps may be taken.
  ///   - source: Gives the default of a member by its schema.
  init(
    _ program: SchemaProgram,
    _ giving: [Bool],
    path: [String],
    steps: Int,
    source: @escaping Source
  ) {
    self.program = program
    self.giving = giving
    self.path = path
    self.steps = steps
    self.source = source
  }

  /// Adds the defaults inside a value, which is changed only if it gets one.
  mutating func fill(_ value: inout Value, at nodes: [Int]) {
    // What nests deeper is refused by the validation that follows.
    guard path.count <= Evaluation.maximumLevel, steps >= 0 else { return }
    let before = places.count
    switch value {
    case .map(var members):
      fill(&members, at: nodes)
      if places.count > before { value = .map(members) }
    case .list(var items):
      fill(&items, at: nodes)
      if places.count > before { value = .list(items) }
    default: return
    }
  }

  /// Fills a part of the value; whether it has changed.
  private mutating func fillPart(_ value: inout Value, _ token: String, _ nodes: [Int]) -> Bool {
    guard nodes.contains(where: { giving[$0] }) else { return false }
    let before = places.count
    path.append(token)
    fill(&value, at: nodes)
    path.removeLast()
    return places.count > before
  }
}

// MARK: - Maps

extension InputDefaultsFiller {
  private mutating func fill(_ members: inout ValueMap, at start: [Int]) {
    let nodes = addMembers(to: &members, start).filter { node in
      program.nodes[node].object?.describes { giving[$0] } ?? false
    }
    if nodes.isEmpty { return }
    for position in 0..<members.count {
      var (name, value) = members[position]
      if fillPart(&value, name, schemas(ofMember: name, nodes)) { members[name] = value }
    }
  }

  /// Adds the members that are missing; the schemas that apply to the map then.
  private mutating func addMembers(to members: inout ValueMap, _ start: [Int]) -> [Int] {
    var set = NodeSet()
    var open = Array(start.reversed())
    /// Unions whose discriminator was not there.
    var waiting: [InPlaceKeywords] = []
    while true {
      while let index = open.popLast() {
        // Each once: there may be more ways to a schema than there is time for.
        guard giving[index], steps >= 0, set.insert(index) else { continue }
        steps -= 1
        let node = program.nodes[index]
        if let keywords = node.object { addMembers(of: keywords, to: &members) }
        guard let keywords = node.inPlace else { continue }
        open += keywords.always.reversed()
        if keywords.oneOfDiscriminator != nil { waiting.append(keywords) }
      }
      // A member that was added may be the discriminator of another union.
      guard let (union, branch) = selected(waiting, members) else { return set.nodes }
      waiting.remove(at: union)
      open.append(branch)
    }
  }

  private mutating func addMembers(of keywords: ObjectKeywords, to members: inout ValueMap) {
    steps -= keywords.properties.count / 4
    for (name, property) in keywords.properties where members[name] == nil {
      guard let value = source(property) else { continue }
      members[name] = value
      places.append(JSONPointer(path + [name]))
    }
  }

  private mutating func selected(
    _ waiting: [InPlaceKeywords],
    _ members: ValueMap
  ) -> (union: Int, branch: Int)? {
    for (index, union) in waiting.enumerated() {
      steps -= 1
      if let discriminator = union.oneOfDiscriminator,
        let branch = members[discriminator.name].flatMap(discriminator.branch)
      {
        return (index, union.oneOf[branch])
      }
    }
    return nil
  }

  private mutating func schemas(ofMember name: String, _ nodes: [Int]) -> [Int] {
    var found: [Int] = []
    for index in nodes {
      steps -= 1
      guard let keywords = program.nodes[index].object else { continue }
      var isNamed = false
      if let property = keywords.names.index(of: name) {
        isNamed = true
        found.append(keywords.properties[property].node)
      }
      for (pattern, node) in keywords.patterns
      where pattern.match(name, work: &steps) == .matched {
        isNamed = true
        found.append(node)
      }
      if !isNamed, let additional = keywords.additional { found.append(additional) }
    }
    return found
  }
}

// MARK: - Lists

extension InputDefaultsFiller {
  private mutating func fill(_ items: inout [Value], at start: [Int]) {
    let lists = NodeSet.closure(of: start.filter { giving[$0] }) { node in
      (program.nodes[node].inPlace?.always ?? []).filter { giving[$0] }
    }
    .compactMap { program.nodes[$0].array }
    if lists.isEmpty { return }
    for index in items.indices {
      steps -= lists.count
      let nodes = lists.compactMap { keywords in
        index < keywords.prefix.count ? keywords.prefix[index] : keywords.items
      }
      var item = items[index]
      if fillPart(&item, String(index), nodes) { items[index] = item }
    }
  }
}

extension ObjectKeywords {
  /// Whether one of the schemas of members is of a kind.
  fileprivate func describes(_ isOfKind: (Int) -> Bool) -> Bool {
    properties.contains { isOfKind($0.node) } || patterns.contains { isOfKind($0.node) }
      || additional.map(isOfKind) ?? false
  }
}
