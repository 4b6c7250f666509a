import FuzzSupport
@testable import ODBCDriver

private let dialects = [
  SQLDialect.standard, .postgreSQL, .mariaDB, .sqlite, .sqlServer,
]

/// Gives any text to what takes SQL apart, in every dialect.
///
/// A short one with a zero byte at its end, which no statement holds, comes again and again: so it takes long where
/// the time is not in proportion to the length.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = input(start, count)
  if 2...32 ~= bytes.count, bytes.last == 0 {
    let text = String(decoding: bytes.dropLast(), as: UTF8.self)
    readLong(String(repeating: text, count: (1 << 17) / text.utf8.count), bytes.count)
    return 0
  }
  let sql = String(decoding: bytes, as: UTF8.self)
  for dialect in dialects {
    let scan = Scan(sql, dialect)
    scan.check()
    checkParameters(of: scan)
    checkScript(scan)
  }
  if let statement = try? ScriptSplitter.statements(of: sql, .standard).first {
    PlantedFault.check(statement.text.utf8)
  }
  return 0
}

/// One of the three ways through a long text, since each takes some milliseconds.
private func readLong(_ sql: String, _ way: Int) {
  let dialect = dialects[way % dialects.count]
  switch way / dialects.count % 3 {
  case 0: _ = try? StatementText(sql, dialect)
  case 1: _ = StatementKind(sql, dialect)
  default: _ = try? ScriptSplitter.statements(of: sql, dialect)
  }
}

// MARK: - Parameters

/// The places of a statement are what the scanner says, and the text for the driver has a `?` for each value.
private func checkParameters(of scan: Scan) {
  do throws(StatementFault) {
    let text = try StatementText(scan.sql, scan.dialect)
    let places = scan.tokens.filter { $0.kind == .positional || $0.kind == .named }
    require(text.places.count == places.count, "\(text.places) is not where parameters stand")
    for (place, token) in zip(text.places, places) {
      if case .named(let name) = place {
        require(":\(name)".utf8.elementsEqual(scan.text(of: token)), "\(name) is no such name")
      }
    }
    require((text.openEnd != nil) == scan.isOpen, "what does not end was not seen, or it does")
    let counts = text.places.indices.map { 1 + $0 % 3 }
    for counts in [counts, counts.map { _ in 1 }] {
      let rebuilt = Scan(text.text(counts), scan.dialect)
      require(
        rebuilt.tokens.count { $0.kind == .positional } == counts.reduce(0, +),
        "\(rebuilt.sql) has not as many places as values"
      )
    }
    _ = text.text(text.places.map { _ in 0 })
    for place in text.places.indices { _ = text.isNegated(place) }
    if scan.dialect == .standard {
      require(
        !text.names.isEmpty || questionMarks(scan.bytes) == places.count,
        "not as many ? as stand outside of quotes and comments"
      )
    }
  } catch {
    scan.check(error)
  }
}

/// How many question marks stand outside of quotes and comments, in plain SQL.
private func questionMarks(_ bytes: [UInt8]) -> Int {
  var count = 0
  var end: [UInt8] = []
  var rest = bytes[...]
  while let byte = rest.first {
    if end.isEmpty {
      if byte == UInt8(ascii: "?") { count += 1 }
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { end = [byte] }
      if rest.starts(with: "--".utf8) { end = [0x0A] }
      if rest.starts(with: "/*".utf8) {
        end = Array("*/".utf8)
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst()
    } else if rest.starts(with: end) {
      rest = rest.dropFirst(end.count)
      end = []
    } else {
      rest = rest.dropFirst()
    }
  }
  return count
}

// MARK: - Scripts

/// The statements of a script are all of it but what separates them.
private func checkScript(_ scan: Scan) {
  let kind = StatementKind(scan.sql, scan.dialect)
  require(kind.isRead || !kind.canBeLimited && !kind.canBeDeclared, "no query can be limited")
  require(!kind.isRead || !scan.isOpen, "what does not end is taken for a query")
  let start = scan.pieces.first { !$0.elementsEqual("(".utf8) }
  require(
    !kind.isRead || start?.first.map(SQLScanner.isWordStart) ?? false,
    "something stands before a query"
  )
  let words = scan.commandWords
  do throws(StatementFault) {
    let statements = try ScriptSplitter.statements(of: scan.sql, scan.dialect)
    require(!kind.isRead || !words.isEmpty || statements.count == 1, "a query of two statements")
    // Where a comment needs a blank, two dashes are none before a semicolon, and one at the end.
    guard !scan.dialect.dashCommentsNeedBlank || !statements.contains(where: \.endsInDashes) else {
      return
    }
    let lines = LineTable(scan.sql).count
    var place = 0
    var line = 1
    var pieces: [ArraySlice<UInt8>] = []
    for statement in statements {
      let text = Array(statement.text.utf8)
      guard let range = scan.bytes[place...].firstRange(of: text), !text.isEmpty else {
        fatalError("\(statement.text) does not stand in the script")
      }
      require(line...lines ~= statement.line, "line \(statement.line) is none of its own")
      (place, line) = (range.upperBound, statement.line)
      let part = Scan(statement.text, scan.dialect)
      require(part.tokens.last?.isSignificant == true, "a statement ends with nothing")
      pieces += part.pieces
      if words.isEmpty {
        require(
          (try? ScriptSplitter.statements(of: statement.text, scan.dialect).map(\.text))
            == [statement.text],
          "\(statement.text) is not one statement"
        )
      }
    }
    // Behind a line DELIMITER the pieces are others.
    guard !words.contains("DELIMITER") else { return }
    require(pieces == scan.pieces, "\(statements.map(\.text)) is not all of the script")
  } catch {
    scan.check(error)
  }
}

extension ScriptStatement {
  fileprivate var endsInDashes: Bool { text.utf8.suffix(2).elementsEqual("--".utf8) }
}
