import DriverHost
import TestSupport
import Testing

@Suite("Parameters", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct ParameterTests {
  @Test("stand in the places of a statement in their order", arguments: TestDatabase.allCases)
  func positional(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("p")
    try await host.set(up: "create table \(table) (i bigint, s varchar(100), d double precision)")
    let changed = try await host.run(
      "execute",
      [
        "statement": .string("insert into \(table) values (?, ?, ?)"),
        "parameters": [9_007_199_254_740_993, "größe 😀 '?' :x", 0.5],
      ]
    )
    #expect(changed["row_count"] == 1)
    let rows = try await host.rows(
      "select * from \(table) where i = ? and s = ?",
      ["parameters": [9_007_199_254_740_993, "größe 😀 '?' :x"]]
    )
    #expect(rows == [["i": 9_007_199_254_740_993, "s": "größe 😀 '?' :x", "d": 0.5]])
  }

  @Test("stand in their places by name, lists in as many", arguments: TestDatabase.allCases)
  func named(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("p")
    try await host.set(
      up: "create table \(table) (i integer, s varchar(100))",
      "insert into \(table) values (1, 'a'), (2, 'b'), (3, 'c'), (4, ':ids')"
    )
    let statement = "select i from \(table) where i in (:ids) or s = ':ids' and :on = 1 order by i"
    let rows = try await host.rows(statement, ["parameters": ["ids": [1, 3, 7], "on": 1]])
    #expect(rows == [["i": 1], ["i": 3], ["i": 4]])
    let none = try await host.rows(statement, ["parameters": ["ids": [], "on": 0]])
    #expect(none == [])
  }

  @Test("are null, true, bytes, or what their type says", arguments: TestDatabase.allCases)
  func kinds(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("k")
    let bytes = database == .postgreSQL ? "bytea" : "blob"
    try await host.set(
      up:
        "create table \(table) (n integer, b \(bytes), d date, t \(database.timestamp), x decimal(30,10), o boolean)"
    )
    try await host.run(
      "execute",
      [
        "statement": .string("insert into \(table) values (?, ?, ?, ?, ?, ?)"),
        "parameters": [
          .null, .bytes([0, 1, 255]), ["type": "date", "value": "2024-02-29"],
          ["type": "timestamp", "value": "2024-02-29 23:59:59.123456"],
          .decimal(try #require(DecimalText("12345678901234567890.0123456789"))), true,
        ],
      ]
    )
    let row = try await host.run(
      "query",
      ["statement": .string("select * from \(table)"), "fetch": "first_row"]
    )["row"]
    #expect(row["n"] == .null)
    #expect(row["b"] == .bytes([0, 1, 255]))
    #expect(row["d"] == "2024-02-29")
    #expect(row["t"] == "2024-02-29T23:59:59.123456")
    if database != .sqlite {
      // SQLite has a double there, whatever is declared.
      #expect(row["x"] == .decimal(try #require(DecimalText("12345678901234567890.0123456789"))))
      #expect(row["o"] == (database == .mariaDB ? 1 : true))
    }
  }

  @Test("keep all their digits, whatever they are declared as", arguments: TestDatabase.allCases)
  func declared(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("d")
    try await host.set(
      up:
        "create table \(table) (x decimal(20,4), t \(database.timestamp), s varchar(40), e decimal(20,6))"
    )
    try await host.run(
      "execute",
      [
        "statement": .string("insert into \(table) values (?, ?, ?, ?)"),
        "parameters": [
          ["type": "decimal", "value": "1234512.5025"],
          ["type": "timestamp", "value": "2024-02-29 23:59:59.123456"],
          ["type": "text", "value": 1_234_567_890], ["type": "decimal", "value": 0.00001],
        ],
      ]
    )
    let row = try #require(try await host.result("select x, t, s, e from \(table)").rows.first)
    #expect(row["t"] == "2024-02-29T23:59:59.123456" && row["s"] == "1234567890")
    if database != .sqlite {
      #expect(row["x"] == exact("1234512.5025") && row["e"] == exact("0.000010"))
    }
  }

  @Test("are no more than ODBC has room for")
  func tooMany() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    let most: [Value] = (0..<32_767).map { .int(Int64($0)) }
    let statement = "select count(*) from generate_series(0, 99999) n where n in (:ids)"
    func ids(_ count: Int) -> ValueMap { ["ids": .list(Array(most.prefix(count)))] }
    #expect(try await host.scalar(statement, ["parameters": .map(ids(7498))]) == 7498)
    let few = try await host.failure(
      "query",
      ["statement": .string(statement), "parameters": .map(ids(7499))]
    )
    #expect(few.code == .invalidInput && few.message.contains("the driver takes 7498"))
    let error = try await host.failure(
      "query",
      ["statement": .string(statement), "parameters": ["ids": .list(most + [7])]]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/parameters")
    #expect(error.message.contains("32768 values") && error.message.contains("execute_many"))
  }

  @Test("have no members that nobody knows, such as a type that is mistyped")
  func members() async throws {
    let host = try await DatabaseHost(.sqlite)
    for (value, member): (Value, String) in [
      (["type": "integer", "vaule": 7], "vaule"), (["typ": "integer", "value": 7], "typ"),
    ] {
      let error = try await host.failure(
        "query",
        ["statement": "select ?", "parameters": [value]]
      )
      #expect(error.code == .invalidInput && error.message.contains("type, value"))
      #expect(error.pointer?.description == "/parameters/0/\(member)")
    }
  }

  @Test("without a place, and places without a parameter, are told of at once")
  func misfits() async throws {
    let host = try await DatabaseHost(.sqlite)
    do throws(HostError) {
      try await host.run("query", ["statement": "select :a, :b", "parameters": ["b": 1, "c": 2]])
      Issue.record("it succeeded")
    } catch {
      #expect(error.code == .invalidInput && error.pointer?.description == "/parameters")
      #expect(error.message.contains(":a") && error.message.contains(":c"))
    }
    do throws(HostError) {
      try await host.run("query", ["statement": "select ?, ?", "parameters": [1]])
      Issue.record("it succeeded")
    } catch {
      #expect(error.message.contains("2 places") && error.message.contains("1 value"))
    }
    do throws(HostError) {
      try await host.run(
        "query",
        ["statement": "select 1 where 1 not in (?)", "parameters": [[]]]
      )
      Issue.record("it succeeded")
    } catch {
      #expect(error.pointer?.description == "/parameters/0" && error.message.contains("NOT IN"))
    }
  }
}
