/// The word of a statement that begins or ends a transaction, which would be left to whoever gets the connection next.
enum TransactionWord {
  private static let alone: Set<String> = [
    "ABORT", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT",
  ]
  /// What stands behind BEGIN where that begins no block of statements.
  private static let behindBegin: Set<String> = [
    "", "CONCURRENT", "DEFERRABLE", "DEFERRED", "DISTRIBUTED", "EXCLUSIVE", "IMMEDIATE",
    "ISOLATION",
    "NOT", "READ", "TRAN", "TRANSACTION", "WORK",
  ]

  /// The word of the first statement of a text that has one.
  ///
  /// Some drivers take several statements. How those of a server that is not known end is not known either: there a
  /// block could be taken for several.
  ///
  /// - Parameters:
  ///   - sql: One statement, or several with semicolons between them.
  ///   - dialect: What it is written in.
  /// - Returns: The word; nil where all statements are others.
  static func of(_ sql: String, _ dialect: SQLDialect) -> String? {
    if let word = ofFirst(sql, dialect) { return word }
    guard dialect != .standard, sql.utf8.contains(UInt8(ascii: ";")),
      let statements = try? ScriptSplitter.statements(of: sql, dialect)
    else { return nil }
    for statement in statements.dropFirst() {
      let word = ofFirst(statement.text, dialect)
      // To other servers END is only the end of a block, such as one that the splitter does not know.
      let isBlock = word == "END" && dialect != .postgreSQL && dialect != .sqlite
      if let word, !isBlock { return word }
    }
    return nil
  }

  private static func ofFirst(_ sql: String, _ dialect: SQLDialect) -> String? {
    let bytes = Array(sql.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var words: [String] = []
    while words.count < 3, let token = scanner.next() {
      guard token.isSignificant, token.kind != .semicolon || !words.isEmpty else { continue }
      guard token.kind == .word else { break }
      words.append(token.keyword(in: bytes))
    }
    guard let first = words.first else { return nil }
    let (second, third) = (words.dropFirst().first ?? "", words.dropFirst(2).first ?? "")
    switch first {
    case "START": return second == "TRANSACTION" ? first : nil
    // A block of MariaDB.
    case "BEGIN" where second == "NOT" && third == "ATOMIC": return nil
    case "BEGIN": return behindBegin.contains(second) ? first : nil
    default: return alone.contains(first) ? first : nil
    }
  }
}
