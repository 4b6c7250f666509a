import Testing

@testable import ODBCDriver

@Suite("A statement's text")
struct StatementTextTests {
  @Test(
    "has its parameters outside of quotes and comments",
    arguments: [
      ("select ?, ? from t", SQLDialect.standard, 2),
      ("select '?' , \"?\", ?", .standard, 1),
      ("select 'it''s ?', ?", .standard, 1),
      ("select \"a\"\"?\", ?", .standard, 1),
      ("select 'a\\', ?, '?'", .standard, 1),
      ("select 'a\\', ?, '?", .mariaDB, 1),
      ("select 'a\\'?', ?, \"\\\"?\"", .mariaDB, 1),
      ("select `?`, ?", .mariaDB, 1),
      ("select `a``?`, ?", .sqlite, 1),
      ("select `?`, ?", .standard, 2),
      ("select [?], ?", .sqlite, 1),
      ("select [a]]?], ?", .sqlServer, 1),
      ("select [a]]?], ?", .sqlite, 2),
      ("select a[?]", .postgreSQL, 1),
      ("select $$?$$, ?", .postgreSQL, 1),
      ("select $a$ $$ ? $b$ $a$, ?", .postgreSQL, 1),
      ("select $ä1$ ? $ä1$, ?", .postgreSQL, 1),
      ("select a$1$, ?, b$1$", .postgreSQL, 1),
      ("select $1$ ? $1$", .postgreSQL, 1),
      ("select $$?$$, ?", .standard, 2),
      ("select E'\\'?', e'?', ?", .postgreSQL, 1),
      ("select E'a'\n -- it's\n 'b\\'?', ?", .postgreSQL, 1),
      ("select E'a' 'b\\', ?", .postgreSQL, 1),
      ("select typE'\\', ?", .postgreSQL, 1),
      ("select 1 -- ?\n, ?", .standard, 1),
      ("select 1 -- ?\r, ?", .postgreSQL, 1),
      ("select 1 -- ?\r\n, ?", .sqlite, 1),
      ("select 1--?\n, ?", .mariaDB, 2),
      ("select 1 --\t?\n, ?", .mariaDB, 1),
      ("select 1 # ?\n, ?", .mariaDB, 1),
      ("select a #> ?", .postgreSQL, 1),
      ("select /* ? /* ? */ ? */ ?", .postgreSQL, 1),
      ("select /* ? /* ? */ ?", .mariaDB, 1),
      ("select /*/ ? */ ?", .standard, 1),
      ("select /*+ ? */ ?", .mariaDB, 1),
      ("select /*! 1 */ ?", .mariaDB, 1),
      ("select /*! ? */ ?", .standard, 1),
      ("{?= call f(?)}", .standard, 2),
      ("select a ?| ?", .postgreSQL, 2),
      ("select '😀?', ?", .standard, 1),
      ("", .standard, 0),
    ]
  )
  func positional(sql: String, dialect: SQLDialect, count: Int) throws {
    let text = try StatementText(sql, dialect)
    try #require(text.positionalCount == count && text.names.isEmpty)
    #expect(text.places == (0..<count).map { .positional($0) })
    #expect(text.text(Array(repeating: 1, count: count)) == sql)
  }

