/// A message of an Arrow stream: what it is, and the bytes behind it.
struct ArrowMessage: Sendable {
  /// What a message may be.
  enum Kind: Sendable {
    case schema, dictionary, batch
  }

  let kind: Kind
  let header: FlatBufferTable
  let body: ArraySlice<UInt8>
}

/// Takes the messages out of an Arrow stream, or out of a file, which is one between marks.
///
/// Nothing is set aside for bytes before they have come, whatever a message says about its size. The format:
/// https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
struct ArrowMessages {
  /// Metadata is some hundred bytes for each column.
  private static let metadataLimit = 1 << 24
  /// The body of a batch is held in memory.
  private static let bodyLimit = 1 << 30
  private static let fileMark = Array("ARROW1".utf8)
  private static let continuation: UInt32 = 0xFFFF_FFFF

  private var source: any RecordSource
  /// What has come and has not been taken.
  private var rest: ArraySlice<UInt8> = []
  private var isAtStart = true
  private var isOver = false

  /// The messages of a source.
  ///
  /// - Parameter source: Where the bytes come from.
  init(_ source: any RecordSource) { self.source = source }

  /// The next message; nil: there are no more.
  ///
  /// - Parameter place: What comes next, for faults.
  /// - Returns: The message.
  /// - Throws: Why the bytes cannot be had, or why they are no message.
  mutating func next(at place: RecordPlace) throws(RecordFault) -> ArrowMessage? {
    if isOver { return nil }
    guard let size = try metadataSize(at: place), size > 0 else {
      // What follows in a file says where its batches are; it is not needed.
      isOver = true
      return nil
    }
    guard size <= ArrowMessages.metadataLimit else {
      throw .invalid(place, "the metadata of a message is too large: it has \(size) bytes")
    }
    let metadata = try whole(size, at: place)
    let message: (kind: ArrowMessage.Kind, header: FlatBufferTable, bodySize: Int)
    do throws(ArrowFault) {
      message = try ArrowMessages.parse(Array(metadata))
    } catch {
      throw .invalid(place, error.text)
    }
    let body = try whole(message.bodySize, at: place)
    return ArrowMessage(kind: message.kind, header: message.header, body: body)
  }

  /// How many bytes of metadata come next; 0 where the stream says that it ends, nil where it does without.
  private mutating func metadataSize(at place: RecordPlace) throws(RecordFault) -> Int? {
    var mark = try take(4)
    if isAtStart {
      isAtStart = false
      guard !mark.isEmpty else { throw .invalid(place, "there is nothing: no Arrow stream") }
      if mark.elementsEqual(ArrowMessages.fileMark.prefix(4)) {
        guard try whole(4, at: place).starts(with: ArrowMessages.fileMark.dropFirst(4)) else {
          throw .invalid(place, "this is no Arrow stream and no Arrow file")
        }
        mark = try take(4)
        // Polars puts the schema there without its size, and dictionaries behind the batches that need them.
        guard ArrowMessages.number(mark) == ArrowMessages.continuation else {
          throw .invalid(
            place,
            "this Arrow file cannot be read from its front: write the streaming format, which is write_ipc_stream in polars"
          )
        }
      }
      // Whatever else it is, its first four bytes make a large number where they are text.
      let number = ArrowMessages.number(mark)
      guard number == ArrowMessages.continuation || number <= ArrowMessages.metadataLimit else {
        throw .invalid(place, "this is no Arrow stream and no Arrow file")
      }
    }
    if mark.isEmpty { return nil }
    // Streams of Arrow before 0.15 have no mark in front of the size.
    if mark.count == 4, ArrowMessages.number(mark) == ArrowMessages.continuation {
      mark = try take(4)
    }
    guard mark.count == 4 else { throw .invalid(place, ArrowMessages.cut) }
    return Int(ArrowMessages.number(mark))
  }

  /// What the metadata of a message says.
  private static func parse(
    _ metadata: [UInt8]
  ) throws(ArrowFault) -> (kind: ArrowMessage.Kind, header: FlatBufferTable, bodySize: Int) {
    let message = try FlatBufferTable(rootOf: metadata)
    // 3 and 4 stand for the versions 4 and 5.
    let version = try message.integer(0, else: Int16(0))
    guard 3...4 ~= version else {
      throw ArrowFault("a message is of version \(Int(version) + 1); those of 4 and 5 are read")
    }
    let kind: ArrowMessage.Kind
    switch try message.integer(1, else: UInt8(0)) {
    case 1: kind = .schema
    case 2: kind = .dictionary
    case 3: kind = .batch
    default: throw ArrowFault("a message has no records: a tensor, or what is not known")
    }
    guard let header = try message.table(2) else { throw ArrowFault("a message has no header") }
    let size = try message.integer(3, else: Int64(0))
    guard 0...Int64(bodyLimit) ~= size else {
      throw ArrowFault("a batch has \(size) bytes: write batches of at most \(bodyLimit)")
    }
    return (kind, header, Int(size))
  }

  /// Little-endian, of at most four bytes.
  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static let cut = "the stream ends in the middle of a message"

  private mutating func whole(
    _ count: Int,
    at place: RecordPlace
  ) throws(RecordFault) -> ArraySlice<UInt8> {
    let bytes = try take(count)
    guard bytes.count == count else { throw .invalid(place, ArrowMessages.cut) }
    return bytes
  }

  /// The next bytes, which are fewer at the end; they are copied where they come in several pieces.
  private mutating func take(_ count: Int) throws(RecordFault) -> ArraySlice<UInt8> {
    if rest.isEmpty, count > 0 { rest = try source.next()?[...] ?? [] }
    if rest.count >= count {
      let part = rest.prefix(count)
      rest = rest.dropFirst(count)
      return part
    }
    var bytes = Array(rest)
    rest = []
    while bytes.count < count, let piece = try source.next() {
      let room = min(count - bytes.count, piece.count)
      bytes.append(contentsOf: piece[..<room])
      rest = piece[room...]
    }
    return bytes[...]
  }
}
