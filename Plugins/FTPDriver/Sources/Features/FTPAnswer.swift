internal import FileKit

/// The answers to questions that have one line.
enum FTPAnswer {
  /// The kind of system that a server says it is (SYST; RFC 959, section 4.1.3).
  enum System: String, Sendable, Hashable {
    case unix
    case windows
    /// Another one, or none that was told.
    case other
  }

  /// The size of a file: `213 12345` (SIZE; RFC 3659, section 4).
  ///
  /// - Parameter reply: The answer.
  /// - Throws: What it is instead.
  /// - Returns: How many bytes it has, as they are sent in binary mode.
  static func size(_ reply: FTPReply) throws(AnswerFault) -> Int64 {
    guard reply.code == 213 else { throw .noAnswer(reply) }
    guard let size = ASCII.number(ASCII.trimmed(reply.last[...])) else { throw .form(reply) }
    return size
  }

  /// When a file was changed: `213 20241127083412.123` (MDTM; RFC 3659, section 3).
  ///
  /// - Parameter reply: The answer.
  /// - Throws: What it is instead.
  /// - Returns: The moment.
  static func time(_ reply: FTPReply) throws(AnswerFault) -> FileTime {
    guard reply.code == 213 else { throw .noAnswer(reply) }
    guard let time = ProtocolTime.time(ASCII.trimmed(reply.last[...])) else { throw .form(reply) }
    return time
  }

  /// A path: `257 "/a""b" is the current directory` (PWD, MKD; RFC 959, section 5.4 and appendix II).
  ///
  /// - Parameter reply: The answer: a quote in the path is written twice.
  /// - Throws: What it is instead.
  /// - Returns: The path, in the server's encoding; not empty.
  static func path(_ reply: FTPReply) throws(AnswerFault) -> [UInt8] {
    guard reply.code == 257 else { throw .noAnswer(reply) }
    let quote = UInt8(ascii: "\"")
    let line = reply.last
    guard let start = line.firstIndex(of: quote) else { throw .form(reply) }
    var path: [UInt8] = []
    var place = start + 1
    while place < line.count {
      if line[place] == quote {
        guard place + 1 < line.count, line[place + 1] == quote else {
          if path.isEmpty { throw .form(reply) }
          return path
        }
        place += 1
      }
      path.append(line[place])
      place += 1
    }
    // There is no quote at its end.
    throw .form(reply)
  }

  /// What system a server says it is: `215 UNIX Type: L8`, `215 Windows_NT`.
  ///
  /// It tells little: servers on Windows say UNIX when they list as that does.
  ///
  /// - Parameter reply: The answer.
  /// - Returns: The system.
  static func system(_ reply: FTPReply) -> System {
    guard reply.code == 215 else { return .other }
    let words = ASCII.small(ASCII.trimmed(reply.last[...]))
    if words.hasPrefix("unix") { return .unix }
    return words.hasPrefix("windows") || words.hasPrefix("win32") ? .windows : .other
  }

  /// The file that MLST tells of: `250-Begin`, ` type=file;size=3; /a b`, `250 End` (RFC 3659, section 7.2).
  ///
  /// - Parameter reply: The answer.
  /// - Throws: What it is instead.
  /// - Returns: The file; its name is the path as the server writes it.
  static func file(_ reply: FTPReply) throws(AnswerFault) -> ListedFile {
    guard reply.code == 250 else { throw .noAnswer(reply) }
    // Some servers have it on the first line, or on the only one.
    for line in reply.inner + [reply.last] + reply.lines.prefix(1) where !line.contains(0) {
      if let file = try? MLSTLine.file(line[...]) { return file }
    }
    throw .form(reply)
  }
}
