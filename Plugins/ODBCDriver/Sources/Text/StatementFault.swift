/// What is wrong with a statement, a script or a name, and where.
///
/// Holds nothing of the text but names of parameters: texts in it may be secret.
struct StatementFault: Error, Hashable, Sendable {
  /// What is wrong and what to do, without a full stop.
  let message: String
  /// From 1.
  let line: Int
  /// The number of the character in its line, from 1.
  let column: Int

  /// A fault at a place in a text.
  ///
  /// - Parameters:
  ///   - message: What is wrong and what to do, without a full stop.
  ///   - place: The byte where it begins.
  ///   - bytes: The text in UTF-8.
  init(_ message: String, at place: Int, in bytes: [UInt8]) {
    let position = TextPosition(of: place, in: bytes)
    self.message = message
    line = position.line
    column = position.column
  }
}

extension StatementFault: CustomStringConvertible {
  /// Where it is, and what.
  var description: String { "line \(line), column \(column): \(message)" }
}

extension StatementFault {
  /// A quote or a comment that does not end.
  ///
  /// - Parameters:
  ///   - token: What is not terminated.
  ///   - bytes: The text in UTF-8.
  init(unterminated token: SQLToken, in bytes: [UInt8]) {
    let what =
      switch token.kind {
      case .comment, .executable: "the comment"
      case .identifier: "the quoted name"
      default: "the quoted text"
      }
    self.init("\(what) that begins here does not end", at: token.range.lowerBound, in: bytes)
  }
}

/// Where a character stands in a text, for people.
struct TextPosition: Hashable, Sendable {
  /// From 1; a line ends with a line feed, a carriage return or both.
  let line: Int
  /// The number of the character in its line, from 1; characters are those of Unicode, however wide.
  let column: Int

  /// The position of a byte.
  ///
  /// - Parameters:
  ///   - place: The byte, the first of its character.
  ///   - bytes: The text in UTF-8.
  init(of place: Int, in bytes: [UInt8]) {
    var line = 1
    var start = 0
    for index in 0..<place where TextPosition.endsLine(index, in: bytes) {
      line += 1
      start = index + 1
    }
    self.line = line
    column = bytes[start..<place].count { $0 & 0xC0 != 0x80 } + 1
  }

  /// Whether a line ends with a byte.
  ///
  /// - Parameters:
  ///   - index: The byte.
  ///   - bytes: The text in UTF-8.
  /// - Returns: Whether it does; of a carriage return and a line feed only the latter ends it.
  static func endsLine(_ index: Int, in bytes: [UInt8]) -> Bool {
    bytes[index] == 0x0A
      || bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)
  }
}
