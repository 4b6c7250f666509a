import DriverHost
import TestSupport
import Testing

@Suite(
  "Rows page by page",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct RowCursorTests {
  private let name = "c\(UInt32.random(in: 0...UInt32.max))"

  private func host(_ database: TestDatabase) async throws -> FaultHost {
    try FaultHost(database.serverInputs(port: try await database.sharedPort))
  }

  @Test(
    "are all there, in order, whatever their number is",
    arguments: TestDatabase.servers,
    [1, 9999, 10_000, 10_001, 20_000, 25_003]
  )
  func counts(_ database: TestDatabase, _ count: Int) async throws {
    let host = try await host(database)
    let rows = try await host.query("\(database.rows(count, name)) order by id ; ")["rows"]
    let ids = (rows.listValue ?? []).map { $0["id"] }
    #expect(ids == (1...count).map { .int(Int64($0)) })
    let some = try await host.query(
      "\(database.rows(count, name)) order by id -- the end",
      ["max_rows": 10_000]
    )
    #expect(some["rows"].listValue?.count == min(count, 10_000))
    #expect(some["has_more"] == (count > 10_000 ? true : .null))
  }

  @Test("come of several statements one after the other")
  func several() async throws {
    let host = try await host(.postgreSQL)
    let both = try await host.query("select 1 as a; select 2 as b")
    #expect(both["rows"] == [["a": 1]] && both["rows_2"] == [["b": 2]])
    let none = try await host.query("select 1 as a where false")
    #expect(none["rows"] == [])
    let bound = try await host.query(
      "select id from generate_series(1, ?) id where id > ?",
      ["parameters": [15_000, 14_998]]
    )
    #expect(bound["rows"] == [["id": 14_999], ["id": 15_000]])
  }

  @Test("keep what the functions have written that make them")
  func functions() async throws {
    let host = try await host(.postgreSQL)
    try await PostgreSQLServer.shared.run(
      """
      create table \(name) (n integer);
      create function add_\(name)(n integer) returns integer language sql
        as 'insert into \(name) values (n) returning n';
      """
    )
    let add = "add_\(name)"
    try await host.query("select \(add)(id) as n from generate_series(1, 10500) id")
    try await host.query("select \(add)(1) as n", ["fetch": "scalar"])
    try await host.run(
      "execute",
      ["statement": .string("select \(add)(1) from generate_series(1, 10500)")]
    )
    try await host.run(
      "procedure",
      ["procedure": .string(add), "arguments": [1], "returns": "integer"]
    )
    let script = try await host.run(
      "script",
      [
        "script": .string(
          "select \(add)(1) as a; select \(add)(2) as b; insert into \(name) values (3)"
        )
      ]
    )
    #expect(script["committed"] == true)
    try await host.run(
      "script",
      ["transaction": false, "script": .string("select \(add)(1) as a; select \(add)(2) as b")]
    )
    let count = try await PostgreSQLServer.shared.run("select count(*) from \(name)")
    #expect(count == "21007")
    // None of them has left a transaction open.
    let open = try await PostgreSQLServer.shared.run(
      "select count(*) from pg_stat_activity where state like 'idle in%' and query like '%\(name)%'"
    )
    #expect(open == "0")
  }

  @Test("that fail in a script undo their statement alone where the script goes on")
  func failures() async throws {
    let host = try await host(.postgreSQL)
    let result = try await host.run(
      "script",
      [
        "continue_after_error": true,
        "script": "select 1 as a; select 1/0 as b; selct; select 2 as c",
      ]
    )
    #expect(result["committed"] == true)
    let results = result["results"].listValue ?? []
    #expect(
      results.count == 4 && results[0]["rows"] == [["a": 1]] && results[3]["rows"] == [["c": 2]]
    )
    #expect(results[1]["error"] != .null && results[2]["error"] != .null)
  }

  @Test("that fail behind the first page say why", arguments: [9999, 10_001, 15_000])
  func late(_ row: Int) async throws {
    let host = try await host(.postgreSQL)
    let error = try await host.failure(
      "query",
      ["statement": .string("select 1/(\(row)-g) as n from generate_series(1,20000) g")]
    )
    #expect(
      error.code == .invalidInput && error.vendorState == "22012",
      "\(error.debugDescription)"
    )
    #expect(try await host.query("select 7 as n", ["fetch": "scalar"])["result"] == 7)
    #expect(host.opened == 1)
  }
}
