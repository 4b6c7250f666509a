@testable import FTPDriver
@testable import FileKit
import FuzzSupport

/// A run's input for the reader of replies: two bytes that say how it is read, and the lines.
///
/// A short one with a zero byte at its end comes again and again.
struct ReplyInput {
  /// What came of lines that end a reply, or are of none.
  private enum Found: Equatable {
    case reply(FTPReply, lines: Range<Int>)
    case stranger(NoReply, line: Int)
  }

  private static let encodings = ["utf-8", "windows-1252", "shift_jis", "gb18030"]
    .map { (try? NameEncoding($0)) ?? .utf8 }
  /// How long lines are that come again: more than is kept of a reply.
  private static let longLength = ReplyReader.limit + 2048
  private static let operations = FTPOperation.allCases

  /// Which file a checksum is asked for of.
  let path: String
  private let encoding: NameEncoding
  private let usesTLS: Bool
  private let operation: FTPOperation
  /// What the lines end with when they are read once more.
  private let otherEnd: String
  /// The lines without their ends.
  private let lines: [[UInt8]]

  /// Takes an input apart.
  init(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    let settings = Int(input.byte())
    encoding = ReplyInput.encodings[settings & 3]
    usesTLS = settings & 4 != 0
    path = ["", "/d/a b", "a", "/a"][settings >> 5 & 3]
    otherEnd = ["\r\n", "\n", "", "\r\r\n"][settings >> 3 & 3]
    operation = ReplyInput.operations[input.number(below: ReplyInput.operations.count)]
    var all = input.bytes(upTo: .max)
    if 2...48 ~= all.count, all.last == 0 {
      let part = all.dropLast()
      all = (0...ReplyInput.longLength / part.count).flatMap { _ in part }
    }
    // A CR in front of an end is a part of it.
    lines = all.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { line in Array(line[...(line.lastIndex { $0 != 0x0D } ?? line.startIndex - 1)]) }
  }

  /// Reads the lines twice, with other ends the second time, which has to come to the same.
  ///
  /// - Returns: The replies.
  func replies() -> [FTPReply] {
    let found = read(lines[...], "\r\n")
    require(read(lines[...], otherEnd) == found, "with other ends of lines it is something else")
    // To write them takes long, and there may be thousands.
    for case .stranger(let stranger, let line) in found.prefix(8) {
      require(lines[line].prefix(200).elementsEqual(stranger.line), "\(stranger) is another line")
      require(isPlain("\(stranger)"), "\(stranger) has control characters in it")
    }
    var replies: [FTPReply] = []
    for case .reply(let reply, let range) in found {
      if replies.count < 64 { check(reply, range) }
      replies.append(reply)
    }
    return replies
  }

  private func read(_ lines: ArraySlice<[UInt8]>, _ end: String) -> [Found] {
    var reader = ReplyReader()
    var found: [Found] = []
    var start = lines.startIndex
    for (place, line) in zip(lines.indices, lines) {
      do throws(NoReply) {
        let isFirst = reader.isBetweenReplies
        if isFirst { start = place }
        let reply = try reader.read((line + Array(end.utf8)).span)
        require((reply != nil) == reader.isBetweenReplies, "nobody knows whether it goes on")
        if let reply { found.append(.reply(reply, lines: start..<(place + 1))) }
      } catch {
        require(reader.isBetweenReplies, "a line of a reply is refused")
        found.append(.stranger(error, line: place))
      }
    }
    return found
  }

  /// A reply is what stands in its lines, whatever was in front of them.
  private func check(_ reply: FTPReply, _ range: Range<Int>) {
    require(100...699 ~= reply.code, "\(reply.code) is no code")
    let own = lines[range]
    for line in [own.first, own.last] {
      require(
        line?.starts(with: "\(reply.code)".utf8) == true,
        "\(reply.code) does not stand there"
      )
    }
    let alone = read(own, "\r\n")
    require(alone == [.reply(reply, lines: range)], "alone it is \(alone), and not \(reply)")
    let kept = reply.lines.reduce(0) { $0 + $1.count }
    require(
      kept <= ReplyReader.limit + 1024 && reply.lines.count <= ReplyReader.limit / 32 + 1,
      "\(kept) bytes in \(reply.lines.count) lines are kept"
    )
    let told = own.reduce(0) { $0 + $1.count }
    require(
      max(told - own.count * 4, 0)...told ~= kept + reply.omitted,
      "of \(told) bytes \(kept) are kept and \(reply.omitted) are not"
    )
    guard told + own.count * 32 < ReplyReader.limit else { return }
    require(reply.omitted == 0, "bytes are left out of a short reply")
    require(
      reply.lines.elementsEqual(own) { [0, 4].contains($1.count - $0.count) || $1.count < 4 }
        && zip(reply.lines, own).allSatisfy { $1.suffix($0.count).elementsEqual($0) },
      "\(reply.lines) are not the lines"
    )
  }

  /// What people are shown of a reply is on one line, and what it means is known.
  func check(_ reply: FTPReply) {
    require(!reply.text.isEmpty && isPlain("\(reply)"), "\(reply) has control characters in it")
    // No byte is shown by more than six.
    require(reply.text.utf8.count <= 601 * 6 + 3, "\(reply) is too long for people")
    require(reply.inner.count == max(reply.lines.count - 2, 0), "\(reply.inner) is not all inside")
    let decoded = reply.decoded(encoding)
    require(
      decoded.code == reply.code && decoded.lines.count == reply.lines.count
        && decoded.omitted == reply.omitted,
      "in another encoding it is another reply"
    )
    require(
      reply.emptyListing != .empty || [450, 550].contains(reply.code),
      "\(reply.code) says that nothing is there"
    )
    let fault = ReplyFault(operation, RemotePath("/d/a"), reply: decoded, usesTLS: usesTLS)
    require(
      isPlain("\(fault)") && "\(fault)".contains(operation.rawValue)
        && !fault.meaning.reason.isEmpty,
      "\(fault) says nothing"
    )
  }
}

/// Whether a text is on one line, and has nothing in it that a terminal acts on.
func isPlain(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) }
}
