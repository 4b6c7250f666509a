/// Gives every value the kind that its schema names, and notes what the host must know of it.
///
/// It follows the schemas that apply to each value: those of the branches that hold, and no others.
struct InputConversion {
  /// What is wrong with a value although its schema holds.
  struct Finding {
    var path: [String]
    var problem: FaultReport.Problem
    var location: String
  }

  /// The schemas that apply to one value, and what they say of it.
  private struct Site {
    var nodes: [Int] = []
    var isSecret = false
    var allowsNul = false
    var conversion: InputFacts.Conversion?
    var conversionNode = 0

    var isEmpty: Bool { nodes.isEmpty }
  }

  private let schemas: InputFactsTable
  private let channels: [Descriptor.Channel]
  private var evaluation: Evaluation

  private(set) var secrets: [JSONPointer] = []
  private(set) var sinks: [CompleteInputs.ChannelPath] = []
  private(set) var sources: [CompleteInputs.ChannelPath] = []
  private(set) var findings: [Finding] = []
  private var path: [String] = []

  /// How deep a value may nest, whatever its schema says of it: a stack frame or two each.
  private static let maximumDepth = Evaluation.maximumDepth

  init(_ schemas: InputFactsTable, channels: [Descriptor.Channel]) {
    self.schemas = schemas
    self.channels = channels
    evaluation = Evaluation(schemas.program)
  }

  /// Converts one input; nil if it stays as it is.
  mutating func converted(_ name: String, _ value: Value, at node: Int) -> Value? {
    path.append(name)
    defer { path.removeLast() }
    var site = Site()
    add(node, value, to: &site)
    let converted = converting(value, site, isSecret: false, allowsNul: false)
    if evaluation.stop != nil { reportStop() }
    return converted
  }

  /// Converts the members of the inputs.
  mutating func convert(_ members: inout ValueMap, at root: Int) {
    var site = Site()
    add(root, .map(members), to: &site)
    if let converted = converting(members, site, isSecret: false, allowsNul: false) {
      members = converted
    }
    if evaluation.stop != nil { reportStop() }
  }

  /// Says that it is not known which branches hold, and so not what is secret.
  private mutating func reportStop() {
    let message = "the inputs take too long to be checked against their schema"
    findings.append(
      Finding(path: [], problem: .init(keyword: "oneOf", message: message), location: "#")
    )
  }
}

// MARK: - Values

extension InputConversion {
  /// The value as another kind; nil if it stays as it is.
  private mutating func converting(
    _ value: Value,
    _ site: Site,
    isSecret: Bool,
    allowsNul: Bool
  ) -> Value? {
    if site.isSecret, !isSecret { secrets.append(JSONPointer(path)) }
    let isSecret = isSecret || site.isSecret
    let allowsNul = allowsNul || site.allowsNul
    switch value {
    case .map(let members):
      guard !isTooDeep() else { return nil }
      return converting(members, site, isSecret: isSecret, allowsNul: allowsNul).map { .map($0) }
    case .list(let items):
      guard !isTooDeep() else { return nil }
      return converting(items, site, isSecret: isSecret, allowsNul: allowsNul).map { .list($0) }
    case .string(let text):
      if !allowsNul, text.holdsNul { refuseNul(site) }
      noteChannels(text, site)
      return site.conversion.flatMap { converting(text, to: $0, site) }
    case .int, .double, .decimal:
      return site.conversion.flatMap { converting(value, to: $0, site) }
    case .json(let text):
      let tree = text.value
      return converting(tree, site, isSecret: isSecret, allowsNul: allowsNul) ?? tree
    case .null, .bool, .bytes: return nil
    }
  }

  private mutating func converting(
    _ members: ValueMap,
    _ site: Site,
    isSecret: Bool,
    allowsNul: Bool
  ) -> ValueMap? {
    var changed: ValueMap?
    for position in 0..<members.count {
      let (name, value) = members[position]
      // Most members take nothing; a name that a schema knows holds no U+0000.
      if let node = soleNode(of: name, site), !schemas.mustConvert(value, at: node) { continue }
      path.append(name)
      if !allowsNul, name.holdsNul { refuseNul(site) }
      let member = self.site(ofMember: name, value, in: site)
      let converted = converting(value, member, isSecret: isSecret, allowsNul: allowsNul)
      if let converted {
        if changed == nil { changed = members }
        changed?[name] = converted
      }
      path.removeLast()
    }
    return changed
  }

  private mutating func converting(
    _ items: [Value],
    _ site: Site,
    isSecret: Bool,
    allowsNul: Bool
  ) -> [Value]? {
    var changed: [Value]?
    for (index, value) in items.enumerated() {
      path.append(String(index))
      let item = self.site(ofItem: index, value, in: site)
      let converted = converting(value, item, isSecret: isSecret, allowsNul: allowsNul)
      if let converted {
        if changed == nil { changed = items }
        changed?[index] = converted
      }
      path.removeLast()
    }
    return changed
  }

  private mutating func converting(
    _ text: String,
    to conversion: InputFacts.Conversion,
    _ site: Site
  ) -> Value? {
    switch conversion {
    case .integer: return nil
    // What is no decimal was found when `format` was checked.
    case .decimal: return DecimalText(text).map { .decimal($0) }
    case .bytes:
      do {
        // A YAML block or a PEM file has line breaks in it.
        return .bytes(try Base64.decode(text.withoutWhitespace))
      } catch {
        find("contentEncoding", message: "the text \(error.description)", site)
        return nil
      }
    }
  }

