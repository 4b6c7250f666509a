import DriverHost
import TestSupport
import Testing

@Suite("The catalog", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct CatalogTests {
  /// A host with a parent and a child table of composite keys, and a view.
  private func host(_ database: TestDatabase) async throws -> DatabaseHost {
    let host = try await DatabaseHost(database)
    let (parent, child) = (host.table("parent"), host.table("child"))
    try await host.set(
      up: """
        create table \(parent) (z varchar(9), a integer not null, b integer not null,
          c varchar(20) default 'x', primary key (b, a))
        """,
      """
      create table \(child) (u varchar(30), id integer not null primary key, x integer,
        y integer not null, constraint \(host.table("key")) foreign key (y, x)
        references \(parent) (b, a) on delete cascade)
      """,
      "create unique index \(host.table("u")) on \(child) (u)",
      "create index \(host.table("yx")) on \(child) (y, x)",
      "create view \(host.table("view")) as select a, c from \(parent)"
    )
    return host
  }

  private func pattern(_ host: DatabaseHost, _ name: String) -> ValueMap {
    ["table_pattern": .string(host.table(name))]
  }

  // MARK: - Lists

  @Test("lists tables and views, with what kind they are of", arguments: TestDatabase.allCases)
  func tables(database: TestDatabase) async throws {
    let host = try await host(database)
    let tables = try await host.list("tables", "tables", pattern(host, "*"))
    #expect(
      tables.map { $0["table"] } == ["child", "parent", "view"].map { .string(host.table($0)) }
    )
    #expect(tables.map { $0["type"] } == ["TABLE", "TABLE", "VIEW"])
    let schema: Value = database == .postgreSQL ? "public" : .null
    #expect(tables.allSatisfy { $0["schema"] == schema })
    #expect(tables.allSatisfy { $0["catalog"] == (database == .sqlite ? .null : "tests") })
    var views = pattern(host, "*")
    views["table_types"] = ["VIEW"]
    #expect(try await host.list("tables", "tables", views).map { $0["type"] } == ["VIEW"])
  }

  @Test(
    "lists columns with defaults, and whether values may be missing",
    arguments: TestDatabase.allCases
  )
  func columns(database: TestDatabase) async throws {
    let host = try await host(database)
    let columns = try await host.list("columns", "columns", pattern(host, "parent"))
    #expect(columns.map { $0["column"] } == ["z", "a", "b", "c"])
    #expect(columns.map { $0["position"] } == [1, 2, 3, 4])
    #expect(columns.map { $0["is_nullable"] } == [true, false, false, true])
    #expect(columns[3]["default"].stringValue?.contains("x") == true)
    #expect(columns[3]["size"] == 20)
    #expect(columns[1]["type"].stringValue?.lowercased().hasPrefix("int") == true)
    let view = try await host.list("columns", "columns", pattern(host, "view"))
    #expect(view.map { $0["column"] } == ["a", "c"])
  }

  @Test(
    "takes a name for what it is, and its stars and question marks for others",
    arguments: TestDatabase.allCases
  )
  func patterns(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    for name in ["a_1", "ab1", "abc1"] {
      try await host.set(up: "create table \(host.table(name)) (i integer)")
    }
    let found: [(String, [String])] = [
      ("a_1", ["a_1"]), ("a?1", ["a_1", "ab1"]), ("a*1", ["a_1", "ab1", "abc1"]),
      ("a%1", []), ("*", ["a_1", "ab1", "abc1"]), ("??", []), ("a??1", ["abc1"]),
    ]
    for (given, names) in found {
      let expected = names.map { Value.string(host.table($0)) }
      let tables = try await host.list("tables", "tables", pattern(host, given))
      #expect(tables.map { $0["table"] } == expected, "\(given)")
      let columns = try await host.list("columns", "columns", pattern(host, given))
      #expect(columns.map { $0["table"] } == expected, "\(given)")
    }
  }

  // MARK: - The schema

  @Test("tells keys with the order of their columns, and indexes", arguments: TestDatabase.allCases)
  func schema(database: TestDatabase) async throws {
    let host = try await host(database)
    let schema = try await host.run("schema", pattern(host, "*"))
    #expect(schema["table_count"] == 3 && schema["next"] == .null)
    func rows(_ output: String, _ table: String) -> [Value] {
      (schema[output].listValue ?? []).filter { $0["table"] == .string(host.table(table)) }
    }
    let parent = rows("columns", "parent")
    #expect(parent.map { $0["column"] } == ["z", "a", "b", "c"])
    #expect(parent.map { $0["primary_key"] } == [.null, 2, 1, .null])
    #expect(rows("columns", "child").map { $0["primary_key"] } == [.null, 1, .null, .null])
    #expect(rows("columns", "view").allSatisfy { $0["table_type"] == "VIEW" })
    let keys = rows("foreign_keys", "child")
    #expect(keys.map { $0["position"] } == [1, 2])
    #expect(keys.map { $0["column"] } == ["y", "x"])
    #expect(keys.map { $0["to_column"] } == ["b", "a"])
    #expect(keys.allSatisfy { $0["to_table"] == .string(host.table("parent")) })
    #expect(keys.allSatisfy { $0["on_delete"] == "CASCADE" })
    // SQLite's driver does not tell the names of keys.
    let name: Value = database == .sqlite ? .null : .string(host.table("key"))
    #expect(keys.allSatisfy { $0["foreign_key"] == name })
    let indexes = rows("indexes", "child")
    let both = indexes.filter { $0["index"] == .string(host.table("yx")) }
    #expect(both.map { $0["column"] } == ["y", "x"] && both.map { $0["position"] } == [1, 2])
    #expect(both.allSatisfy { $0["is_unique"] == false })
    let unique = indexes.filter { $0["index"] == .string(host.table("u")) }
    #expect(unique.map { $0["column"] } == ["u"] && unique[0]["is_unique"] == true)
  }

  @Test("reads the parts that are asked for", arguments: TestDatabase.allCases)
  func parts(database: TestDatabase) async throws {
    let host = try await host(database)
    var inputs = pattern(host, "*")
    let parts: [([Value], [String])] = [
      (["columns"], ["columns"]), (["indexes"], ["indexes"]),
      (["foreign_keys", "indexes"], ["foreign_keys", "indexes"]), ([], []),
    ]
    for (include, outputs) in parts {
      inputs["include"] = .list(include)
      #expect(try await host.read("schema", inputs).results.map(\.name) == outputs)
    }
    inputs["include"] = ["primary_keys"]
    let keys = try await host.list("schema", "columns", inputs)
    #expect(keys.map { $0["column"] } == ["id", "a", "b"])
    inputs["include"] = ["columns"]
    let columns = try await host.list("schema", "columns", inputs)
    #expect(columns.count == 10 && columns.allSatisfy { $0["primary_key"] == .null })
  }

  @Test("comes page by page, each table once", arguments: TestDatabase.allCases)
  func pages(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    for number in 1...7 {
      try await host.set(
        up: "create table \(host.table("t\(number)")) (i integer primary key, s varchar(9))"
      )
    }
    var inputs = pattern(host, "*")
    let whole = try await host.list("schema", "columns", inputs)
    inputs["limit"] = 3
    var (pages, counts): ([Value], [Value]) = ([], [])
    var next = Value.null
    repeat {
      inputs["after"] = next == .null ? nil : next
      let page = try await host.run("schema", inputs)
      pages += page["columns"].listValue ?? []
      counts.append(page["table_count"])
      next = page["next"]
    } while next != .null && counts.count < 9
    #expect(counts == [3, 3, 1])
    #expect(pages == whole && whole.count == 14)
  }
}