  @Test(
    "takes a colon for a parameter only where one can be",
    arguments: [
      ("select :a, :b_2, :_c", SQLDialect.standard, ["a", "b_2", "_c"]),
      ("select :größe, :имя, :名前1, :e\u{301}x", .standard, ["größe", "имя", "名前1", "e\u{301}x"]),
      ("select :a😀", .standard, ["a"]),
      ("select :a\u{A0}, \u{A0}:b", .standard, ["a", "b"]),
      ("select :a::int, x::text, 'x'::jsonb", .postgreSQL, ["a"]),
      ("select a[1:x], a[b:x], a[(1):x], a[c[1]:x], a[1:2]", .postgreSQL, []),
      ("select a[:x]", .postgreSQL, ["x"]),
      ("select a[:x:y]", .postgreSQL, ["x"]),
      ("select '12:30', \"a:b\", '12' ':c'", .standard, []),
      ("select 12:30, 12:a, : a, :1", .standard, []),
      ("set @a:=:b", .mariaDB, ["b"]),
      ("select x := 1, @y:=2", .mariaDB, []),
      ("select json_object('a':b, 'c': :d)", .postgreSQL, ["d"]),
      ("select v:a.b::int, \"v\":c", .standard, []),
      ("lbl:begin end", .mariaDB, []),
      ("select :::a", .standard, []),
      ("select /* :x */ :a -- :y", .standard, ["a"]),
      ("select $$ :x $$, :a", .postgreSQL, ["a"]),
      ("select :a/**/:b", .standard, ["a", "b"]),
      ("select :a,:a,:b,:a", .standard, ["a", "b"]),
      ("select '{\"a\":1}'::jsonb->:k #>> :p @> :q", .postgreSQL, ["k", "p", "q"]),
    ]
  )
  func named(sql: String, dialect: SQLDialect, names: [String]) throws {
    let text = try StatementText(sql, dialect)
    #expect(text.names == names && text.positionalCount == 0)
    #expect(Set(text.places) == Set(names.map { .named($0) }))
  }

  @Test("is written with a question mark for each value")
  func lists() throws {
    let named = try StatementText(
      "select ':ü', 'ü' from \"ä\" where a = :a and b in (:b) or :a::int=1",
      .postgreSQL
    )
    #expect(named.places == [.named("a"), .named("b"), .named("a")])
    #expect(
      named.text([1, 3, 1])
        == "select ':ü', 'ü' from \"ä\" where a = ? and b in (?, ?, ?) or ?::int=1"
    )
    #expect(named.text([1, 1, 1]).hasSuffix("a = ? and b in (?) or ?::int=1"))
    let positional = try StatementText("x in (?) and y=? -- ?", .standard)
    #expect(positional.text([2, 1]) == "x in (?, ?) and y=? -- ?")
    #expect(positional.text([0, 1]) == "x in (null) and y=? -- ?")
    #expect(positional.text([1, 1]) == positional.sql)
  }

  @Test("loses the backslash before a colon, outside of quotes only")
  func escapes() throws {
    let text = try StatementText(#"select a[1\:x], b\::int, :c, '\:', \\:d"#, .standard)
    #expect(text.names == ["c"])
    #expect(text.text([1]) == #"select a[1:x], b::int, ?, '\:', \:d"#)
    #expect(try StatementText(#"a\:b"#, .standard).text([]) == "a:b")
  }

  @Test(
    "cannot be had of what is unclear, and says where",
    arguments: [
      ("select :id,\n  ?", SQLDialect.standard, 2, 3, ":id on line 1, column 8"),
      ("select 'ü😀', ?, :é", .standard, 1, 17, "has :é here and ? on line 1, column 14"),
      ("select a ? 'b' from t where c = :d", .postgreSQL, 1, 33, "jsonb_exists"),
      ("a\r\nb\rc ?1", .sqlite, 3, 3, "no numbers"),
      ("select /*!50003 ? */ 1", .mariaDB, 1, 17, "executable comment"),
      ("select /*M! :x */ 1", .mariaDB, 1, 13, "executable comment"),
      ("delete from t\0 where a = 1", .standard, 1, 14, "zero byte"),
    ]
  )
  func faults(sql: String, dialect: SQLDialect, line: Int, column: Int, words: String) throws {
    let fault = try #require(throws: StatementFault.self) { try StatementText(sql, dialect) }
    #expect(fault.line == line && fault.column == column)
    #expect(fault.message.contains(words), "\(fault)")
    #expect(fault.description.hasPrefix("line \(line), column \(column): "))
  }

  @Test(
    "tells which quote or comment does not end",
    arguments: [
      ("select 1,\n 'ü ? :a", SQLDialect.standard, "line 2, column 2: the quoted text"),
      ("select \"a\"\"?", .standard, "line 1, column 8: the quoted name"),
      ("select '\\'", .mariaDB, "line 1, column 8: the quoted text"),
      ("select [a]]", .sqlServer, "line 1, column 8: the quoted name"),
      ("select $a$ $b$", .postgreSQL, "line 1, column 8: the quoted text"),
      ("x /* /* */ ?", .postgreSQL, "line 1, column 3: the comment"),
      ("x /*! 1", .mariaDB, "line 1, column 3: the comment"),
    ]
  )
  func openEnds(sql: String, dialect: SQLDialect, start: String) throws {
    let text = try StatementText(sql, dialect)
    let fault = try #require(text.openEnd)
    #expect(fault.description == "\(start) that begins here does not end")
    #expect(text.places.isEmpty)
    #expect(try StatementText("select '\\', 1 -- '", .standard).openEnd == nil)
  }

  @Test(
    "knows where an empty list would find nothing instead of everything",
    arguments: [
      ("a in (?)", false), ("a not in (?)", true), ("a NOT /* x */\nIN ( ?)", true),
      ("not a in (?)", true), ("not (a = 1 or b in (?))", true),
      ("not a and b in (?)", false), ("not a or b in (?)", false),
      ("a is not null and b in (?)", false), ("a not in (1, 2, ?)", true),
      ("a not in ((?), (2))", true), ("a not in (select b from c where d in (?))", false),
      ("not exists (select 1 from c where d in (?))", false),
      ("select not a from t where b in (?)", false), ("f(not a, ?)", false),
      ("a not in (1) and b in (?)", false), ("'not' in (?)", false), ("not a; b in (?)", false),
      ("a) and not b in (?)", true), ("not_ in (?)", false),
    ]
  )
  func negation(sql: String, isNegated: Bool) throws {
    #expect(try StatementText(sql, .standard).isNegated(0) == isNegated)
  }

  @Test("is all of its pieces, whatever is in it")
  func pieces() throws {
    let all = "'a''\\\"`[]$x$$?:n::=:1;#-- /*!50003é😀\u{A0}E'\n\\:*/.2e+3({%".unicodeScalars
    for dialect in [SQLDialect.standard, .postgreSQL, .mariaDB, .sqlite, .sqlServer] {
      for start in all.indices {
        let bytes = Array(String(all[start...]).utf8)
        var end = 0
        for token in SQLScanner(bytes, dialect) {
          #expect(token.range.lowerBound == end && token.range.count > 0)
          end = token.range.upperBound
          #expect(end == bytes.count || bytes[end] & 0xC0 != 0x80)
        }
        #expect(end == bytes.count)
      }
    }
  }
}