  private mutating func converting(
    _ number: Value,
    to conversion: InputFacts.Conversion,
    _ site: Site
  ) -> Value? {
    switch (conversion, number) {
    case (.bytes, _), (.integer, .int), (.decimal, .decimal): return nil
    case (.decimal, _): return DecimalText(number: number).map { .decimal($0) }
    case (.integer, _):
      // A number with a fraction was found when `type` was checked.
      guard ExactNumber.isInteger(number) else { return nil }
      if let integer = ExactNumber.int64(number) { return .int(integer) }
      find("type", expected: "an integer that 64 bits hold", number, site)
      return nil
    }
  }

  private mutating func noteChannels(_ text: String, _ site: Site) {
    for node in site.nodes {
      let facts = schemas.facts[node]
      if let channel = facts.sink, has(channel, .output) {
        sinks.append(CompleteInputs.ChannelPath(channel: channel, path: text))
      }
      if let channel = facts.source, has(channel, .input) {
        sources.append(CompleteInputs.ChannelPath(channel: channel, path: text))
      }
    }
  }

  /// Whether this action has a channel: an input of the type may be for one that others have.
  private func has(_ channel: String, _ direction: Descriptor.Channel.Direction) -> Bool {
    channels.contains { $0.name == channel && $0.direction == direction }
  }
}

// MARK: - Which schemas apply

extension InputConversion {
  /// The schema of a member where it is only one, so that nothing has to be collected.
  private func soleNode(of name: String, _ site: Site) -> Int? {
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

  private mutating func site(ofMember name: String, _ value: Value, in outer: Site) -> Site {
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

  private mutating func site(ofItem index: Int, _ value: Value, in outer: Site) -> Site {
    var site = Site()
    for node in outer.nodes {
      guard let keywords = schemas.program.nodes[node].array else { continue }
      if index < keywords.prefix.count {
        add(keywords.prefix[index], value, to: &site)
      } else if let items = keywords.items {
        add(items, value, to: &site)
      }
    }
    guard site.isEmpty else { return site }
    for node in outer.nodes {
      if let items = schemas.program.nodes[node].unevaluatedItems { add(items, value, to: &site) }
    }
    return site
  }

  /// Adds a schema and those that apply to the same value because of it.
  private mutating func add(_ index: Int, _ value: Value, to site: inout Site) {
    let facts = schemas.facts[index]
    site.nodes.append(index)
    if facts.isSecret { site.isSecret = true }
    if facts.allowsNul { site.allowsNul = true }
    if let conversion = facts.conversion, site.conversion == nil {
      site.conversion = conversion
      site.conversionNode = index
    }
    guard !facts.isAlone, let keywords = schemas.program.nodes[index].inPlace else { return }
    if let reference = keywords.reference { add(reference, value, to: &site) }
    if let reference = keywords.dynamicReference {
      for node in schemas.program.targets(of: reference) { add(node, value, to: &site) }
    }
    for part in keywords.allOf { add(part, value, to: &site) }
    addBranches(keywords.anyOf, keywords.anyOfDiscriminator, value, to: &site)
    addBranches(keywords.oneOf, keywords.oneOfDiscriminator, value, to: &site)
    if let condition = keywords.condition {
      let next = evaluation.test(condition, value) ? keywords.then : keywords.otherwise
      if let next { add(next, value, to: &site) }
    }
    guard !keywords.dependentSchemas.isEmpty, case .map(let members) = value else { return }
    for (name, node) in keywords.dependentSchemas where members[name] != nil {
      add(node, value, to: &site)
    }
  }

  private mutating func addBranches(
    _ branches: [Int],
    _ discriminator: Discriminator?,
    _ value: Value,
    to site: inout Site
  ) {
    if let discriminator, let choice = value.mapValue?[discriminator.name] {
      if let branch = discriminator.branch(for: choice) { add(branches[branch], value, to: &site) }
      return
    }
    for branch in branches where evaluation.test(branch, value) { add(branch, value, to: &site) }
  }
}

// MARK: - Findings

extension InputConversion {
  private mutating func isTooDeep() -> Bool {
    guard path.count > InputConversion.maximumDepth else { return false }
    let message = "the value nests deeper than \(InputConversion.maximumDepth) levels"
    findings.append(
      Finding(path: [path[0]], problem: .init(keyword: "type", message: message), location: "#")
    )
    return true
  }

  private mutating func refuseNul(_ site: Site) {
    find(
      "x-nul",
      message: "the text holds the character U+0000, at which C libraries would cut it off",
      site
    )
  }

  private mutating func find(
    _ keyword: String,
    expected: String? = nil,
    _ value: Value? = nil,
    message: String? = nil,
    _ site: Site
  ) {
    let isOfConversion = keyword != "x-nul"
    let node = isOfConversion ? site.conversionNode : site.nodes.first
    let location = node.map { schemas.program.nodes[$0].location } ?? "#"
    findings.append(
      Finding(
        path: path,
        problem: .init(keyword: keyword, expected: expected, value: value, message: message),
        location: location + "/" + keyword
      )
    )
  }
}
