/// What to read, and how.
struct JSONSource {
  var file: String?
  /// Whether the bytes are known to be UTF-8.
  var isValid: Bool
  var limits: JSON.Limits

  init(_ file: String?, isValid: Bool = false, _ limits: JSON.Limits) {
    self.file = file
    self.isValid = isValid
    self.limits = limits
  }
}

/// Why reading stopped.
struct JSONFailure: Error {
  var offset: Int
  var expected: String?
  var message: String
}

extension JSON {
  /// Reads a document: the common way of `parse`, `problem` and all others.
  static func read(
    _ bytes: Span<UInt8>,
    _ source: JSONSource,
    building: Bool = true,
    recording: Bool = false
  ) throws(HostError) -> (value: Value, nodes: [SourceMap.Node]) {
    if let limit = source.limits.bytes, bytes.count > limit {
      throw HostError.tooLarge(bytes.count, limit: limit, file: source.file ?? "the JSON text")
    }
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      let input = unsafe SourceBytes(bytes)
      var reader = JSONReader(input, source, building: building, recording: recording)
      return reader.result()
    }
    return try result.get()
  }
}

/// Reads one JSON document, without recursion: what is open lies on stacks of the reader's own.
struct JSONReader: ~Copyable {
  /// A list or a map that has not ended.
  struct Open {
    var isMap: Bool
    var firstValue: Int
    var firstName: Int
    /// Items or members so far, with the one that is being read.
    var count = 0
    /// For a map: its number in the document.
    var map: UInt32
    var node: Int
  }

  let input: SourceBytes
  let source: JSONSource
  let isBuilding: Bool
  let isRecording: Bool
  var position = 0
  var open: [Open] = []
  var values = ValueStack()
  var names: JSONNames
  /// The text of a string with escapes, while it is read.
  var unescaped: [UInt8] = []
  var faults: [Fault] = []
  private var mapCount: UInt32 = 0
  private var nodes: [SourceMap.Node] = []
  private var places = PlaceCounter()
  private var keyPlace = SourcePlace()

  /// A reader of a document.
  init(_ input: SourceBytes, _ source: JSONSource, building: Bool, recording: Bool) {
    self.input = input
    self.source = source
    isBuilding = building
    isRecording = recording
    names = JSONNames(keepsText: building)
    // Deeper ones are rare.
    open.reserveCapacity(8)
  }

  /// Reads the document, or tells all that is wrong with it.
  mutating func result() -> Result<(value: Value, nodes: [SourceMap.Node]), HostError> {
    do throws(JSONFailure) {
      try checkEncoding()
      try readDocument()
    } catch {
      faults.append(fault(error))
    }
    guard faults.isEmpty else {
      return .failure(HostError(faults: faults, of: source.file ?? "the JSON text"))
    }
    return .success((isBuilding ? values.pop() : .null, nodes))
  }

  private mutating func readDocument() throws(JSONFailure) {
    position = input.endOfBlanks(from: 0)
    values: while true {
      // A value begins here.
      guard try readValueHasEnded() else { continue }
      // It has ended: a comma leads to the next, a bracket ends what it is in, which is a value
      // too.
      while let innermost = open.last {
        position = input.endOfBlanks(from: position)
        let byte = input[position]
        if byte == UInt8(ascii: ",") {
          position = input.endOfBlanks(from: position + 1)
          if innermost.isMap { try readName() } else { open[open.count - 1].count += 1 }
          continue values
        }
        guard byte == (innermost.isMap ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw expected(innermost.isMap ? "a comma or `}`" : "a comma or `]`")
        }
        position += 1
        close(innermost)
      }
      break
    }
    position = input.endOfBlanks(from: position)
    guard position == input.count else {
      throw expected("the end, since one document holds one value")
    }
  }

  /// Reads a value, or opens a list or a map that is not empty: then the first value in it is next.
  @inline(__always)
  private mutating func readValueHasEnded() throws(JSONFailure) -> Bool {
    if isRecording { record() }
    switch input[position] {
    case UInt8(ascii: "\""): try readString()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
    case UInt8(ascii: "{"): return try openMap()
    case UInt8(ascii: "["): return try openList()
    case UInt8(ascii: "t"): try readWord("true", .bool(true))
    case UInt8(ascii: "f"): try readWord("false", .bool(false))
    case UInt8(ascii: "n"): try readWord("null", .null)
    default: throw expected(open.last?.isMap == false ? "a value or `]`" : "a value")
    }
    return true
  }

