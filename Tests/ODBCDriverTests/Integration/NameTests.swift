import DriverHost
import TestSupport
import Testing

@Suite("Names", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct NameTests {
  @Test(
    "of tables and columns may be anything that the server takes",
    arguments: TestDatabase.allCases,
    ["with blank", "größe", "東京", "it's", "quo\"te", "back`tick", "a_b%c", "se;mi", "Upper"]
  )
  func names(database: TestDatabase, name: String) async throws {
    try await check(database, name)
  }

  @Test(
    "may have characters beyond the basic plane",
    arguments: [TestDatabase.sqlite, .postgreSQL]
  )
  func emoji(database: TestDatabase) async throws {
    // MariaDB's own have three bytes a character.
    try await check(database, "smile 😀")
  }

  private func check(_ database: TestDatabase, _ name: String) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table(name)
    let (quoted, column) = (database.quoted(table), database.quoted(name))
    try await host.set(up: "create table \(quoted) (id integer primary key, \(column) varchar(20))")
    let taken = try await host.run(
      "execute_many",
      ["table": .string(table), "rows": [["id": 1, name: "größe 😀"], ["id": 2, name: .null]]]
    )
    #expect(taken["row_count"] == 2)
    let rows: Value = [["id": 1, name: "größe 😀"], ["id": 2, name: .null]]
    #expect(try await host.rows("select * from \(quoted) order by id") == rows)
    #expect(try await host.list("sample", "rows", ["table": .string(table)]).count == 2)
    let filter: ValueMap = ["table_pattern": .string(table)]
    let tables = try await host.list("tables", "tables", filter)
    #expect(tables.map { $0["table"] } == [.string(table)])
    let columns = try await host.list("columns", "columns", filter)
    #expect(columns.map { $0["column"] } == ["id", .string(name)])
    let schema = try await host.list("schema", "columns", filter)
    #expect(schema.map { $0["column"] } == ["id", .string(name)])
    #expect(schema.map { $0["table"] } == [.string(table), .string(table)])
    #expect(schema.map { $0["primary_key"] } == [1, .null])
    try await host.set(up: "drop table \(quoted)")
  }
}
