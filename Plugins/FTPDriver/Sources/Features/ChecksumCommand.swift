internal import FileKit

/// A command that makes a checksum on the server, and what it answers.
enum ChecksumCommand: Sendable, Hashable {
  /// HASH with one of its algorithms, whose name is as the server writes it (draft-bryan-ftpext-hash, section 3).
  ///
  /// Where it is not chosen, `OPTS HASH name` must be sent before.
  case hash(FileChecksum.Algorithm, name: String, isChosen: Bool)
  /// XSHA256 and its like, which no standard has, and MD5 (draft-twine-ftpmd5).
  case plain(FileChecksum.Algorithm, verb: String)

  /// All that is no HASH, each with the name of its command.
  static let plain: [ChecksumCommand] = [
    .plain(.sha256, verb: "XSHA256"), .plain(.sha512, verb: "XSHA512"),
    .plain(.sha1, verb: "XSHA1"), .plain(.sha1, verb: "XSHA"), .plain(.md5, verb: "XMD5"),
    .plain(.md5, verb: "MD5"), .plain(.crc32, verb: "XCRC"),
  ]

  /// How the checksum is made.
  var algorithm: FileChecksum.Algorithm {
    switch self {
    case .hash(let algorithm, _, _), .plain(let algorithm, _): algorithm
    }
  }

  /// The command itself, in front of the path.
  var verb: String {
    switch self {
    case .hash: "HASH"
    case .plain(_, let verb): verb
    }
  }

  /// Reads an answer.
  ///
  /// HASH answers `213 SHA-256 0-49 6af4… name`, MD5 `251 name C5C9…`, and X… `250 C5C9…`, perhaps with words around.
  ///
  /// - Parameters:
  ///   - reply: The answer.
  ///   - path: Of which file it was asked for, as it stood in the command.
  /// - Throws: What the answer is instead: also a checksum of another file, or by another algorithm.
  /// - Returns: The checksum.
  func checksum(_ reply: FTPReply, path: [UInt8]) throws(AnswerFault) -> FileChecksum {
    guard reply.kind == .done else { throw .noAnswer(reply) }
    let line = ASCII.trimmed(reply.last[...])
    let words = line.split(whereSeparator: ASCII.isBlank)
    switch self {
    case .hash:
      guard words.count > 2, ChecksumCommand.isRange(words[1]) else { throw .form(reply) }
      guard FileChecksum.Algorithm(named: ASCII.small(words[0])) == algorithm else {
        throw .otherAlgorithm(reply, algorithm)
      }
      guard let checksum = checksum(words[2]) else { throw .form(reply) }
      let name = line[words[2].endIndex...].dropFirst()
      guard ChecksumCommand.isName(name, of: path) else { throw .otherFile(reply) }
      return checksum
    case .plain:
      guard let place = words.lastIndex(where: { checksum($0) != nil }),
        let checksum = checksum(words[place])
      else {
        // A checksum of 32 bits is a number, and some servers leave the zeros in front of it out.
        if words.count == 1, let checksum = shortNumber(words[0]) { return checksum }
        throw .form(reply)
      }
      // Only MD5 tells of which file it is: in front of the checksum, perhaps in quotes.
      guard verb == "MD5", place > 0 else { return checksum }
      let name = ASCII.trimmed(line[..<words[place].startIndex])
      let isQuoted = name.count > 1 && name.first == quote && name.last == quote
      let plain = isQuoted ? name.dropFirst().dropLast() : name
      guard ChecksumCommand.isName(plain, of: path) else { throw .otherFile(reply) }
      return checksum
    }
  }

  private var quote: UInt8 { UInt8(ascii: "\"") }

  private func checksum(_ word: ArraySlice<UInt8>) -> FileChecksum? {
    FileChecksum(algorithm, hexadecimal: String(decoding: word, as: UTF8.self))
  }

  private func shortNumber(_ word: ArraySlice<UInt8>) -> FileChecksum? {
    guard algorithm == .crc32, 1..<8 ~= word.count else { return nil }
    return checksum(Array(repeating: UInt8(ascii: "0"), count: 8 - word.count) + word)
  }

  /// Whether it is a range of bytes such as `0-49`: a part of a file is never asked for.
  private static func isRange(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return parts.count == 2 && ASCII.number(parts[0]) == 0 && ASCII.number(parts[1]) != nil
  }

  /// Whether a name in an answer is that of a path: the path, the end of it, or a longer one that ends with it.
  ///
  /// Servers write the path as it was in the command, the absolute one, or the name alone; some write none.
  private static func isName(_ name: ArraySlice<UInt8>, of path: [UInt8]) -> Bool {
    if name.isEmpty || name.elementsEqual(path) { return true }
    let slash = [UInt8(ascii: "/")]
    let (name, path) = (slash + name, path.first == slash[0] ? path : slash + path)
    let (longer, shorter) = name.count > path.count ? (name, path) : (path, name)
    let start = shorter.starts(with: slash + slash) ? shorter.dropFirst() : shorter[...]
    return longer.suffix(start.count).elementsEqual(start)
  }
}
