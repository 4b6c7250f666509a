import DriverHost
import TestSupport
import Testing

@Suite("Types", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct TypeTests {
  /// Makes a table with a column of each type, and puts the values and a row of nulls in.
  private func table(_ host: DatabaseHost) async throws -> String {
    let (name, types) = (host.table("types"), host.database.types)
    let columns = types.enumerated().map { "c\($0) \($1.declared)" }.joined(separator: ", ")
    try await host.set(up: "create table \(name) (n integer, \(columns))")
    for row in 0..<3 {
      let values = types.map { $0.literals[row] }.joined(separator: ", ")
      try await host.set(up: "insert into \(name) values (\(row), \(values))")
    }
    try await host.set(up: "insert into \(name) (n) values (3)")
    return name
  }

  @Test("become types of Arrow, each value as it is", arguments: TestDatabase.allCases)
  func values(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let read = try await host.result("select * from \(try await table(host)) order by n")
    for (index, type) in database.types.enumerated() {
      #expect(read.types[index + 1] == type.arrow, "\(type.declared)")
      #expect(read.values("c\(index)") == type.values + [.null], "\(type.declared)")
    }
  }

  @Test("come in the same way row by row and alone", arguments: TestDatabase.allCases)
  func alone(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = try await table(host)
    for (index, type) in database.types.enumerated() {
      for (row, value) in (type.values + [.null]).enumerated() {
        let read = try await host.scalar("select c\(index) from \(table) where n = \(row)")
        #expect(read == value, "\(type.declared)")
      }
    }
  }

  @Test("of expressions in SQLite are those of their values")
  func expressions() async throws {
    let host = try await DatabaseHost(.sqlite)
    try await host.set(up: "create table t (i integer)", "insert into t values (1), (2), (null)")
    let read = try await host.result(
      """
      select count(*) as a, 1.5 as b, 'x' as c, x'01' as d, null as e, sum(i) as f, avg(i) as g,
        i + 1 as h from t; -- and no more;
      """
    )
    #expect(
      read.types == ["int64", "double", "utf8", "large_binary", "utf8", "int64", "double", "int64"]
    )
    #expect(
      read.rows == [
        ["a": 3, "b": 1.5, "c": "x", "d": .bytes([1]), "e": .null, "f": 3, "g": 1.5, "h": 2]
      ]
    )
  }

  @Test("of expressions are those that the server says")
  func serverExpressions() async throws {
    let postgreSQL = try await DatabaseHost(.postgreSQL).result(
      "select count(*) as a, 1.5 as b, 'x' as c, null as d, 1 as e, date '2024-02-29' as f, 1 = 1 as g"
    )
    #expect(
      postgreSQL.types == ["int64", "utf8", "large_utf8", "large_utf8", "int32", "date32", "bool"]
    )
    #expect(
      postgreSQL.rows == [
        ["a": 1, "b": "1.5", "c": "x", "d": .null, "e": 1, "f": "2024-02-29", "g": true]
      ]
    )
    let mariaDB = try await DatabaseHost(.mariaDB).result(
      "select count(*) as a, 1.5 as b, 'x' as c, null as d, 1 as e, date '2024-02-29' as f, 1 = 1 as g"
    )
    #expect(
      mariaDB.types == ["int64", "decimal128(2, 1)", "utf8", "utf8", "int32", "date32", "int32"]
    )
    #expect(
      mariaDB.rows == [
        ["a": 1, "b": exact("1.5"), "c": "x", "d": .null, "e": 1, "f": "2024-02-29", "g": 1]
      ]
    )
  }

  @Test(
    "whose values no type of Arrow holds are refused with a way out",
    arguments: [
      (TestDatabase.postgreSQL, "select 'NaN'::numeric(10, 2) as v", "NaN"),
      (.mariaDB, "select cast('838:59:59' as time) as v", "838:59:59"),
      (.mariaDB, "select cast('-01:00:00' as time) as v", "-01:00:00"),
    ]
  )
  func misfits(database: TestDatabase, statement: String, value: String) async throws {
    let error = try await DatabaseHost(database).failure(of: statement)
    #expect(error.code == .protocolViolation && error.message.contains("`\(value)`"))
    #expect(error.message.contains("cast the column to a text"))
  }

  @Test("of SQLite's columns hold for their values, or the row is refused")
  func otherSorts() async throws {
    let host = try await DatabaseHost(.sqlite)
    try await host.set(up: "create table t (i integer)", "insert into t values (1), ('abc')")
    let error = try await host.failure(of: "select i from t")
    #expect(error.code == .protocolViolation && error.message.contains("`abc`"))
    #expect(
      try await host.rows("select cast(i as text) as i from t") == [["i": "1"], ["i": "abc"]]
    )
  }

  // MARK: - Zones

  @Test("of moments in a zone come in UTC", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func utc(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("zone")
    let type = database == .postgreSQL ? "timestamptz" : "timestamp(6) null"
    try await host.set(up: "create table \(table) (t \(type), d \(database.timestamp))")
    let moment = "2024-07-01 12:00:00.5"
    let zone = database == .postgreSQL ? "+00" : ""
    try await host.set(up: "insert into \(table) values ('\(moment)\(zone)', '\(moment)')")
    let read = try await host.result("select * from \(table)")
    #expect(read.types == ["timestamp(microsecond, UTC)", "timestamp(microsecond)"])
    #expect(read.rows[0]["t"] == "2024-07-01T12:00:00.500000Z")
    #expect(read.rows[0]["d"] == "2024-07-01T12:00:00.500000")
    // Another zone: the clock that hangs there, and nothing that says it were UTC.
    let set = database == .postgreSQL ? "set time zone 'Asia/Tokyo'" : "set time_zone = '+09:00'"
    let other = try await host.result(
      "select * from \(table)",
      ["init_statements": [.string(set)]]
    )
    #expect(other.types == ["timestamp(microsecond)", "timestamp(microsecond)"])
    #expect(other.rows[0]["t"] == "2024-07-01T21:00:00.500000")
    #expect(other.rows[0]["d"] == "2024-07-01T12:00:00.500000")
  }
}
