internal import FileKit

/// What a server answers to a command (RFC 959, section 4.2).
struct FTPReply: Sendable, Hashable {
  /// What its first digit says.
  enum Kind: Sendable, Hashable {
    /// 1yz: it has begun, and another reply follows.
    case begun
    /// 2yz: it is done.
    case done
    /// 3yz: more is needed, such as a password.
    case more
    /// 4yz: it is not done; the same may work later.
    case notNow
    /// 5yz: it is not done, and will not be.
    case refused
    /// 6yz: a reply that is enciphered (RFC 2228), which we never ask for.
    case protected
  }

  /// Its three digits, from 100 to 699.
  let code: Int
  /// The text of its lines, without the code in front and the end of the line; in any encoding.
  let lines: [[UInt8]]
  /// How many bytes there were more than are kept.
  let omitted: Int

  /// How many bytes of it are shown to people.
  private static let shown = 600

  /// A reply.
  ///
  /// - Parameters:
  ///   - code: Its three digits.
  ///   - lines: The text of its lines; at least one.
  ///   - omitted: How many bytes there were more.
  init(_ code: Int, lines: [[UInt8]], omitted: Int = 0) {
    self.code = code
    self.lines = lines
    self.omitted = omitted
  }

  /// A reply of one line.
  ///
  /// - Parameters:
  ///   - code: Its three digits.
  ///   - text: What it says.
  init(_ code: Int, _ text: String) { self.init(code, lines: [Array(text.utf8)]) }

  /// What its first digit says.
  var kind: Kind {
    switch code / 100 {
    case 1: .begun
    case 2: .done
    case 3: .more
    case 4: .notNow
    case 5: .refused
    default: .protected
    }
  }

  /// The last line's text: where an answer is one line, this is it.
  var last: [UInt8] { lines.last ?? [] }

  /// The lines between the first and the last one, which hold what FEAT and MLST tell; none where it has one line.
  var inner: ArraySlice<[UInt8]> { lines.count < 3 ? [] : lines[1..<(lines.count - 1)] }

  /// What it says, for people: on one line, without what a terminal would act on, and never long.
  var text: String {
    var bytes: [UInt8] = []
    for line in lines where bytes.count <= FTPReply.shown {
      let words = ASCII.trimmed(line[...])
      if words.isEmpty { continue }
      if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
      bytes += words.prefix(FTPReply.shown + 1 - min(bytes.count, FTPReply.shown))
    }
    if bytes.isEmpty { return "no reason is told" }
    guard bytes.count > FTPReply.shown || omitted > 0 else { return NameText(bytes).description }
    // A character is not cut in two.
    var end = min(bytes.count, FTPReply.shown)
    while end > FTPReply.shown - 4, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return NameText(bytes[..<end]).description + "…"
  }

  /// The same reply in UTF-8, so that people can read what a server says in its own encoding.
  ///
  /// Paths in it are then as all of this driver has them.
  ///
  /// - Parameter encoding: What the server writes in.
  /// - Returns: The reply; a line that is not in that encoding stays as it is.
  func decoded(_ encoding: NameEncoding) -> FTPReply {
    FTPReply(code, lines: lines.map { (try? encoding.decode($0)) ?? $0 }, omitted: omitted)
  }

  /// The words that are looked for in it: its text in small letters, by ASCII, with one blank between them.
  var words: String {
    let all = lines.joined(separator: [UInt8(ascii: " ")]).prefix(2048)
    let parts = all.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return ASCII.small(parts.joined(separator: [UInt8(ascii: " ")]))
  }
}

extension FTPReply: CustomStringConvertible {
  /// The code and the text, such as `550 No such file`.
  var description: String { "\(code) \(text)" }
}
