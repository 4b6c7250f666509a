/// What a statement does, as far as its words tell.
///
/// Functions that change something are not known, and neither is what a procedure does: it is no guard, rights are.
struct StatementKind: Hashable, Sendable {
  /// The first word in upper case; empty: there is none.
  let firstWord: String
  /// Whether it reads and does nothing else; false where that is in doubt.
  ///
  /// Not so: several statements, `SELECT … INTO`, what locks rows (`FOR UPDATE`), anything with INSERT, UPDATE, DELETE
  /// or MERGE outside of quotes, executable comments of MySQL, a quote or comment without end, anything but parentheses
  /// and semicolons before the first word.
  let isRead: Bool
  /// Whether it is a query, which can be a part of another statement.
  var canBeDeclared: Bool { isRead && ["SELECT", "VALUES", "WITH"].contains(firstWord) }
  /// Whether other results may come behind the first one.
  var mayHaveMoreResults: Bool {
    !isRead && !["DELETE", "INSERT", "MERGE", "REPLACE", "UPDATE"].contains(firstWord)
  }
  /// Whether a LIMIT can be put behind it: a query that has none, and nothing else that stands at the end.
  let canBeLimited: Bool

  /// Looks at a statement.
  ///
  /// - Parameters:
  ///   - sql: The statement.
  ///   - dialect: What it is written in.
  init(_ sql: String, _ dialect: SQLDialect) {
    let bytes = Array(sql.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var reader = KindReader()
    while let token = scanner.next(), reader.add(token, in: bytes) {}
    firstWord = reader.words.first?.keyword ?? ""
    isRead = reader.isRead
    canBeLimited =
      isRead && firstWord == "SELECT"
      && !reader.words.contains { ["FETCH", "FOR", "LIMIT", "OFFSET"].contains($0.keyword) }
      && !sql.utf8.contains(UInt8(ascii: ";"))
  }
}

/// What is gathered on the walk over a statement.
private struct KindReader {
  /// A word or a character that is not in quotes.
  struct Item {
    let keyword: String
    let byte: UInt8
    let depth: Int
  }

  /// What comes from the first word on.
  private(set) var words: [Item] = []
  private var depth = 0
  private var isDone = false
  private var isDoubtful = false

  /// Takes note of a piece; false: nothing that comes behind it matters.
  mutating func add(_ token: SQLToken, in bytes: [UInt8]) -> Bool {
    let start = token.range.lowerBound
    let byte = bytes[start]
    if !token.isTerminated || token.kind == .executable { isDoubtful = true }
    // Also where the dialect takes it for a comment: the server may be one that does not.
    if token.kind == .comment {
      let head = bytes[token.range].prefix(4)
      if head.starts(with: "/*!".utf8) || head.starts(with: "/*M!".utf8) { isDoubtful = true }
    }
    guard token.isSignificant, token.kind != .executable else { return true }
    if isDone { isDoubtful = true }
    if token.kind == .semicolon {
      isDone = !words.isEmpty
      return true
    }
    // What stands there alone may run: Transact-SQL takes a name for the procedure of that name.
    if words.isEmpty, token.kind != .word, byte != UInt8(ascii: "(") { isDoubtful = true }
    if token.kind == .word || !words.isEmpty {
      let keyword = token.keyword(in: bytes)
      words.append(Item(keyword: keyword, byte: byte, depth: depth))
      if words.count == 1, !KindReader.reads.contains(keyword) { isDoubtful = true }
    }
    if token.kind == .punctuation {
      if byte == UInt8(ascii: "(") { depth += 1 } else if byte == UInt8(ascii: ")") { depth -= 1 }
    }
    return !isDoubtful || words.isEmpty
  }

  /// Whether what was gathered reads only.
  var isRead: Bool {
    guard !isDoubtful, let first = words.first else { return false }
    switch first.keyword {
    case "SHOW": return true
    case "DESC", "DESCRIBE", "EXPLAIN": return isReadOfPlan
    case "PRAGMA": return isReadOfPragma
    default: return KindReader.isQuery(words[...])
    }
  }

  /// A plan is only read, unless it is stored, or told by running the statement.
  private var isReadOfPlan: Bool {
    if words.count > 1, words[1].keyword == "PLAN" { return false }
    guard words.contains(where: { $0.keyword == "ANALYZE" || $0.keyword == "ANALYSE" }) else {
      return true
    }
    let outer = words[0].depth
    var rest = words.dropFirst()
    while let item = rest.first {
      let isOption =
        item.depth > outer || "()=".utf8.contains(item.byte)
        || KindReader.planOptions.contains(item.keyword)
      if !isOption { break }
      rest = rest.dropFirst()
    }
    return KindReader.isQuery(rest)
  }

  /// `PRAGMA name` tells a setting, but for some that do something; with `=` or `(` it sets it, but for some that ask.
  private var isReadOfPragma: Bool {
    let names = words.dropFirst().prefix { !"=(".utf8.contains($0.byte) }
    let name = names.last?.keyword ?? ""
    if names.count + 1 == words.count { return !KindReader.doingPragmas.contains(name) }
    return KindReader.askingPragmas.contains(name)
  }

  private static func isQuery(_ words: ArraySlice<Item>) -> Bool {
    guard let first = words.first, queries.contains(first.keyword) else { return false }
    var previous = ""
    for item in words {
      if changes.contains(item.keyword) { return false }
      switch item.keyword {
      // FOR SHARE, FOR KEY SHARE, LOCK IN SHARE MODE, NEXT VALUE FOR a sequence
      case "SHARE": if ["FOR", "KEY", "IN"].contains(previous) { return false }
      case "VALUE": if previous == "NEXT" { return false }
      default: break
      }
      previous = item.keyword
    }
    guard first.keyword == "WITH" else { return true }
    return words.dropFirst().contains { $0.depth <= first.depth && mains.contains($0.keyword) }
  }

  private static let mains: Set<String> = ["SELECT", "TABLE", "VALUES"]
  private static let queries = mains.union(["WITH"])
  private static let reads = queries.union(["DESC", "DESCRIBE", "EXPLAIN", "PRAGMA", "SHOW"])
  private static let changes: Set<String> = [
    "DELETE", "INSERT", "INTO", "MERGE", "TABLOCKX", "UPDATE", "UPDLOCK", "XLOCK",
  ]
  private static let planOptions: Set<String> = [
    "ANALYSE", "ANALYZE", "EXTENDED", "FORMAT", "JSON", "PARTITIONS", "TEXT", "TRADITIONAL", "TREE",
    "VERBOSE", "XML", "YAML",
  ]
  private static let doingPragmas: Set<String> = [
    "", "INCREMENTAL_VACUUM", "OPTIMIZE", "SHRINK_MEMORY", "WAL_CHECKPOINT",
  ]
  private static let askingPragmas: Set<String> = [
    "FOREIGN_KEY_CHECK", "FOREIGN_KEY_LIST", "INDEX_INFO", "INDEX_LIST", "INDEX_XINFO",
    "INTEGRITY_CHECK", "QUICK_CHECK", "TABLE_INFO", "TABLE_LIST", "TABLE_XINFO",
  ]
}
