import DriverHost
import TestSupport
import Testing

@Suite("Scripts", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct ScriptTests {
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("c")
    try await host.set(
      up: "create table \(table) (id integer primary key, s varchar(20))",
      "insert into \(table) values (1, 'a')"
    )
    return (host, table)
  }

  private func ids(_ host: DatabaseHost, _ table: String) async throws -> [Value] {
    try await host.result("select id from \(table) order by id").values("id")
  }

  @Test(
    "are one transaction, and hand over what comes of each statement",
    arguments: TestDatabase.allCases
  )
  func commit(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let script = """
      insert into \(table) values (2, 'b;c'), (3, null); -- two; rows
      select * from \(table) order by id;

      update \(table) set s = 'z'
      """
    let done = try await host.run("script", ["script": .string(script)])
    #expect(done["committed"] == true)
    let results = try #require(done["results"].listValue)
    #expect(results.map { $0["line"] } == [1, 2, 4])
    #expect(results.map { $0["row_count"] } == [2, .null, 3])
    #expect(
      results[1]["rows"] == [
        ["id": 1, "s": "a"], ["id": 2, "s": "b;c"], ["id": 3, "s": .null],
      ]
    )
    #expect(results[1]["has_more"] == false)
    #expect(try await host.scalar("select count(*) from \(table) where s = 'z'") == 3)
  }

  @Test("undo everything at an error, and name its line", arguments: TestDatabase.allCases)
  func rollback(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let script = """
      insert into \(table) values (2, 'b');

      insert into \(table) values (1, 'again');
      insert into \(table) values (3, 'c')
      """
    let error = try await host.failure("script", ["script": .string(script)])
    #expect(error.message.contains("line 3"))
    #expect(error.outputs["committed"] == false)
    #expect(error.outputs["results"]?.listValue?.count == 1)
    #expect(try await ids(host, table) == [1])
    // The connection is back to one transaction for each statement.
    try await host.set(up: "insert into \(table) values (4, 'd')")
    #expect(try await ids(host, table) == [1, 4])
  }

  @Test(
    "go on after an error where they are told to, and undo that statement alone",
    arguments: TestDatabase.allCases,
    [true, false]
  )
  func goOn(database: TestDatabase, isTransaction: Bool) async throws {
    let (host, table) = try await host(database)
    let script = """
      insert into \(table) values (2, 'b');
      insert into \(table) values (3, 'c'), (1, 'again');
      selct;
      select s from \(table) where id = 2;
      insert into \(table) values (4, 'd')
      """
    let done = try await host.run(
      "script",
      [
        "script": .string(script), "continue_after_error": true,
        "transaction": .bool(isTransaction),
      ]
    )
    let results = try #require(done["results"].listValue)
    #expect(done["committed"] == true)
    #expect(results.map { $0["error"] == .null } == [true, false, false, true, true])
    #expect(results[1]["error"]["message"].stringValue?.contains("line 2") == true)
    #expect(results[2]["error"]["vendor_state"].stringValue?.isEmpty == false)
    #expect(results[3]["rows"] == [["s": "b"]])
    #expect(try await ids(host, table) == [1, 2, 4])
  }

  @Test("keep what came before an error without a transaction", arguments: TestDatabase.allCases)
  func noTransaction(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let script = """
      insert into \(table) values (2, 'b');
      insert into \(table) values (1, 'again');
      insert into \(table) values (3, 'c')
      """
    let error = try await host.failure(
      "script",
      ["script": .string(script), "transaction": false]
    )
    #expect(error.message.contains("line 2") && error.outputs["committed"] == true)
    #expect(try await ids(host, table) == [1, 2])
  }

  @Test(
    "take an isolation, for themselves alone",
    arguments: TestDatabase.allCases,
    ["read_uncommitted", "read_committed", "repeatable_read", "serializable"]
  )
  func isolation(database: TestDatabase, isolation: String) async throws {
    let (host, table) = try await host(database)
    let ask =
      switch database {
      case .sqlite: "pragma read_uncommitted"
      case .postgreSQL: "show transaction_isolation"
      case .mariaDB: "select @@tx_isolation as i"
      }
    let before = try await host.scalar(ask)
    let done = try await host.run(
      "script",
      [
        "script": .string("insert into \(table) values (2, 'b'); \(ask)"),
        "isolation": .string(isolation),
      ]
    )
    #expect(done["committed"] == true)
    let shown = try #require(done["results"][1]["rows"][0].mapValue?.first?.value)
    switch database {
    case .sqlite: break
    case .postgreSQL: #expect(shown == .string(isolation.replacing("_", with: " ")))
    case .mariaDB:
      #expect(shown == .string(isolation.replacing("_", with: "-").uppercased()))
    }
    #expect(try await host.scalar(ask) == before)
  }

  @Test("have no isolation without a transaction")
  func isolationAlone() async throws {
    let error = try await DatabaseHost(.sqlite).failure(
      "script",
      ["script": "select 1", "isolation": "serializable", "transaction": false]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/isolation")
  }

  @Test("begin and end no transaction themselves", arguments: TestDatabase.allCases)
  func transactionWords(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    for word in ["begin", "commit", "rollback"] {
      let error = try await host.failure(
        "script",
        ["script": .string("insert into \(table) values (2, 'b');\n\(word);\nselect 1")]
      )
      #expect(error.code == .invalidInput && error.message.contains("line 2"))
    }
    #expect(try await ids(host, table) == [1])
  }

  @Test("may be statements with parameters", arguments: TestDatabase.allCases)
  func parameters(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let insert: Value = .string("insert into \(table) values (?, ?)")
    let done = try await host.run(
      "script",
      [
        "statements": [
          ["statement": insert, "parameters": [2, "größe 😀"]],
          [
            "statement": .string("select s from \(table) where id in (:ids) order by id"),
            "parameters": ["ids": [1, 2, 7]],
          ],
        ]
      ]
    )
    #expect(done["results"][1]["rows"] == [["s": "a"], ["s": "größe 😀"]])
    let error = try await host.failure(
      "script",
      [
        "statements": [
          ["statement": insert, "parameters": [3, "c"]],
          ["statement": insert, "parameters": [3, "again"]],
        ]
      ]
    )
    #expect(error.outputs["committed"] == false)
    if database != .sqlite { #expect(error.pointer?.description == "/statements/1") }
    #expect(try await ids(host, table) == [1, 2])
  }

  @Test("name the parameters of the statement that they do not fit")
  func misfits() async throws {
    let error = try await DatabaseHost(.sqlite).failure(
      "script",
      [
        "statements": [
          ["statement": "select ?", "parameters": [1]],
          ["statement": "select :a", "parameters": ["b": 1]],
        ]
      ]
    )
    #expect(error.code == .invalidInput)
    #expect(error.pointer?.description == "/statements/1/parameters")
  }

  @Test("in MariaDB go on behind a statement that commits by itself")
  func implicitCommit() async throws {
    let (host, table) = try await host(.mariaDB)
    let other = host.table("o")
    let done = try await host.run(
      "script",
      [
        "script": .string(
          """
          insert into \(table) values (2, 'b');
          create table \(other) (n integer);
          insert into \(other) values (1);
          create table \(other) (n integer);
          insert into \(table) values (1, 'again');
          insert into \(table) values (3, 'c')
          """
        ),
        "continue_after_error": true,
      ]
    )
    let results = try #require(done["results"].listValue)
    #expect(results.map { $0["error"] == .null } == [true, true, true, false, false, true])
    #expect(results.map { $0["committed"] } == [.null, true, .null, true, .null, .null])
    #expect(done["committed"] == true)
    #expect(try await ids(host, table) == [1, 2, 3])
  }

  @Test("are undone where the results have no room among the outputs, and say so")
  func largeResults() async throws {
    let (host, table) = try await host(.sqlite)
    let small = try FaultHost(try await TestDatabase.sqlite.inputs(host.folder)) {
      $0.outputLimit = 10_000
    }
    let error = try await small.failure(
      "script",
      [
        "script": .string(
          "insert into \(table) values (2, 'b'); select hex(zeroblob(20000)) as x; selct"
        )
      ]
    )
    // The host's own error wins over whatever a driver ends with.
    #expect(error.code == .tooLarge && error.outputs["committed"] == false)
    #expect(try await ids(host, table) == [1])
  }

  @Test("hand over so many rows of each statement", arguments: TestDatabase.allCases)
  func maxRows(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    try await host.set(up: "insert into \(table) values (2, 'b'), (3, 'c')")
    let script = "select id from \(table) order by id; select 7 as x"
    for (most, hasMore) in [(2, true), (3, false)] {
      let results = try await host.run(
        "script",
        ["script": .string(script), "max_rows": .int(Int64(most))]
      )["results"]
      #expect(results[0]["rows"].listValue?.count == most)
      #expect(results[0]["has_more"] == .bool(hasMore))
      #expect(results[1]["rows"] == [["x": 7]] && results[1]["has_more"] == false)
    }
  }

  @Test("in MariaDB have delimiters, and all results of a procedure")
  func delimiter() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let procedure = host.table("p")
    let script = """
      DELIMITER //
      create procedure \(procedure)() begin select 1 as a; select 2 as b; end//
      DELIMITER ;
      call \(procedure)();
      select 3 as c
      """
    let results = try await host.run("script", ["script": .string(script)])["results"]
    #expect(results.listValue?.map { $0["line"] } == [2, 4, 5])
    #expect(results[1]["rows"] == [["a": 1], ["b": 2]] && results[2]["rows"] == [["c": 3]])
  }

  @Test("in PostgreSQL have dollar quotes, and notices")
  func dollarQuotes() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    let function = host.table("f")
    let script = """
      create function \(function)() returns integer language plpgsql as $$
        begin raise notice 'from inside'; return 1; end $$;
      select \(function)() as d
      """
    let done = try await host.run("script", ["script": .string(script)])
    #expect(done["results"][1]["rows"] == [["d": 1]] && done["results"][1]["line"] == 3)
    #expect(done["warnings"][0]["message"].stringValue?.contains("from inside") == true)
  }

  @Test("without a statement do nothing")
  func empty() async throws {
    let done = try await DatabaseHost(.sqlite).run("script", ["script": " -- nothing\n;"])
    #expect(done["results"] == [] && done["committed"] == true)
  }
}
