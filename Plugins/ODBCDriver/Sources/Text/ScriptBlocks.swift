/// Tells which semicolons of a script stand in a body, where they do not end the statement.
///
/// Bodies are those of `CREATE … TRIGGER`, `PROCEDURE`, `FUNCTION` and `EVENT` (and of `ALTER`), of blocks that stand
/// alone (`BEGIN NOT ATOMIC` and `IF`, `CASE`, `LOOP`, `WHILE`, `REPEAT`, `FOR` of MariaDB), the parentheses of
/// `CREATE RULE`, and any block in Transact-SQL, where a module goes on to the line `GO` or the end. `BEGIN` of a
/// transaction is a statement of its own, and so is `END`. Declarations before `BEGIN`, as in Oracle, are not known.
struct ScriptBlocks {
  /// What is open, and where it begins.
  struct Block {
    let word: String
    let place: Int
    /// A word that becomes a block when THEN or DO comes.
    var pending: Pending?
  }

  /// A word such as IF, which may be a function too.
  struct Pending {
    let word: String
    let place: Int
  }

  /// A piece, as far as it matters.
  struct Item {
    let keyword: String
    let byte: UInt8
    let place: Int
  }

  /// What is known of the statement.
  private enum Mode {
    case beginning
    /// Behind CREATE or ALTER, whose kind did not come yet.
    case header(hasDefiner: Bool)
    case plain
    case body
    case rule(depth: Int)
    case module
  }

  private let isTransactSQL: Bool
  private var mode = Mode.beginning
  private var blocks: [Block] = []
  /// How many of the blocks begin with BEGIN.
  private var beginCount = 0
  private var pending: Pending?
  private var previous: Item?
  /// The piece that waits for the next one, which may tell what it is.
  private var held: Item?

  /// Begins before a statement.
  ///
  /// - Parameter dialect: What it is written in.
  init(_ dialect: SQLDialect) { isTransactSQL = dialect.isTransactSQL }

  /// The outermost block that is open.
  var open: Block? { blocks.first }

  /// Whether a semicolon here does not end the statement.
  var isInside: Bool {
    switch mode {
    case .module: true
    case .rule(let depth): depth > 0
    default: !blocks.isEmpty
    }
  }

  /// Begins before the next statement.
  mutating func reset() {
    mode = .beginning
    blocks = []
    beginCount = 0
    pending = nil
    previous = nil
    held = nil
  }

  /// Takes note of a piece.
  ///
  /// - Parameters:
  ///   - token: A piece that is no blank and no comment.
  ///   - bytes: What was scanned.
  mutating func add(_ token: SQLToken, in bytes: [UInt8]) {
    // Most of a script is in statements without bodies.
    if case .plain = mode { return }
    let place = token.range.lowerBound
    let item = Item(keyword: token.keyword(in: bytes), byte: bytes[place], place: place)
    resolve(next: item)
    held = item
    // It may be the end of the statement, and waits for nothing.
    if token.kind == .semicolon { resolve(next: nil) }
  }

  /// Takes note of the end of the script.
  mutating func finish() { resolve(next: nil) }

  private mutating func resolve(next: Item?) {
    guard let item = held else { return }
    held = nil
    switch mode {
    case .beginning: begin(item, next)
    case .header(let hasDefiner): header(item, next, hasDefiner)
    case .body: track(item, next)
    case .rule(let depth):
      let step = item.byte == UInt8(ascii: "(") ? 1 : item.byte == UInt8(ascii: ")") ? -1 : 0
      mode = .rule(depth: max(0, depth + step))
    case .plain, .module: break
    }
    previous = item
  }

  private mutating func begin(_ item: Item, _ next: Item?) {
    switch item.keyword {
    case "CREATE", "ALTER": mode = .header(hasDefiner: false)
    case "BEGIN" where next?.keyword == "NOT", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR",
      _ where isTransactSQL:
      mode = .body
      track(item, next)
    default: mode = .plain
    }
  }

  private mutating func header(_ item: Item, _ next: Item?, _ hasDefiner: Bool) {
    switch item.keyword {
    case "TRIGGER", "PROC", "PROCEDURE", "FUNCTION", "EVENT": mode = isTransactSQL ? .module : .body
    case "RULE" where !hasDefiner: mode = .rule(depth: 0)
    case "DEFINER": mode = .header(hasDefiner: true)
    case "", "OR", "REPLACE", "ALTER", "TEMP", "TEMPORARY", "CONSTRAINT", "AGGREGATE": break
    // Behind DEFINER any word may be a user.
    case _ where hasDefiner && item.keyword != "VIEW": break
    default:
      mode = isTransactSQL ? .body : .plain
      if isTransactSQL { track(item, next) }
    }
  }
}

