extension YAMLComposer {
  /// Takes a scalar, as a key or as a value.
  ///
  /// - Parameters:
  ///   - text: Its text.
  ///   - isResolved: Whether it is what its text looks like, where no tag says otherwise.
  ///   - properties: Its anchor and tag.
  ///   - place: Where it begins.
  mutating func takeScalar(
    _ text: String,
    isResolved: Bool,
    _ properties: YAMLProperties,
    at place: SourcePlace
  ) {
    let value = scalarValue(text, isResolved: isResolved, properties, at: place)
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
    _ properties: YAMLProperties,
    at place: SourcePlace
  ) -> Value {
    // A key is its text, so that what it resembles is no matter, unless an alias may ask for it.
    let isText = !isResolved || isKeyNext && properties.anchor == nil

    do throws(YAMLScalar.Refusal) {
      switch YAMLTag(properties.tag) {
      case .none:
        return isText ? .string(text) : try YAMLScalar.value(ofPlain: text)
      case .nonSpecific: return .string(text)
      case .core(let core): return try YAMLScalar.value(of: text, as: core)
      case .refused(let reason): note(reason, at: place)
      }
    } catch {
      note(error.message, expected: error.expected, at: place)
    }
    return .null
  }

  /// Takes what an anchor stands for, as a key or as a value.
  mutating func takeAlias(_ name: String, at place: SourcePlace) throws(Stopped) {
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

  /// Opens a list or a map.
  mutating func begin(
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

  /// Closes the innermost list or map.
  mutating func end() {
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
        "the key \(FaultText.name(key)) stands in this map already, in line \(line); "
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
