/// Keeps a stream up to a limit: its beginning, and its end.
///
/// The memory is that of the limit at most, and a line in between tells how much was left out.
struct OutputCollector: Sendable {
  /// How many bytes have come.
  private(set) var count = 0
  private let headLimit: Int
  private let tailLimit: Int
  private var head: [UInt8] = []
  /// The last bytes behind the head, in a ring once it is full.
  private var tail: [UInt8] = []
  /// Where the oldest byte of a full ring is.
  private var start = 0

  /// Collects nothing yet.
  ///
  /// - Parameter limit: How many bytes are kept, half of them from the beginning.
  init(limit: Int) {
    headLimit = max(0, limit) / 2
    tailLimit = max(0, limit) - headLimit
  }

  /// Whether something was left out.
  var isCut: Bool { count > headLimit + tailLimit }

  /// Takes the next piece.
  ///
  /// - Parameter bytes: The piece.
  /// - Complexity: That of the piece.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    count += bytes.count
    let headPart = bytes.prefix(headLimit - head.count)
    head += headPart
    var rest = bytes[headPart.endIndex...]
    if rest.count >= tailLimit {
      tail = Array(rest.suffix(tailLimit))
      start = 0
      return
    }
    let fill = rest.prefix(tailLimit - tail.count)
    tail += fill
    rest = rest[fill.endIndex...]
    while !rest.isEmpty {
      let part = rest.prefix(tailLimit - start)
      tail.replaceSubrange(start..<(start + part.count), with: part)
      start = (start + part.count) % tailLimit
      rest = rest[part.endIndex...]
    }
  }

  /// What was kept, as it came.
  ///
  /// - Returns: The beginning and the end, which follow on each other if nothing was left out.
  func parts() -> (head: [UInt8], tail: [UInt8]) { (head, Array(tail[start...] + tail[..<start])) }

  /// What was kept, with a line in between if something was left out.
  ///
  /// - Parameter isText: Whether it is UTF-8, of which no character is cut; else not even the line is put in.
  /// - Returns: The bytes.
  func bytes(isText: Bool) -> [UInt8] {
    let (head, tail) = parts()
    guard isCut, isText else { return head + tail }
    let cut = cut(isUTF8: true)
    return cut.head + Array(cut.line.utf8) + cut.tail
  }

  /// What was kept of a stream that was too long, with the line that tells so.
  ///
  /// - Parameter isUTF8: Whether it is UTF-8, of which no character is cut.
  /// - Returns: The beginning, the line, and the end.
  func cut(isUTF8: Bool) -> (head: [UInt8], line: String, tail: [UInt8]) {
    let (head, tail) = parts()
    let end = isUTF8 ? head.count - UTF8Boundary.unfinished(head) : head.count
    let begin = isUTF8 ? UTF8Boundary.rest(tail) : 0
    let omitted = count - end - (tail.count - begin)
    let before = end == 0 || head[end - 1] == 0x0A ? "" : "\n"
    let line = "\(before)[… \(omitted) bytes left out …]\n"
    return (Array(head[..<end]), line, Array(tail[begin...]))
  }
}
