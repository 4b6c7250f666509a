/// Gives every value the kind that its schema names, and notes what the host must know of it.
///
/// It follows the schemas that apply to each value: those of the branches that hold, and no others.
struct InputConversion {
  /// What is wrong with a value although its schema holds.
  struct Finding {
    var path: [String]
    var problem: FaultReport.Problem
    /// The keyword that asks for something else, and where it stands.
    var schema: SchemaPlace?
    var keyword: String?
  }

  /// The schemas that apply to one value, and what they say of it.
  struct Site {
    private var found = NodeSet()
    var isSecret = false
    var allowsNul = false
    var conversion: InputFacts.Conversion?
    var conversionNode = 0

    var nodes: [Int] { found.nodes }
    var isEmpty: Bool { nodes.isEmpty }

    /// Adds a schema; false if it was there.
    mutating func insert(_ node: Int) -> Bool { found.insert(node) }
  }

  let schemas: InputFactsTable
  private let channels: [Descriptor.Channel]
  var evaluation: Evaluation

  private(set) var secrets: [JSONPointer] = []
  private(set) var sinks: [CompleteInputs.ChannelPath] = []
  private(set) var sources: [CompleteInputs.ChannelPath] = []
  /// What the branches that hold say of the call.
  var effect = CallEffect()
  private(set) var findings: [Finding] = []
  /// How many findings there are beside those that are kept.
  private(set) var unlisted = 0
  private var path: [String] = []

  init(
    _ schemas: InputFactsTable,
    channels: [Descriptor.Channel],
    in room: Evaluation.Room = .callersStack
  ) {
    self.schemas = schemas
    self.channels = channels
    evaluation = Evaluation(schemas.program, in: room)
  }

  /// Whether nothing but values has come of what was converted.
  var saysNothing: Bool {
    secrets.isEmpty && sinks.isEmpty && sources.isEmpty && findings.isEmpty
      && effect == CallEffect()
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
    let message = """
      the inputs take too long to be checked against their schema; give fewer or smaller ones
      """
    add(Finding(path: [], problem: .init(keyword: "oneOf", message: message)))
  }

  private mutating func add(_ finding: Finding) {
    if findings.count < FaultReport.maximumEntries {
      findings.append(finding)
    } else {
      unlisted += 1
    }
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
      if !allowsNul, text.holdsNul { refuseNul(site, isOfName: false) }
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
      if !allowsNul, name.holdsNul { refuseNul(site, isOfName: true) }
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
        return .bytes(try Base64.decode(text, ignoringWhiteSpace: true))
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
        sinks.append(.init(channel: channel, path: text, pointer: JSONPointer(path)))
      }
      if let channel = facts.source, has(channel, .input) {
        sources.append(.init(channel: channel, path: text, pointer: JSONPointer(path)))
      }
    }
  }

  /// Whether this action has a channel: an input of the type may be for one that others have.
  private func has(_ channel: String, _ direction: Descriptor.Channel.Direction) -> Bool {
    channels.contains { $0.name == channel && $0.direction == direction }
  }
}

// MARK: - Findings

extension InputConversion {
  private mutating func isTooDeep() -> Bool {
    // The inputs themselves are the first level.
    guard path.count >= Evaluation.maximumLevel else { return false }
    let message = "the value nests deeper than \(Evaluation.maximumLevel) levels"
    add(Finding(path: [path[0]], problem: .init(keyword: "type", message: message)))
    return true
  }

  private mutating func refuseNul(_ site: Site, isOfName: Bool) {
    let problem = FaultReport.Problem(
      keyword: "x-nul",
      message: "the text holds the character U+0000, at which C libraries would cut it off",
      isOfName: isOfName
    )
    let schema = site.nodes.first.flatMap { schemas.program.nodes[$0].place }
    add(Finding(path: path, problem: problem, schema: schema, keyword: "x-nul"))
  }

  private mutating func find(
    _ keyword: String,
    expected: String? = nil,
    _ value: Value? = nil,
    message: String? = nil,
    _ site: Site
  ) {
    let problem = FaultReport.Problem(
      keyword: keyword,
      expected: expected,
      value: value,
      message: message
    )
    let schema = schemas.program.nodes[site.conversionNode].place
    add(Finding(path: path, problem: problem, schema: schema, keyword: keyword))
  }
}