  @inline(__always)
  private mutating func readString() throws(JSONFailure) {
    let start = position + 1
    let end = input.endOfPlainText(from: start)
    if input[end] == UInt8(ascii: "\"") {
      position = end + 1
      if isBuilding { values.push(.string(input.text(start..<end))) }
      return
    }
    try readEscapes(from: start, plainTo: end)
    if isBuilding { values.push(.string(String(decoding: unescaped, as: UTF8.self))) }
  }

  @inline(__always)
  private mutating func readNumber() throws(JSONFailure) {
    do throws(JSONNumber.Malformed) {
      let number = try JSONNumber(input, at: position)
      position = number.end
      if isBuilding { values.push(number.value(in: input)) }
    } catch {
      position = error.offset
      throw expected(error.expected)
    }
  }

  private mutating func readWord(_ word: StaticString, _ value: Value) throws(JSONFailure) {
    guard input.holds(word, at: position) else { throw expected("true, false or null") }
    position += word.utf8CodeUnitCount
    if isBuilding { values.push(value) }
  }

  @inline(__always)
  private mutating func openMap() throws(JSONFailure) -> Bool {
    mapCount += 1
    try open(
      Open(
        isMap: true,
        firstValue: values.count,
        firstName: names.pendingCount,
        map: mapCount,
        node: nodes.count - 1
      )
    )
    if input[position] == UInt8(ascii: "}") {
      position += 1
      close(open[open.count - 1])
      return true
    }
    try readName()
    return false
  }

  @inline(__always)
  private mutating func openList() throws(JSONFailure) -> Bool {
    try open(
      Open(
        isMap: false,
        firstValue: values.count,
        firstName: names.pendingCount,
        map: 0,
        node: nodes.count - 1
      )
    )
    if input[position] == UInt8(ascii: "]") {
      position += 1
      close(open[open.count - 1])
      return true
    }
    open[open.count - 1].count = 1
    return false
  }

  @inline(__always)
  private mutating func open(_ container: Open) throws(JSONFailure) {
    guard open.count < source.limits.depth else {
      throw JSONFailure(
        offset: position,
        message: "nests deeper than \(source.limits.depth) levels, which is the limit"
      )
    }
    open.append(container)
    position = input.endOfBlanks(from: position + 1)
  }

  @inline(__always)
  private mutating func close(_ container: Open) {
    open.removeLast()
    if isBuilding {
      if container.isMap, !faults.isEmpty {
        // Nobody gets it any more, and names that are equal would all meet in one place of its
        // index.
        values.drop(from: container.firstValue)
        values.push(.null)
      } else if container.isMap {
        let members = values.takeMembers(
          from: container.firstValue,
          names: names,
          firstName: container.firstName
        )
        values.push(.map(ValueMap(unique: members)))
      } else {
        values.push(.list(values.takeItems(from: container.firstValue)))
      }
    }
    if container.isMap { names.close(from: container.firstName) }
    if isRecording { nodes[container.node].next = UInt32(nodes.count) }
  }

  /// Reads a member's name and the colon.
  @inline(__always)
  private mutating func readName() throws(JSONFailure) {
    let start = position
    guard input[start] == UInt8(ascii: "\"") else {
      throw expected(
        open[open.count - 1].count == 0 ? "a name in quotes or `}`" : "a name in quotes"
      )
    }
    if isRecording { keyPlace = places.place(of: start, in: input) }
    let map = open[open.count - 1].map
    let end = input.endOfPlainText(from: start + 1)
    let isNew: Bool
    if input[end] == UInt8(ascii: "\"") {
      position = end + 1
      isNew = names.add(start + 1..<end, of: input, toMap: map)
    } else {
      try readEscapes(from: start + 1, plainTo: end)
      isNew = unsafe unescaped.withUnsafeBufferPointer { bytes in
        names.add(0..<bytes.count, of: unsafe SourceBytes(bytes), toMap: map)
      }
    }
    open[open.count - 1].count += 1
    if !isNew { noteDuplicate(at: start) }
    position = input.endOfBlanks(from: position)
    guard input[position] == UInt8(ascii: ":") else { throw expected("a colon") }
    position = input.endOfBlanks(from: position + 1)
  }

  /// Notes where a value begins, and its name before it.
  private mutating func record() {
    let place = places.place(of: position, in: input)
    nodes.append(SourceMap.Node(key: keyPlace, value: place, next: UInt32(nodes.count + 1)))
    keyPlace = SourcePlace()
  }
}
