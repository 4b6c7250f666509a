/// Makes a value of libyaml's events, without recursion.
struct YAMLComposer {
  /// A list or a map that has not ended.
  struct Open {
    var isMap: Bool
    var items: [Value] = []
    var members = ValueMap()
    /// The key whose value comes next.
    var key: String?
    /// Where the keys of a map stand, in its order.
    var keyPlaces: [SourcePlace] = []
    var anchor: String?
    var node: Int
    var size = Size(values: 1, height: 1)
  }

  /// What a value has once its aliases are expanded.
  struct Size {
    /// Values in it and itself; a text counts once for each 64 bytes.
    var values: Int
    /// Levels of lists and maps.
    var height: Int
  }

  /// What an anchor stands for.
  struct Anchored {
    var value: Value
    /// The text of a scalar, as it counts where it is a key.
    var text: String?
    var size: Size
    /// Its node among the locations; 0 where it is a key.
    var node: Int
  }

  let source: SourceBytes
  let file: String
  let limits: YAML.Limits
  var open: [Open] = []
  var anchors: [String: Anchored] = [:]
  var nodes: [SourceMap.Node] = []
  var faults: [Fault] = []
  private var root: Value?
  private var scalars: [YAMLGaps.Scalar] = []
  private var offsets: CharacterOffsets
  private var aliasedValues = 0
  /// The number of characters before the document and its marker.
  private var directivesEnd = 0

  /// A composer of one document.
  init(_ source: SourceBytes, file: String, limits: YAML.Limits) {
    self.source = source
    self.file = file
    self.limits = limits
    offsets = CharacterOffsets(of: source)
  }

  /// Why composing stopped: the fault stands among the others already.
  struct Stopped: Error {}

