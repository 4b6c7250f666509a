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
  var root: Value?
  private var scalars: [YAMLGaps.Scalar] = []
  private var offsets: CharacterOffsets
  var aliasedValues = 0
  /// The number of characters before the document and its marker.
  private var directivesEnd = 0
  /// The end of the text, once it was asked for.
  private var endPlace: SourcePlace?

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
    if let (offset, message) = YAMLPrecheck.problem(in: source) {
      note(message, at: place(of: offset))
    } else {
      compose()
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

  private func place(of offset: Int) -> SourcePlace {
    var places = PlaceCounter()
    return places.place(of: offset, in: source)
  }

  /// Where an event begins.
  ///
  /// For a value that is missing at the end of a last line without a break, libyaml begins another
  /// line, which the text does not have.
  private mutating func start(of event: YAMLEvent) -> SourcePlace {
    let mark = event.start
    guard mark.column == 0, mark.line > 0, offsets.offset(of: mark.index) == source.count,
      ![0x0A, 0x0D].contains(source[source.count - 1])
    else { return mark.place }
    // Looked for once, since many values may be missing there.
    let end = endPlace ?? place(of: source.count)
    endPlace = end
    return end
  }

  private mutating func compose() {
    do throws(YAMLFailure) {
      var parser = try YAMLParserHandle(source)
      var goesOn = true
      while goesOn { goesOn = take(try parser.next()) }
    } catch {
      // Its own line and column are those behind the last line where the document ends too early.
      let offset = offsets.offset(of: error.mark.index)
      faults.append(
        YAMLProblem.fault(error, at: place(of: offset), near: source[offset], file: file)
      )
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
    let place = start(of: event)
    switch event.kind {
    case .documentStart:
      directivesEnd = event.end.index
      guard root == nil else {
        throw stopped(
          "a second document begins here; put it in a file of its own",
          at: place
        )
      }
    case .scalar(let text, let style, let properties):
      scalars.append(
        YAMLGaps.Scalar(start: event.start.index, end: event.end.index, style: style)
      )
      if style == .plain, text == "-" {
        note("put the `-` in quotes; alone it is no text", at: place)
      }
      let isResolved = style == .plain && !hasNonSpecificTag(event)
      takeScalar(text, isResolved: isResolved, properties, at: place)
    case .alias(let name): try takeAlias(name, at: place)
    case .listStart(let properties): try begin(isMap: false, properties, at: place)
    case .mapStart(let properties): try begin(isMap: true, properties, at: place)
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
}