@Suite("A statement's kind")
struct StatementKindTests {
  @Test(
    "is a read where its words leave no doubt",
    arguments: [
      ("select 1", "SELECT"), ("  -- x\n/* y */ Select 'insert into', \"update\" ;", "SELECT"),
      ("(select 1) union (select 2)", "SELECT"), ("values (1), (2)", "VALUES"),
      ("table t", "TABLE"), ("show tables", "SHOW"), ("describe t", "DESCRIBE"),
      ("with a as (select 1), b(c) as materialized (values (1)) select * from a, b", "WITH"),
      ("with recursive a as (select 1 union select 2 from a) table a", "WITH"),
      ("explain delete from t", "EXPLAIN"), ("explain analyze select 1", "EXPLAIN"),
      ("explain (analyze, format json) with a as (select 1) select * from a", "EXPLAIN"),
      ("explain query plan select 1", "EXPLAIN"), ("explain analyze verbose values (1)", "EXPLAIN"),
      ("explain analyze format=tree select 1", "EXPLAIN"), ("pragma user_version", "PRAGMA"),
      ("pragma main.journal_mode;", "PRAGMA"), ("pragma table_info('t')", "PRAGMA"),
      ("select inserted, updated_at, share from t", "SELECT"), ("select $$; delete$$", "SELECT"),
    ]
  )
  func reads(sql: String, word: String) {
    let kind = StatementKind(sql, .postgreSQL)
    #expect(kind.isRead && kind.firstWord == word)
  }