  /// Reads the document, or tells all that is wrong with it.
  mutating func document() throws(HostError) -> ParsedDocument {
    do throws(Stopped) {
      try checkCharacters()
      compose()
    } catch {
      // Whoever stops has noted why.
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: file) }
    let gaps = YAMLGaps(in: source, between: scalars, directivesEnd: directivesEnd)
    for problem in gaps.problems { note(problem.message, at: problem.place) }
    guard faults.isEmpty else { throw HostError(faults: faults, of: file) }
    let value = root ?? .null
    return ParsedDocument(
      value: value,
      locations: SourceMap(of: value, nodes: nodes, file: file),
      droppedLines: gaps.droppedLines,
      cutLines: gaps.cutLines
    )
  }

  private mutating func checkCharacters() throws(Stopped) {
    guard let (offset, message) = YAMLCharacters.problem(in: source) else { return }
    var places = PlaceCounter()
    throw stopped(message, at: places.place(of: offset, in: source))
  }

  private mutating func compose() {
    do throws(YAMLFailure) {
      var parser = try YAMLParserHandle(source)
      var goesOn = true
      while goesOn { goesOn = take(try parser.next()) }
    } catch {
      let byte = source[offsets.offset(of: error.mark.index)]
      faults.append(YAMLProblem.fault(error, near: byte, file: file))
    }
  }

  /// Takes an event; false if it was the last, or nothing can come after it.
  private mutating func take(_ event: YAMLEvent) -> Bool {
    if case .streamEnd = event.kind { return false }
    do throws(Stopped) {
      try compose(event)
      return true
    } catch {
      // Whoever stops has noted why.
      return false
    }
  }

  private mutating func compose(_ event: YAMLEvent) throws(Stopped) {
    switch event.kind {
    case .documentStart:
      directivesEnd = event.end.index
      guard root == nil else {
        throw stopped(
          "a second document begins here; put it in a file of its own",
          at: event.start.place
        )
      }
    case .scalar(let text, let style, let properties):
      scalars.append(
        YAMLGaps.Scalar(start: event.start.index, end: event.end.index, style: style)
      )
      if style == .plain, text == "-" {
        note("put the `-` in quotes; alone it is no text", at: event.start.place)
      }
      let isResolved = style == .plain && !hasNonSpecificTag(event)
      takeScalar(text, isResolved: isResolved, properties, at: event.start.place)
    case .alias(let name): try takeAlias(name, at: event.start.place)
    case .listStart(let properties): try begin(isMap: false, properties, at: event.start.place)
    case .mapStart(let properties): try begin(isMap: true, properties, at: event.start.place)
    case .listEnd, .mapEnd: end()
    case .documentEnd, .streamStart, .streamEnd: return
    }
  }

  /// Whether a plain scalar stands behind the tag `!`, of which libyaml does not tell.
  private mutating func hasNonSpecificTag(_ event: YAMLEvent) -> Bool {
    guard event.end.index > event.start.index else { return false }
    var offset = offsets.offset(of: event.start.index)
    if source[offset] == UInt8(ascii: "&") {
      while source[offset] > 0x20 { offset += 1 }
      offset = source.endOfBlanks(from: offset)
    }
    return source[offset] == UInt8(ascii: "!") && source[offset + 1] <= 0x20
  }

  // MARK: Nodes

  private mutating func takeScalar(
    _ text: String,
    isResolved: Bool,
    _ properties: YAMLProperties,
    at place: SourcePlace
  ) {
    let value = scalarValue(text, isResolved: isResolved, properties.tag, at: place)
    let size = Size(values: 1 + text.utf8.count / 64, height: 0)
    let isKey = isKeyNext
    if let anchor = properties.anchor {
      anchors[anchor] = Anchored(
        value: value,
        text: text,
        size: size,
        node: isKey ? 0 : nodes.count
      )
    }
    if isKey {
      takeKey(text, size: size, at: place)
    } else {
      appendNode(at: place)
      finish(value, size)
    }
  }

  private mutating func scalarValue(
    _ text: String,
    isResolved: Bool,
    _ tag: String?,
    at place: SourcePlace
  ) -> Value {
    do throws(YAMLScalar.Refusal) {
      switch YAMLTag(tag) {
      case .none:
        // A key is its text, so that what it resembles is no matter.
        return isResolved && !isKeyNext ? try YAMLScalar.value(ofPlain: text) : .string(text)
      case .nonSpecific: return .string(text)
      case .core(let core): return try YAMLScalar.value(of: text, as: core)
      case .refused(let reason): note(reason, at: place)
      }
    } catch {
      note(error.message, expected: error.expected, at: place)
    }
    return .null
  }

  private mutating func takeAlias(_ name: String, at place: SourcePlace) throws(Stopped) {
    guard let anchored = anchors[name] else {
      let isOpen = open.contains { $0.anchor == name }
      throw stopped(
        isOpen
          ? "`*\(name)` stands inside the value that `&\(name)` names, which would never end"
          : "`*\(name)` refers to nothing: no `&\(name)` stands before it; "
            + "put the value in quotes if its `*` is text",
        at: place
      )
    }
    aliasedValues += anchored.size.values
    guard aliasedValues <= limits.aliasedValues else {
      throw stopped(
        "aliases expand to more than \(limits.aliasedValues) values, which is the limit",
        at: place
      )
    }
    if isKeyNext {
      guard let text = anchored.text else { throw noKey(at: place) }
      takeKey(text, size: anchored.size, at: place)
      return
    }
    guard open.count + anchored.size.height <= limits.depth else { throw tooDeep(at: place) }
    appendNode(at: place)
    nodes[nodes.count - 1].target = UInt32(anchored.node)
    finish(anchored.value, anchored.size)
  }

  private mutating func begin(
    isMap: Bool,
    _ properties: YAMLProperties,
    at place: SourcePlace
  ) throws(Stopped) {
    guard !isKeyNext else { throw noKey(at: place) }
    guard open.count < limits.depth else { throw tooDeep(at: place) }
    switch YAMLTag(properties.tag) {
    case .none, .nonSpecific, .core(isMap ? .map : .list): break
    case .core(let core):
      note(
        "the tag `!!\(core.rawValue)` stands on a \(isMap ? "map" : "list"); remove the tag",
        at: place
      )
    case .refused(let reason): note(reason, at: place)
    }
    // Until it ends, an alias to it would never end, whatever else had the name before.
    if let anchor = properties.anchor { anchors[anchor] = nil }
    appendNode(at: place)
    open.append(Open(isMap: isMap, anchor: properties.anchor, node: nodes.count - 1))
  }

  private mutating func end() {
    let ended = open.removeLast()
    let value: Value = ended.isMap ? .map(ended.members) : .list(ended.items)
    nodes[ended.node].next = UInt32(nodes.count)
    // Inside it, the name may have been given to something else, which then is the later one.
    if let anchor = ended.anchor, anchors[anchor] == nil {
      anchors[anchor] = Anchored(value: value, size: ended.size, node: ended.node)
    }
    finish(value, ended.size)
  }

  /// Puts a value where it belongs.
  private mutating func finish(_ value: Value, _ size: Size) {
    guard let top = open.indices.last else {
      root = value
      return
    }
    open[top].size.values += size.values
    open[top].size.height = max(open[top].size.height, size.height + 1)
    if let key = open[top].key {
      open[top].members[key] = value
      open[top].key = nil
    } else {
      open[top].items.append(value)
    }
  }

  // MARK: Keys

  private var isKeyNext: Bool {
    open.last.map { $0.isMap && $0.key == nil } ?? false
  }

  private mutating func takeKey(_ key: String, size: Size, at place: SourcePlace) {
    let top = open.count - 1
    open[top].size.values += size.values
    if let first = open[top].members.position(of: key) {
      let line = open[top].keyPlaces[first].line
      open[top].key = key
      note(
        "the key `\(key)` stands in this map already, in line \(line); "
          + "remove or rename one of them",
        expected: "another key",
        at: place
      )
      // What follows has its place after the first, so that the order of places stays that of keys.
      return
    }
    open[top].key = key
    open[top].keyPlaces.append(place)
  }

  private mutating func noKey(at place: SourcePlace) -> Stopped {
    stopped("a list or a map cannot be a key; a key is text", expected: "a text", at: place)
  }

  private mutating func tooDeep(at place: SourcePlace) -> Stopped {
    stopped("nests deeper than \(limits.depth) levels, which is the limit", at: place)
  }

  private mutating func appendNode(at place: SourcePlace) {
    var node = SourceMap.Node(value: place, next: UInt32(nodes.count + 1))
    if let map = open.last, map.isMap, let key = map.keyPlaces.last { node.key = key }
    nodes.append(node)
  }
}
