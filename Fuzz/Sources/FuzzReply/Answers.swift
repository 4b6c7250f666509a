@testable import FTPDriver
@testable import FileKit
import FuzzSupport

/// The lines of a reply as an answer to each question there is.
struct Answers {
  let lines: [[UInt8]]
  /// Which file a checksum is asked for of.
  let path: String

  /// Looks at all of them.
  func check() {
    checkFeatures(FTPReply(211, lines: lines))
    checkNumbers(FTPReply(213, lines: lines))
    _ = FTPAnswer.system(FTPReply(215, lines: lines))
    checkFile(FTPReply(250, lines: lines))
    checkPath(FTPReply(257, lines: lines))
  }

  // MARK: - Features

  /// All that a server can do stands in a line of its own, and what it is asked for then is one line.
  private func checkFeatures(_ reply: FTPReply) {
    let features = FTPFeatures(reply)
    require(
      features.all.count <= reply.inner.count,
      "\(features.lines) in \(reply.inner.count) lines"
    )
    let words = reply.inner.compactMap { $0.split(whereSeparator: ASCII.isBlank).first }
    let names = Set(words.map { Array(ASCII.small($0).utf8) })
    for feature in features.all {
      require(!feature.name.isEmpty, "a feature without a name")
      require(
        names.contains(Array(ASCII.small(feature.name.utf8).utf8)),
        "\(feature.name) was not told"
      )
    }
    require(features.lines.allSatisfy(isPlain), "\(features.lines) have control characters in them")
    let choices = features.facts + features.hashes
    require(choices.allSatisfy { !$0.name.isEmpty }, "a choice of nothing")
    let flags = [features.hasMLSD, features.hasUTF8, features.hasTLS]
    require(
      !features.all.isEmpty || !flags.contains(true),
      "a server that tells nothing can do something"
    )
    require(
      features.mlstOption.map(isCommand) != false,
      "\(features.mlstOption ?? "") is no command"
    )
    let order = FileChecksum.Algorithm.allCases
    let places = features.checksums.map { order.firstIndex(of: $0.algorithm) ?? order.count }
    require(places == places.sorted(), "\(features.checksums) are not in order")
    for command in features.checksums {
      if case .hash(_, let name, _) = command { require(isCommand(name), "\(name) is no command") }
    }
    for command in features.checksums.prefix(4) + ChecksumCommand.plain {
      checkChecksum(FTPReply(213, lines: lines), command)
    }
  }

  /// Whether a text can be said to a server: it ends no line, and all of it is ASCII.
  private func isCommand(_ text: String) -> Bool { text.utf8.allSatisfy { 0x20..<0x7F ~= $0 } }

  /// A checksum is of the kind that was asked for, and its digits stand in the last line.
  private func checkChecksum(_ reply: FTPReply, _ command: ChecksumCommand) {
    guard let checksum = try? command.checksum(reply, path: Array(path.utf8)) else { return }
    require(checksum.algorithm == command.algorithm, "\(checksum) is of another kind")
    let digits = checksum.hexadecimal
    let words = reply.last.split(whereSeparator: ASCII.isBlank).map(ASCII.small)
    // Zeros in front may be left out.
    let isShort = command.algorithm == .crc32
    require(
      words.contains { $0 == digits || isShort && digits.hasSuffix($0) },
      "\(digits) does not stand in \(words)"
    )
  }

  // MARK: - Files

  /// A size and a moment are those that are written.
  private func checkNumbers(_ reply: FTPReply) {
    do throws(AnswerFault) {
      let size = try FTPAnswer.size(reply)
      let again = try FTPAnswer.size(FTPReply(213, "\(size)"))
      require(size >= 0 && again == size, "\(reply) is a size of \(size)")
    } catch {
      require(isPlain("\(error)"), "\(error) has control characters in it")
    }
    guard let time = try? FTPAnswer.time(reply) else { return }
    let digits = ProtocolTime.text(time.seconds)
    require(
      (try? FTPAnswer.time(FTPReply(213, digits)))?.seconds == time.seconds,
      "\(reply) is \(digits), and that is another moment"
    )
  }

  /// A file that MLST tells of has a name, and a size that a file can have.
  private func checkFile(_ reply: FTPReply) {
    guard let file = try? FTPAnswer.file(reply) else { return }
    require(!file.name.isEmpty && !file.name.contains(0), "\(file) has no name")
    require(file.size ?? 0 >= 0 && file.permissions ?? 0 <= 0o7777, "\(file) can be no file")
    require(
      reply.lines.contains { $0.suffix(file.name.count).elementsEqual(file.name) },
      "\(file) was not told"
    )
  }

  /// A path that is written as RFC 959 has it is read as that path.
  private func checkPath(_ reply: FTPReply) {
    guard let path = try? FTPAnswer.path(reply) else { return }
    require(!path.isEmpty, "a path without a byte")
    let quote = UInt8(ascii: "\"")
    let quoted = path.flatMap { $0 == quote ? [quote, quote] : [$0] }
    let line = [quote] + quoted + [quote] + Array(" is the current directory".utf8)
    require(
      (try? FTPAnswer.path(FTPReply(257, lines: [line]))) == path,
      "\(path) is another path when it is written again"
    )
  }
}