// MARK: - Bodies

extension ScriptBlocks {
  private mutating func track(_ item: Item, _ next: Item?) {
    if item.byte == UInt8(ascii: ";") {
      setPending(nil)
      return
    }
    // A column, or a variable.
    let isPartOfName = previous.map { ".@".utf8.contains($0.byte) } ?? false
    guard !item.keyword.isEmpty, !isPartOfName else { return }
    switch item.keyword {
    case "BEGIN":
      let isTransaction = isTransactSQL && ScriptBlocks.transactions.contains(next?.keyword ?? "")
      if !isTransaction, !isName(next) { push("BEGIN", item.place) }
    case "CASE":
      if previous?.keyword != "END" { push("CASE", item.place) }
    case "END": end(next)
    case _ where isTransactSQL: break
    case "LOOP":
      if previous?.keyword != "END", !isName(next) { push("LOOP", item.place) }
    case "REPEAT":
      if beginsStatement, next?.byte != UInt8(ascii: "(") { push("REPEAT", item.place) }
    case "IF", "WHILE", "FOR":
      if beginsStatement, next?.keyword != "EACH" {
        setPending(Pending(word: item.keyword, place: item.place))
      }
    case "THEN": open(["IF"])
    case "DO": open(["WHILE", "FOR"])
    // What was taken for a statement was a function.
    case "WHEN", "ELSE": setPending(nil)
    default: break
    }
  }

  private mutating func push(_ word: String, _ place: Int) {
    setPending(nil)
    if word == "BEGIN" { beginCount += 1 }
    blocks.append(Block(word: word, place: place))
  }

  private mutating func setPending(_ value: Pending?) {
    if blocks.isEmpty { pending = value } else { blocks[blocks.count - 1].pending = value }
  }

  /// Opens what waits, if it is one of some words.
  private mutating func open(_ words: [String]) {
    guard let waiting = blocks.last.map(\.pending) ?? pending, words.contains(waiting.word) else {
      return
    }
    push(waiting.word, waiting.place)
  }

  private mutating func end(_ next: Item?) {
    guard let last = blocks.last else { return }
    let target = next?.keyword ?? ""
    if last.word == "CASE" {
      // A name, as SQL has them behind AS.
      if previous?.keyword != "AS" { blocks.removeLast() }
    } else if !isTransactSQL, ScriptBlocks.compounds.contains(target) {
      if last.word == target { blocks.removeLast() }
    } else if isTransactSQL || previous?.byte == UInt8(ascii: ";") || beginsStatement {
      guard beginCount > 0 else { return }
      // What is open within the block was a name or a function.
      while blocks.popLast()?.word != "BEGIN" {}
      beginCount -= 1
    }
  }

  /// Whether a statement of the body can begin behind the piece before.
  private var beginsStatement: Bool {
    guard let previous else { return true }
    if previous.keyword == "END" { return false }
    // What stands before a body that has no BEGIN is of many kinds.
    if blocks.isEmpty { return true }
    return previous.byte == UInt8(ascii: ";") || previous.byte == UInt8(ascii: ":")
      || ScriptBlocks.openers.contains(previous.keyword)
  }

  /// Whether BEGIN or LOOP stands where a name of a column does, as MySQL allows.
  private func isName(_ next: Item?) -> Bool {
    let isBehind = previous.map { "(,=<>+-*/".utf8.contains($0.byte) } ?? false
    let isAlias = previous?.keyword == "AS" && !blocks.isEmpty
    return isBehind || isAlias || next.map { "),=<>+*/.".utf8.contains($0.byte) } ?? false
      || ["SELECT", "WHERE", "AND", "OR", "BY"].contains(previous?.keyword ?? "")
  }

  private static let compounds: Set<String> = ["IF", "LOOP", "WHILE", "REPEAT", "FOR"]
  private static let openers: Set<String> = [
    "ATOMIC", "BEGIN", "DO", "ELSE", "LOOP", "REPEAT", "THEN",
  ]
  private static let transactions: Set<String> = [
    "CONVERSATION", "DIALOG", "DISTRIBUTED", "TRAN", "TRANSACTION",
  ]
}
