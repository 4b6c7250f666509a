/// A statement of a script.
struct ScriptStatement: Hashable, Sendable {
  /// From its first word to its last, without the delimiter; with the comments between, and hints (`/*+ … */`) before.
  let text: String
  /// The line of the script where its first word stands, from 1.
  let line: Int
}

/// Takes a script apart into its statements.
///
/// A statement ends at a semicolon outside of quotes, comments and bodies (see `ScriptBlocks`), or at what a line
/// `DELIMITER` says in the dialect of MySQL, or at a line `GO` in Transact-SQL. Semicolons of a batch do end statements
/// there, so that a variable does not outlive its statement. What has no words is no statement.
struct ScriptSplitter {
  private let bytes: [UInt8]
  private var scanner: SQLScanner
  private var blocks: ScriptBlocks
  private var statements: [ScriptStatement] = []
  /// Where the first word of the statement stands.
  private var first: Int?
  /// Where the hint before it stands.
  private var hint: Int?
  /// Where its last piece ends.
  private var end = 0
  /// The line of a place that is not behind the next statement.
  private var line = 1
  private var linePlace = 0

  /// Takes a script apart.
  ///
  /// - Parameters:
  ///   - script: The script.
  ///   - dialect: What it is written in.
  /// - Returns: The statements in their order.
  /// - Throws: Which quote, comment or block does not end, or which line is no command.
  static func statements(
    of script: String,
    _ dialect: SQLDialect
  ) throws(StatementFault) -> [ScriptStatement] {
    var splitter = ScriptSplitter(Array(script.utf8), dialect)
    try splitter.split()
    return splitter.statements
  }

  private init(_ bytes: [UInt8], _ dialect: SQLDialect) {
    self.bytes = bytes
    scanner = SQLScanner(bytes, dialect)
    blocks = ScriptBlocks(dialect)
  }

  private mutating func split() throws(StatementFault) {
    while let token = scanner.next() {
      if !token.isTerminated { throw StatementFault(unterminated: token, in: bytes) }
      switch token.kind {
      case .whitespace: break
      case .comment:
        if first == nil, hint == nil, isHint(token) { hint = token.range.lowerBound }
      case .delimiter: finish()
      case .word:
        if try command(token) { break }
        add(token)
      case .semicolon:
        blocks.add(token, in: bytes)
        if scanner.delimiter.isEmpty, scanner.executableStart == nil, !blocks.isInside {
          finish()
        } else if first != nil {
          extend(token)
        }
      default: add(token)
      }
    }
    if let start = scanner.executableStart {
      let opening = SQLToken(kind: .executable, range: start..<bytes.count)
      throw StatementFault(unterminated: opening, in: bytes)
    }
    blocks.finish()
    if scanner.delimiter.isEmpty, let block = blocks.open {
      throw StatementFault(
        "the \(block.word) that begins here has no END",
        at: block.place,
        in: bytes
      )
    }
    finish()
  }

  private mutating func add(_ token: SQLToken) {
    // What brackets a part of the words is none of them.
    if token.kind != .executable { blocks.add(token, in: bytes) }
    extend(token)
  }

  private mutating func extend(_ token: SQLToken) {
    first = first ?? token.range.lowerBound
    end = token.range.upperBound
  }

  /// Ends the statement, if there is one.
  private mutating func finish() {
    defer {
      first = nil
      hint = nil
      blocks.reset()
    }
    guard let first else { return }
    for index in linePlace..<first where TextPosition.endsLine(index, in: bytes) { line += 1 }
    linePlace = first
    let text = String(decoding: bytes[(hint ?? first)..<end], as: UTF8.self)
    statements.append(ScriptStatement(text: text, line: line))
  }

  /// Whether a comment is a hint, which databases look for before a statement too.
  private func isHint(_ comment: SQLToken) -> Bool {
    comment.range.count > 2 && bytes[comment.range.lowerBound + 2] == UInt8(ascii: "+")
  }
}

// MARK: - Commands

extension ScriptSplitter {
  /// Does what a line says that is for us and not for the database; false: it says nothing.
  private mutating func command(_ token: SQLToken) throws(StatementFault) -> Bool {
    let dialect = scanner.dialect
    guard dialect.delimiterCommands || dialect.isTransactSQL else { return false }
    switch token.keyword(in: bytes) {
    case "DELIMITER" where dialect.delimiterCommands:
      // In the middle of a statement it is a name, unless only DELIMITER can have been meant to end it.
      guard first == nil || !scanner.delimiter.isEmpty, isAlone(before: token) else { return false }
      let rest = restOfLine(behind: token)
      guard rest.first.map(SQLScanner.isBlank) ?? true else { return false }
      let words = rest.split(whereSeparator: SQLScanner.isBlank)
      guard let delimiter = words.first, delimiter.count <= ScriptSplitter.longestDelimiter else {
        throw StatementFault(
          "DELIMITER has to be followed by what ends statements, of at most "
            + "\(ScriptSplitter.longestDelimiter) bytes",
          at: token.range.lowerBound,
          in: bytes
        )
      }
      finish()
      scanner.delimiter = delimiter.elementsEqual([UInt8(ascii: ";")]) ? [] : Array(delimiter)
      scanner.skip(to: rest.endIndex)
      return true
    case "GO" where dialect.isTransactSQL:
      guard isAlone(before: token) else { return false }
      let rest = restOfLine(behind: token)
      var scan = SQLScanner(Array(rest), dialect)
      while let piece = scan.next() {
        if piece.kind == .number, rest.first.map(SQLScanner.isBlank) ?? false {
          throw StatementFault(
            "GO with a number, which repeats what is before it, is not supported: repeat the call",
            at: token.range.lowerBound,
            in: bytes
          )
        }
        if piece.isSignificant, piece.kind != .semicolon { return false }
      }
      // The rest of the line is walked over as well: a comment there may go on in the next ones.
      finish()
      return true
    default: return false
    }
  }

  /// It is looked for at every place; the client of MySQL has 15.
  private static let longestDelimiter = 64

  /// Whether nothing but blanks stands before a word in its line.
  private func isAlone(before token: SQLToken) -> Bool {
    var place = token.range.lowerBound
    while place > 0, bytes[place - 1] != 0x0A, bytes[place - 1] != 0x0D {
      let isMark = place == 3 && bytes.starts(with: "\u{FEFF}".utf8)
      guard SQLScanner.isBlank(bytes[place - 1]) || isMark else { return false }
      if isMark { return true }
      place -= 1
    }
    return true
  }

  private func restOfLine(behind token: SQLToken) -> ArraySlice<UInt8> {
    bytes[token.range.upperBound...].prefix { $0 != 0x0A && $0 != 0x0D }
  }
}
