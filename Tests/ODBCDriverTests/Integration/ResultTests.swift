import DriverHost
import TestSupport
import Testing

@Suite("Results", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct ResultTests {
  /// A host with a table of four rows: 1 a, 2 b, 3 c, 4 null.
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("r")
    try await host.set(
      up: "create table \(table) (n integer, s varchar(20))",
      "insert into \(table) values (1, 'a'), (2, 'b'), (3, 'c'), (4, null)"
    )
    return (host, table)
  }

  // MARK: - How much is handed over

  @Test(
    "end at max_rows, and say whether there were more",
    arguments: TestDatabase.allCases,
    [(1, 1, true), (3, 3, true), (4, 4, false), (5, 4, false)]
  )
  func maxRows(database: TestDatabase, most: (rows: Int, come: Int, hasMore: Bool)) async throws {
    let (host, table) = try await host(database)
    let read = try await host.read(
      "query",
      [
        "statement": .string("select n from \(table) order by n"),
        "max_rows": .int(Int64(most.rows)),
      ]
    )
    let rows = try #require(read.results.first)
    #expect(rows.values("n") == (1...most.come).map { .int(Int64($0)) })
    #expect(read.outputs["has_more"] == (most.hasMore ? true : .null))
  }

  @Test("with a LIMIT of their own end at max_rows too", arguments: TestDatabase.allCases)
  func limit(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    for (most, hasMore) in [(2, true), (3, false), (7, false)] {
      let read = try await host.run(
        "query",
        [
          "statement": .string("select n from \(table) order by n limit 3"),
          "max_rows": .int(Int64(most)),
        ]
      )
      #expect(read["rows"].listValue?.count == min(most, 3))
      #expect(read["has_more"] == (hasMore ? true : .null))
    }
  }

  @Test("may be their first row alone, or its first value", arguments: TestDatabase.allCases)
  func first(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    func fetch(_ what: Value, _ statement: String) async throws(HostError) -> ValueMap {
      try await host.run("query", ["statement": .string(statement), "fetch": what]).outputs
    }
    let all = "select n, s from \(table) order by n"
    #expect(try await fetch("first_row", all) == ["row": ["n": 1, "s": "a"]])
    #expect(try await fetch("scalar", all) == ["result": 1])
    #expect(try await fetch("scalar", "select s from \(table) where n = 4") == ["result": .null])
    let none = "select n, s from \(table) where n > 9"
    #expect(try await fetch("first_row", none) == ["row": .null])
    #expect(try await fetch("scalar", none) == ["result": .null])
  }

  @Test(
    "that have no columns have no first row",
    arguments: TestDatabase.allCases,
    ["first_row", "scalar"]
  )
  func noColumns(database: TestDatabase, fetch: String) async throws {
    let (host, table) = try await host(database)
    let error = try await host.failure(
      "query",
      ["statement": .string("delete from \(table)"), "fetch": .string(fetch)]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/fetch")
    // It was run all the same.
    #expect(error.outputs["row_count"] == 4)
  }

  @Test("without rows have their columns", arguments: TestDatabase.allCases)
  func empty(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let read = try await host.result("select n, s from \(table) where n > 9")
    #expect(read.names == ["n", "s"] && read.rows.isEmpty)
    #expect(try await host.rows("select n from \(table) where n > 9") == [])
  }

  @Test("whose columns have one name lose none of them", arguments: TestDatabase.allCases)
  func names(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let statement = "select n as a, s as a, n + 1 as a_2, n + 2 as a from \(table) where n = 1"
    let row: Value = ["a": 1, "a_3": "a", "a_2": 2, "a_4": 3]
    #expect(try await host.result(statement).names == ["a", "a_3", "a_2", "a_4"])
    #expect(try await host.rows(statement) == .list([row]))
    let first = try await host.run(
      "query",
      ["statement": .string(statement), "fetch": "first_row"]
    )
    #expect(first["row"] == row)
  }

  // MARK: - Several results

  @Test("of a procedure come one after the other")
  func procedure() async throws {
    let (host, table) = try await host(.mariaDB)
    let procedure = host.table("two")
    try await host.set(
      up: """
        create procedure \(procedure)() begin
          select 1 as a union select 2;
          update \(table) set s = 'z' where n < 3;
          select n, s from \(table) order by n;
        end
        """
    )
    let read = try await host.read("query", ["statement": .string("call \(procedure)()")])
    #expect(read.results.map(\.name) == ["rows", "rows_2"])
    #expect(read.results[0].rows == [["a": 1], ["a": 2]])
    #expect(read.results[1].values("n") == [1, 2, 3, 4])
    #expect(read.results[1].values("s") == ["z", "z", "c", .null])
    let short = try await host.run(
      "query",
      ["statement": .string("call \(procedure)()"), "max_rows": 3]
    )
    #expect(short["rows"].listValue?.count == 2 && short["rows_2"].listValue?.count == 3)
    #expect(short["has_more"] == true)
    #expect(try await host.scalar("call \(procedure)()") == 1)
  }

  @Test("of a procedure may have long texts, moments and numbers, one after the other")
  func kindsOfProcedure() async throws {
    let (host, table) = try await host(.mariaDB)
    let procedure = host.table("kinds")
    // Rows with long texts come one by one, others in blocks; a moment needs the session's zone.
    try await host.set(
      up: """
        create procedure \(procedure)() begin
          select cast(repeat('x', n * 4000) as char) as t from \(table) order by n;
          select n, n * 2 as m from \(table) order by n;
          select from_unixtime(n) as d, cast(n as char) as c from \(table) order by n;
          select cast(s as char) as t from \(table) order by n;
        end
        """,
      "create table \(table)_m (at timestamp(3) null)",
      "insert into \(table)_m values ('2026-01-31 12:00:00.5')",
      "create procedure \(procedure)_m() select at from \(table)_m"
    )
    for _ in 0..<3 {
      let read = try await host.read("query", ["statement": .string("call \(procedure)()")])
      try #require(read.results.count == 4)
      let texts = read.results[0].values("t").map { $0.stringValue?.utf8.count }
      #expect(texts == [4000, 8000, 12000, 16000])
      #expect(read.results[1].values("n") == [1, 2, 3, 4])
      #expect(read.results[1].values("m") == [2, 4, 6, 8])
      #expect(read.results[2].values("c") == ["1", "2", "3", "4"])
      #expect(read.results[3].values("t") == ["a", "b", "c", .null])
    }
    let moments = try await host.rows("call \(procedure)_m()")
    #expect(moments == [["at": "2026-01-31T12:00:00.500000Z"]])
  }

  @Test("of several statements in one text come one after the other")
  func several() async throws {
    let (host, table) = try await host(.postgreSQL)
    let read = try await host.read(
      "query",
      [
        "statement": .string(
          "select n from \(table) order by n; delete from \(table) where n > 3; select 'x' as b, 7 as c"
        )
      ]
    )
    #expect(read.results.map(\.name) == ["rows", "rows_2"])
    #expect(read.results[0].values("n") == [1, 2, 3, 4])
    #expect(read.results[1].rows == [["b": "x", "c": 7]])
    #expect(read.outputs["row_count"] == 1)
    let counts = try await host.run(
      "execute",
      [
        "statement": .string(
          "update \(table) set s = 'k' where n = 1; update \(table) set s = 'l' where n < 3"
        )
      ]
    )
    #expect(counts["row_count"] == 1 && counts["row_counts"] == [1, 2])
  }

  @Test(
    "of statements that change rows and hand them over have both",
    arguments: [TestDatabase.postgreSQL, .mariaDB]
  )
  func returning(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let rows = try await host.rows("insert into \(table) values (8, 'w') returning n, s")
    #expect(rows == [["n": 8, "s": "w"]])
    #expect(try await host.scalar("select count(*) from \(table) where n = 8") == 1)
  }

  @Test("of a WITH that changes rows are handed over by PostgreSQL")
  func changingWith() async throws {
    let (host, table) = try await host(.postgreSQL)
    let rows = try await host.rows(
      "with x as (delete from \(table) where n = 1 returning s) select * from x"
    )
    #expect(rows == [["s": "a"]])
    // What comes next is read by way of a cursor again.
    #expect(try await host.scalar("select count(*) from pg_cursors") == 1)
    #expect(try await host.scalar("select count(*) from \(table)") == 3)
  }

  @Test("of whatever PostgreSQL has rows for are handed over")
  func others() async throws {
    let (host, table) = try await host(.postgreSQL)
    #expect(try await host.result("values (1, 'a'), (2, 'b')").values("column1") == [1, 2])
    #expect(try await host.result("table \(table)").rows.count == 4)
    #expect(try await host.scalar("show server_encoding") == "UTF8")
    #expect(try await host.scalar("(select 7) union all (select 7) limit 1") == 7)
    #expect(try await host.scalar("select n from \(table) where n = 2 for update") == 2)
    try await host.set(up: "select n into \(host.table("copy")) from \(table)")
    #expect(try await host.scalar("select count(*) from \(host.table("copy"))") == 4)
  }

  @Test("come with what the server says beside them")
  func warnings() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    let statement = "do $$ begin raise warning 'careful: %', 7; end $$"
    for action in ["query", "execute"] {
      let warnings = try await host.run(action, ["statement": .string(statement)])["warnings"]
      #expect(warnings.listValue?.count == 1)
      #expect(warnings[0]["message"].stringValue?.contains("careful: 7") == true)
      #expect(warnings[0]["vendor_state"] == "01000")
    }
    let function = host.table("w")
    try await host.set(
      up:
        "create function \(function)() returns integer language plpgsql as $$ begin raise warning 'careful'; return 1; end $$"
    )
    for fetch: Value in ["first_row", "scalar", "all"] {
      let first = try await host.run(
        "query",
        ["statement": .string("select \(function)() as n"), "fetch": fetch]
      )
      #expect(first["warnings"].listValue?.count == 1)
    }
    #expect(try await host.run("query", ["statement": "select 1"])["warnings"] == .null)
  }
}
