/// The word of a statement that begins or ends a transaction, which would be left to whoever gets the connection next.
enum TransactionWord {
  private static let alone: Set<String> = [
    "ABORT", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT",
  ]
  /// What stands behind BEGIN where that begins no block of statements.
  private static let behindBegin: Set<String> = [
    "", "CONCURRENT", "DEFERRED", "EXCLUSIVE", "IMMEDIATE", "ISOLATION", "NOT", "READ", "TRAN",
    "TRANSACTION", "WORK",
  ]

  /// The word; nil where the statement is another one.
  static func of(_ sql: String, _ dialect: SQLDialect) -> String? {
    let bytes = Array(sql.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var words: [String] = []
    while words.count < 2, let token = scanner.next() {
      guard token.isSignificant else { continue }
      guard token.kind == .word else { break }
      words.append(token.keyword(in: bytes))
    }
    guard let first = words.first else { return nil }
    let second = words.dropFirst().first ?? ""
    switch first {
    case "START": return second == "TRANSACTION" ? first : nil
    case "BEGIN": return behindBegin.contains(second) ? first : nil
    default: return alone.contains(first) ? first : nil
    }
  }
}
