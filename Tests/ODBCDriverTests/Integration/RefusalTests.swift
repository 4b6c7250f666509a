import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "What is refused",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct RefusalTests {
  @Test(
    "is what would leave a transaction behind",
    arguments: TestDatabase.allCases,
    ["begin", "/* x */ commit;", "Rollback", "savepoint a", "start transaction", "end"]
  )
  func transactions(database: TestDatabase, statement: String) async throws {
    let host = try await DatabaseHost(database)
    for action in ["query", "execute"] {
      let error = try await host.failure(action, ["statement": .string(statement)])
      #expect(error.code == .invalidInput && error.pointer?.description == "/statement")
      #expect(error.message.contains("`script`"))
    }
  }

  @Test("is a transaction that begins behind another statement")
  func laterTransaction() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    let table = host.table("l")
    try await host.set(up: "create table \(table) (n integer)")
    let insert = "insert into \(table) values (1)"
    let error = try await host.failure(
      "execute",
      ["statement": .string("\(insert); begin; \(insert)")]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/statement")
    #expect(try await host.scalar(";select count(*) from \(table)") == 0)
  }

  @Test("is no block of statements of MariaDB")
  func block() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let rows = try await host.rows(
      "begin not atomic declare x integer; set x = 7; select x as n; end"
    )
    #expect(rows == [["n": 7]])
  }

  @Test("is a statement that the server does not take back", arguments: TestDatabase.allCases)
  func statementsOfNoTransaction(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let error = try await host.failure(
      "query",
      ["statement": "select 1", "init_statements": ["select 1", "begin"]]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/init_statements/1")
  }

  @Test(
    "are changes in each call where read_only is set, whatever one before has lifted",
    arguments: TestDatabase.allCases
  )
  func liftedReadOnly(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("r")
    try await host.set(up: "create table \(table) (n integer)")
    let lift =
      switch database {
      case .sqlite: "pragma query_only = off"
      case .postgreSQL: "set session characteristics as transaction read write"
      case .mariaDB: "set session transaction read write"
      }
    try await host.run("execute", ["statement": .string(lift), "read_only": true])
    let insert: Value = .string("insert into \(table) values (1)")
    _ = try await host.failure("execute", ["statement": insert, "read_only": true])
    #expect(try await host.scalar("select count(*) from \(table)") == 0)
  }

  @Test("is a locked database of SQLite by what it is, in a first statement and in time")
  func busy() async throws {
    let host = try await DatabaseHost(.sqlite)
    let table = host.table("b")
    try await host.set(up: "create table \(table) (n integer)")
    let insert: Value = .string("insert into \(table) values (1)")
    // A transaction that holds the file until its rows were read.
    var inputs = try await TestDatabase.sqlite.inputs(host.folder)
    inputs["retry"] = false
    let other = try FaultHost(inputs)
    let locker = Task {
      try await other.run(
        "script",
        ["script": .string("insert into \(table) values (2); \(TestDatabase.sqlite.slow("lock"))")]
      )
    }
    let journal = host.folder.file("größe.db-journal")
    try await eventually("the transaction has begun to write") {
      FileManager.default.fileExists(atPath: journal)
    }
    let waiting = try await host.failure(
      "query",
      ["statement": "select 1", "init_statements": [insert], "retry": false]
    )
    #expect(waiting.code == .unavailable, "\(waiting)")
    let late = try await host.failure(
      "execute",
      ["statement": insert, "query_timeout": 0.2, "retry": false]
    )
    #expect(late.code == .timedOut && late.pointer?.description == "/query_timeout", "\(late)")
    locker.cancel()
    _ = await locker.result
  }

  @Test(
    "is a statement that the server does not understand, with all that it says",
    arguments: TestDatabase.allCases
  )
  func syntax(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let error = try await host.failure(of: "selct 1")
    let records = try #require(error.details?["faults"].listValue)
    #expect(error.message.contains("selct"))
    #expect(records[0]["vendor_state"] == .string(error.vendorState ?? ""))
    #expect(records[0]["vendor_code"] == .int(error.vendorCode ?? 0))
    #expect(records[0]["message"].stringValue?.contains("selct") == true)
    switch database {
    case .sqlite: #expect(error.vendorState == "HY000" && error.vendorCode == 1)
    case .postgreSQL: #expect(error.vendorState == "42601" && error.code == .invalidInput)
    case .mariaDB: #expect(error.vendorState == "42000" && error.vendorCode == 1064)
    }
    // The connection goes on.
    #expect(try await host.scalar("select 7") == 7)
  }

  @Test("leaves nothing open behind it", arguments: TestDatabase.allCases)
  func goesOn(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("g")
    try await host.set(up: "create table \(table) (n integer, s varchar(9))")
    try await host.set(up: "insert into \(table) values (1, '1'), (0, '0')")
    var wrong = ["select * from nowhere", "selct 1", "select no_column from \(table)"]
    // One that fails at its second row.
    if database == .postgreSQL { wrong.append("select 1 / n from \(table) order by n desc") }
    for statement in wrong {
      for action in ["query", "execute", "explain"] {
        if action == "explain", statement.contains("/") { continue }
        _ = try await host.failure(action, ["statement": .string(statement)])
        try await host.set(up: "insert into \(table) values (1, 'more')")
      }
      _ = try await host.failure("sample", ["table": "nowhere"])
    }
    // Each was kept: nothing had begun a transaction around it.
    let other = try await host.scalar(
      "select count(*) from \(table) where s = 'more'",
      ["login_timeout": 14]
    )
    #expect(other == .int(Int64(wrong.count * 3 - (database == .postgreSQL ? 1 : 0))))
  }

  @Test(
    "is what takes longer than query_timeout, and leaves nothing open",
    arguments: TestDatabase.allCases
  )
  func timeout(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("q")
    try await host.set(up: "create table \(table) (n integer)")
    let slow =
      switch database {
      case .sqlite:
        "with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c"
      case .postgreSQL: "select pg_sleep(600)"
      case .mariaDB: "select sleep(600)"
      }
    for action in ["query", "execute"] {
      let error = try await host.failure(
        action,
        ["statement": .string(slow), "query_timeout": 0.1]
      )
      #expect(error.code == .timedOut && error.pointer?.description == "/query_timeout")
      try await host.set(up: "insert into \(table) values (1)")
    }
    let other = try await host.scalar("select count(*) from \(table)", ["login_timeout": 14])
    #expect(other == 2)
  }

  @Test("is a table that is not there", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func noTable(database: TestDatabase) async throws {
    let error = try await DatabaseHost(database).failure(of: "select * from nowhere")
    #expect(error.code == .notFound && error.pointer?.description == "/statement")
  }

  @Test("are changes where read_only is set, and no others", arguments: TestDatabase.allCases)
  func readOnly(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("r")
    try await host.set(
      up: "create table \(table) (n integer)",
      "insert into \(table) values (1)"
    )
    for statement in ["insert into \(table) values (2)", "drop table \(table)"] {
      _ = try await host.failure(
        "execute",
        ["statement": .string(statement), "read_only": true]
      )
    }
    let script = try await host.failure(
      "script",
      ["script": .string("insert into \(table) values (2)"), "read_only": true]
    )
    #expect(!(script.vendorState ?? "").isEmpty)
    _ = try await host.failure(
      "execute_many",
      ["table": .string(table), "rows": [["n": 2]], "read_only": true]
    )
    #expect(try await host.scalar("select count(*) from \(table)", ["read_only": true]) == 1)
    // Another connection is not told.
    try await host.set(up: "insert into \(table) values (2)")
    #expect(try await host.scalar("select count(*) from \(table)") == 2)
  }

  @Test(
    "is nothing of first statements, which are run in their order",
    arguments: TestDatabase.allCases
  )
  func initStatements(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let name = host.table("q")
    let rows = try await host.rows(
      "select x from \(name) order by x",
      [
        "init_statements": [
          .string("create temporary table \(name) (x integer)"),
          .string("insert into \(name) values (7)"), .string("update \(name) set x = x + 1"),
        ]
      ]
    )
    #expect(rows == [["x": 8]])
  }

  @Test("is a first statement that is wrong, by its place", arguments: TestDatabase.allCases)
  func wrongInitStatement(database: TestDatabase) async throws {
    let error = try await DatabaseHost(database).failure(
      "query",
      ["statement": "select 1", "init_statements": ["select 1", "selct 2", "select 3"]]
    )
    #expect(error.pointer?.description == "/init_statements/1")
    #expect(error.message.contains("selct"))
  }

  @Test("is a vacuum of all tables where a schema is given without a table")
  func schemaWithoutTable() async throws {
    let host = try await DatabaseHost(.sqlite)
    do throws(HostError) {
      try await host.run("vacuum", ["schema": "main"])
      Issue.record("it succeeded")
    } catch {
      #expect(error.code == .invalidInput && error.pointer?.description == "/table")
    }
  }
}
