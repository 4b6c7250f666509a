internal import FileKit

/// Makes replies out of the lines of a control connection (RFC 959, section 4.2).
///
/// A reply is `ddd text`, or all from `ddd-text` to a line that begins with the same digits and a blank; the lines
/// between may begin with anything. Many servers put `ddd-` in front of these too, which is taken away.
struct ReplyReader {
  /// How many bytes of a reply are kept; the rest is counted.
  static let limit = 64 << 10
  /// What a line takes beside its bytes, so that empty ones fill no memory either.
  private static let lineCost = 32
  /// How many bytes of the last line are kept in any case: it is the one that says how it ended.
  private static let lastLine = 1024

  /// The code of a reply that has begun; nil: none has.
  private var code: Int?
  private var lines: [[UInt8]] = []
  private var cost = 0
  private var omitted = 0

  /// A reader at the beginning of a connection.
  init() {}

  /// Whether the last line was the end of a reply, or none has come.
  var isBetweenReplies: Bool { code == nil }

  /// Takes a line.
  ///
  /// - Parameter line: The line, with its end (CR LF, LF, or none where it was cut).
  /// - Throws: That no reply begins with such a line. The reader goes on with the next one as if this had not been.
  /// - Returns: The reply that ends with this line; nil: it goes on.
  mutating func read(_ line: borrowing Span<UInt8>) throws(NoReply) -> FTPReply? {
    var count = line.count
    if count > 0, line[count - 1] == UInt8(ascii: "\n") { count -= 1 }
    while count > 0, line[count - 1] == UInt8(ascii: "\r") { count -= 1 }
    let found = ReplyReader.code(line, count)
    let separator = count > 3 ? line[3] : UInt8(ascii: " ")
    guard let code else {
      guard let found, separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else {
        throw NoReply(line: ReplyReader.copy(line, 0, min(count, 200)))
      }
      if separator == UInt8(ascii: " ") {
        return FTPReply(
          found,
          lines: [ReplyReader.copy(line, 4, min(count, ReplyReader.limit))],
          omitted: max(0, count - ReplyReader.limit)
        )
      }
      self.code = found
      keep(line, from: 4, to: count)
      return nil
    }
    guard found == code else {
      keep(line, from: 0, to: count)
      return nil
    }
    guard separator == UInt8(ascii: " ") else {
      keep(line, from: separator == UInt8(ascii: "-") ? 4 : 0, to: count)
      return nil
    }
    keep(line, from: 4, to: count, atLeast: ReplyReader.lastLine)
    let reply = FTPReply(code, lines: lines, omitted: omitted)
    self = ReplyReader()
    return reply
  }

  /// Keeps as much of a line as there is room for, or as it is to have in any case.
  private mutating func keep(
    _ line: borrowing Span<UInt8>,
    from start: Int,
    to end: Int,
    atLeast least: Int = 0
  ) {
    let room = max(ReplyReader.limit - cost - ReplyReader.lineCost, 0)
    let length = max(end - start, 0)
    let kept = min(length, max(room, least))
    omitted += length - kept
    guard room > 0 || least > 0 else { return }
    cost += kept + ReplyReader.lineCost
    lines.append(ReplyReader.copy(line, start, start + kept))
  }

  /// The three digits in front of a line; nil: there are none, or they are no code.
  private static func code(_ line: borrowing Span<UInt8>, _ count: Int) -> Int? {
    guard count >= 3 else { return nil }
    var code = 0
    for place in 0..<3 {
      guard 0x30...0x39 ~= line[place] else { return nil }
      code = code * 10 + Int(line[place] - 0x30)
    }
    return 100..<700 ~= code ? code : nil
  }

  private static func copy(_ line: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> [UInt8] {
    guard start < end else { return [] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(end - start)
    for place in start..<end { bytes.append(line[place]) }
    return bytes
  }
}

/// A line that is none of an FTP server's replies.
struct NoReply: Error, Sendable, Hashable {
  /// The beginning of the line.
  let line: [UInt8]
}

extension NoReply: CustomStringConvertible {
  /// What is wrong, and what to do, for people.
  var description: String {
    if line.starts(with: "SSH-".utf8) {
      return "an SSH server answers: use the driver for SSH, or the port of the FTP server"
    }
    let says = line.isEmpty ? "an empty line" : NameText(line).description
    return "the server does not speak FTP: it says \(says). Look whether host and port are right"
      + ", and whether the port is one for implicit TLS"
  }
}
