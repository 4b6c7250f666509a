import DriverHost
import FuzzSupport
@testable import ODBCDriver

/// The pieces of a text in SQL.
struct Scan {
  let sql: String
  let bytes: [UInt8]
  let dialect: SQLDialect
  let tokens: [SQLToken]
  /// Whether a quote or a comment does not end.
  let isOpen: Bool

  init(_ sql: String, _ dialect: SQLDialect) {
    self.sql = sql
    self.dialect = dialect
    bytes = Array(sql.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var tokens: [SQLToken] = []
    while let token = scanner.next() { tokens.append(token) }
    self.tokens = tokens
    isOpen = scanner.executableStart != nil || tokens.contains { !$0.isTerminated }
  }

  /// A piece as it was written.
  func text(of token: SQLToken) -> ArraySlice<UInt8> { bytes[token.range] }

  /// What is more than a blank, a comment, a semicolon or a line GO, as it was written.
  var pieces: [ArraySlice<UInt8>] {
    tokens.filter { $0.isSignificant && $0.kind != .semicolon && !isCommand($0) }.map(text)
  }

  /// The words in it that may be commands for the one who takes scripts apart.
  var commandWords: Set<String> {
    Set(tokens.filter(isCommand).map { $0.keyword(in: bytes) })
  }

  /// The pieces are all of the text, and whole characters.
  func check() {
    var end = 0
    for token in tokens {
      require(token.range.lowerBound == end && !token.range.isEmpty, "a gap before \(token)")
      end = token.range.upperBound
      require(end == bytes.count || bytes[end] & 0xC0 != 0x80, "\(token) ends in a character")
      require(token.isTerminated || end == bytes.count, "something follows what does not end")
    }
    require(end == bytes.count, "the pieces are not all of the text")
  }

  /// What is wrong has a reason, and a place in the text.
  func check(_ fault: StatementFault) {
    require(!fault.message.isEmpty, "refused without a reason")
    let location = SourceLocation(file: "f.sql", line: fault.line, column: fault.column)
    require(LineTable(sql).holds(location), "\(fault) is at no place of the text")
  }

  private func isCommand(_ token: SQLToken) -> Bool {
    switch token.keyword(in: bytes) {
    case "DELIMITER": dialect.delimiterCommands
    case "GO": dialect.isTransactSQL
    default: false
    }
  }
}
