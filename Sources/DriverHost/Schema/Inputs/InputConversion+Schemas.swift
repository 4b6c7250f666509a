/// Which schemas apply to a value and to its parts.
extension InputConversion {
  /// The schema of a member where it is only one, so that nothing has to be collected.
  func soleNode(of name: String, _ site: Site) -> Int? {
    var sole: Int?
    for index in site.nodes {
      guard let keywords = schemas.program.nodes[index].object else { continue }
      guard keywords.patterns.isEmpty else { return nil }
      if let property = keywords.names.index(of: name) {
        guard sole == nil else { return nil }
        sole = keywords.properties[property].node
      } else if keywords.additional != nil {
        return nil
      }
    }
    return sole
  }

  mutating func site(ofMember name: String, _ value: Value, in outer: Site) -> Site {
    var site = Site()
    for index in outer.nodes {
      guard let keywords = schemas.program.nodes[index].object else { continue }
      var isNamed = false
      if let property = keywords.names.index(of: name) {
        isNamed = true
        add(keywords.properties[property].node, value, to: &site)
      }
      for (pattern, node) in keywords.patterns where evaluation.matches(pattern, name) {
        isNamed = true
        add(node, value, to: &site)
      }
      if !isNamed, let node = keywords.additional { add(node, value, to: &site) }
    }
    guard site.isEmpty else { return site }
    for index in outer.nodes {
      if let node = schemas.program.nodes[index].unevaluatedProperties {
        add(node, value, to: &site)
      }
    }
    return site
  }

  mutating func site(ofItem index: Int, _ value: Value, in outer: Site) -> Site {
    var site = Site()
    for node in outer.nodes {
      guard let keywords = schemas.program.nodes[node].array else { continue }
      if index < keywords.prefix.count {
        add(keywords.prefix[index], value, to: &site)
      } else if let items = keywords.items {
        add(items, value, to: &site)
      }
      // What it says of an item that it wants matters only where it is more than a test.
      if let contains = keywords.contains, schemas.depths[contains] == .everything,
        evaluation.test(contains, value)
      {
        add(contains, value, to: &site)
      }
    }
    guard site.isEmpty else { return site }
    for node in outer.nodes {
      if let items = schemas.program.nodes[node].unevaluatedItems { add(items, value, to: &site) }
    }
    return site
  }

  /// Adds a schema and those that apply to the same value because of it.
  mutating func add(_ start: Int, _ value: Value, to site: inout Site) {
    if schemas.facts[start].isAlone {
      note(start, in: &site)
      return
    }
    // Without recursion, and each once: there may be more ways to a schema than there is time for.
    var open = [start]
    while let index = open.popLast() {
      guard note(index, in: &site), let keywords = schemas.program.nodes[index].inPlace else {
        continue
      }
      open += parts(of: keywords, value).reversed()
    }
  }

  /// Adds one schema; false if it was there.
  @discardableResult
  private mutating func note(_ index: Int, in site: inout Site) -> Bool {
    guard site.insert(index) else { return false }
    let facts = schemas.facts[index]
    if facts.isSecret { site.isSecret = true }
    if facts.allowsNul { site.allowsNul = true }
    if let own = facts.effect { effect.formUnion(own) }
    if let conversion = facts.conversion, site.conversion == nil {
      site.conversion = conversion
      site.conversionNode = index
    }
    return true
  }

  /// The schemas that apply to a value because one does.
  private mutating func parts(of keywords: InPlaceKeywords, _ value: Value) -> [Int] {
    var parts = keywords.always
    if let reference = keywords.dynamicReference {
      parts += schemas.program.targets(of: reference)
    }
    parts += branches(keywords.anyOf, keywords.anyOfDiscriminator, value)
    parts += branches(keywords.oneOf, keywords.oneOfDiscriminator, value)
    if let condition = keywords.condition {
      if evaluation.test(condition, value) {
        // What it says of values is said of this one.
        parts += [condition, keywords.then].compactMap(\.self)
      } else {
        parts += [keywords.otherwise].compactMap(\.self)
      }
    }
    guard !keywords.dependentSchemas.isEmpty, case .map(let members) = value else { return parts }
    for (name, node) in keywords.dependentSchemas where members[name] != nil {
      parts.append(node)
    }
    return parts
  }

  private mutating func branches(
    _ branches: [Int],
    _ discriminator: Discriminator?,
    _ value: Value
  ) -> [Int] {
    if let discriminator, let choice = value.mapValue?[discriminator.name] {
      return discriminator.branch(for: choice).map { [branches[$0]] } ?? []
    }
    return branches.filter { evaluation.test($0, value) }
  }
}