  @Test(
    "is no read where something changes, or may",
    arguments: [
      ("insert into t values (1)", "INSERT"), ("update t set a = 1", "UPDATE"), ("", ""),
      ("-- select 1", ""), ("select 1 into t", "SELECT"), ("select 1; delete from t", "SELECT"),
      ("select * from t for update", "SELECT"), ("select * from t for key share of t", "SELECT"),
      ("select * from t lock in share mode", "SELECT"), ("select next value for s", "SELECT"),
      ("with a as (delete from t returning *) select * from a", "WITH"),
      ("with a as (select 1) insert into t select * from a", "WITH"),
      ("with a as (select 1) merge into t using a on 1 = 1", "WITH"),
      ("with a as (select 1)", "WITH"), ("explain analyze delete from t", "EXPLAIN"),
      ("explain (analyze) insert into t select 1", "EXPLAIN"),
      ("explain analyze create table x as select 1", "EXPLAIN"),
      ("explain (analyze, buffers)", "EXPLAIN"), ("explain plan for select 1", "EXPLAIN"),
      ("pragma user_version = 1", "PRAGMA"), ("pragma journal_mode(wal)", "PRAGMA"),
      ("pragma optimize", "PRAGMA"), ("pragma", "PRAGMA"), ("{?= call f(?)}", "CALL"),
      ("select /*!99999 1 */ 2", "SELECT"), ("/*!99999 select */ delete from t", "DELETE"),
      ("select 'a", "SELECT"), ("select * from t with (updlock)", "SELECT"), ("set a = 1", "SET"),
    ]
  )
  func changes(sql: String, word: String) {
    let kind = StatementKind(sql, .standard)
    #expect(!kind.isRead && kind.firstWord == word)
  }

  @Test(
    "is no read where a procedure's name or anything else stands before its first word",
    arguments: ["[p]; select 1", "\"p\" select 1", "; {select 1}", "1; select 2"]
  )
  func beforeTheFirstWord(sql: String) { #expect(!StatementKind(sql, .sqlServer).isRead) }

  @Test("counts executable comments as what they hold")
  func executable() {
    #expect(StatementKind("/*!40101 SET a = 1 */", .mariaDB).firstWord == "SET")
    #expect(!StatementKind("select 1 /*! into outfile 'x' */", .mariaDB).isRead)
    #expect(StatementKind("select 'it\\'s; delete'", .mariaDB).isRead)
    #expect(!StatementKind("select 'it\\'s; delete'", .standard).isRead)
  }
}

@Suite("A quoted name")
struct SQLIdentifierTests {
  @Test(
    "has its quote doubled",
    arguments: [
      ("\"", "a\"b", "\"a\"\"b\""), ("`", "a`b\"", "`a``b\"`"), ("[", "a]b[", "[a]]b[]"),
      ("\"", "größe 😀", "\"größe 😀\""), ("\"", "\"\u{301}x", "\"\"\"\u{301}x\""),
      (" ", "a_1$", "a_1$"), ("", "_A", "_A"), ("''", "a'''b", "''a'''''b''"),
    ]
  )
  func quoting(quote: String, name: String, text: String) throws {
    #expect(Array(try SQLIdentifier(quote: quote).quoted(name).utf8) == Array(text.utf8))
  }

  @Test(
    "cannot be had of what no quotes can hold",
    arguments: [
      ("\"", "", 1), ("\"", "aü\0b", 3), (" ", "a b", 2), (" ", "1a", 1), (" ", "größe", 3),
      (" ", "", 1), ("", "a;", 2), (" ", "$a", 1), (" ", "a\nb", 2),
    ]
  )
  func faults(quote: String, name: String, column: Int) throws {
    let fault = try #require(throws: StatementFault.self) {
      try SQLIdentifier(quote: quote).quoted(name)
    }
    #expect(fault.line == 1 && fault.column == column)
  }

  @Test("may have parts, of which the first ones may be empty")
  func parts() throws {
    let quotes = SQLIdentifier(quote: "\"")
    #expect(try quotes.quoted(["a.b", "c\"", "d"]) == "\"a.b\".\"c\"\"\".\"d\"")
    #expect(try quotes.quoted(["", "", "d"]) == "\"d\"")
    #expect(try quotes.quoted(["a", "d"], separator: ":") == "\"a\":\"d\"")
    #expect(throws: StatementFault.self) { try quotes.quoted(["a", "", "d"]) }
    #expect(throws: StatementFault.self) { try quotes.quoted(["", ""]) }
  }
}
