import DriverHost
import TestSupport
import Testing

@Suite(
  "Analysis",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .odbcFreeTDS, .postgres, .mariadbd)
)
struct AnalysisTests {
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("a")
    try await host.set(up: "create table \(table) (n integer, s varchar(9))")
    let records: [Value] = (1...30).map { ["n": .int($0), "s": "x"] }
    try await host.run("execute_many", ["table": .string(table), "rows": .list(records)])
    return (host, table)
  }

  @Test("lists the types that columns can have", arguments: TestDatabase.allCases)
  func types(database: TestDatabase) async throws {
    let types = try await DatabaseHost(database).list("type_info", "types")
    // SQL_INTEGER and SQL_BIGINT.
    for type: Value in [4, -5] {
      let integers = types.filter { $0["sql_type"] == type }
      #expect(!integers.isEmpty && integers.allSatisfy { $0["name"].stringValue != "" })
    }
    #expect(types.count > 10)
  }

  @Test("says which server and driver there are", arguments: TestDatabase.allCases)
  func serverInfo(database: TestDatabase) async throws {
    let info = try await DatabaseHost(database).run("server_info")
    #expect(info["server"] == .string(database.rawValue))
    #expect(info["identifier_quote"] == .string(database.quote))
    for name in ["server_version", "database", "driver", "driver_version"] {
      #expect(info[name].stringValue?.isEmpty == false, "\(name)")
    }
  }

  @Test("lists the drivers that are installed, and what is wrong with others")
  func drivers() async throws {
    let host = try await DatabaseHost(.sqlite)
    var options = CallOptions()
    options.action = "drivers"
    let result = try await host.host.connect(type: "ODBC", [:], options: options)
    let drivers = try #require(result["drivers"].listValue)
    func driver(_ name: String) throws -> Value {
      try #require(drivers.first { $0["name"] == .string(name) })
    }
    for name in ["FreeTDS", "MariaDB Unicode", "PostgreSQL Unicode", "SQLite3"] {
      let installed = try driver(name)
      #expect(installed["usable"] == true && installed["fault"] == .null)
      #expect(installed["library"].stringValue?.hasPrefix("/") == true)
    }
    for broken in ODBCConfiguration.Driver.broken {
      let listed = try driver(broken.name)
      #expect(listed["usable"] == false, "\(broken.name)")
      #expect(listed["fault"].stringValue?.contains(broken.name) == true, "\(broken.name)")
    }
  }

  // MARK: - Tables and statements

  @Test("shows the first rows of a table", arguments: TestDatabase.allCases)
  func sample(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    #expect(try await host.list("sample", "rows", ["table": .string(table)]).count == 20)
    let three = try await host.run("sample", ["table": .string(table), "max_rows": 3])
    #expect(three["rows"].listValue?.count == 3 && three["has_more"] == true)
    let all = try await host.run("sample", ["table": .string(table), "max_rows": 30])
    #expect(all["rows"].listValue?.count == 30 && all["has_more"] == .null)
    let missing = try await host.failure("sample", ["table": "nowhere"])
    #expect(missing.message.contains("nowhere"))
    if database != .sqlite { #expect(missing.pointer?.description == "/table") }
    if database == .postgreSQL {
      for inputs: ValueMap in [
        ["table": .string("public.\(table)")], ["table": .string(table), "schema": "public"],
      ] {
        #expect(try await host.list("sample", "rows", inputs).count == 20)
      }
    }
  }

  @Test(
    "explains a statement, and runs none that changes something",
    arguments: TestDatabase.allCases
  )
  func explain(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let plan = try await host.list(
      "explain",
      "rows",
      ["statement": .string("select * from \(table) where n = ?"), "parameters": [1]]
    )
    #expect(!plan.isEmpty)
    let delete: Value = .string("delete from \(table)")
    try await host.run("explain", ["statement": delete])
    let error = try await host.failure("explain", ["statement": delete, "analyze": true])
    #expect(error.code == (database == .sqlite ? .unsupported : .invalidInput))
    #expect(error.pointer?.description == "/analyze")
    #expect(try await host.scalar("select count(*) from \(table)") == 30)
    if database != .sqlite {
      let run = try await host.list(
        "explain",
        "rows",
        ["statement": .string("select * from \(table)"), "analyze": true]
      )
      #expect(!run.isEmpty)
    }
  }

  @Test("explains no statement that it would run", arguments: TestDatabase.allCases)
  func explainedOnly(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    for begin in [
      "analyze ", "ANALYSE verbose ", "(analyze) ", "/* x */ (verbose, analyze) ", "select 1; ",
      "; select 1;",
    ] {
      let error = try await host.failure(
        "explain",
        ["statement": .string("\(begin)delete from \(table)")]
      )
      #expect(error.code == .invalidInput && error.pointer?.description == "/statement", "\(begin)")
    }
    #expect(try await host.scalar("select count(*) from \(table)") == 30)
    for statement in [
      "select * from \(table); -- all", "delete from \(table) where n > 1;;",
      "with c as (select 1 as x) select * from c",
    ] {
      let plan = try await host.list("explain", "rows", ["statement": .string(statement)])
      #expect(!plan.isEmpty)
    }
    if database == .postgreSQL {
      let union = "(select 1) union ((select 2))"
      #expect(try await !host.list("explain", "rows", ["statement": .string(union)]).isEmpty)
    }
  }

  @Test(
    "says what is wrong with an address before anything else",
    arguments: ["explain", "vacuum"]
  )
  func wrongAddress(action: String) async throws {
    let inputs: ValueMap = action == "explain" ? ["statement": "select 1"] : [:]
    let host = try FaultHost(["driver": "SQLite3", "server": "a"])
    #expect(try await host.failure(action, inputs).pointer?.description == "/server")
  }

  @Test("wants the schema of a table too where a server has some, and a catalog is given")
  func catalogAlone() async throws {
    let (host, table) = try await host(.postgreSQL)
    let inputs: ValueMap = ["table": .string(table), "catalog": "tests"]
    let error = try await host.failure("sample", inputs)
    #expect(error.code == .invalidInput && error.pointer?.description == "/schema")
    var whole = inputs
    whole["schema"] = "public"
    #expect(try await host.list("sample", "rows", whole).count == 20)
    whole = ["table": .string("public.\(table)"), "catalog": "tests"]
    #expect(try await host.list("sample", "rows", whole).count == 20)
    let (maria, other) = try await self.host(.mariaDB)
    let found = try await maria.list(
      "sample",
      "rows",
      ["table": .string(other), "catalog": "tests"]
    )
    #expect(found.count == 20)
  }

  @Test("gives space back where a server has that", arguments: [TestDatabase.sqlite, .postgreSQL])
  func vacuum(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    try await host.set(up: "delete from \(table) where n > 10")
    try await host.run("vacuum")
    if database == .postgreSQL { try await host.run("vacuum", ["table": .string(table)]) }
    let error = try await host.failure("vacuum", ["table": "nowhere"])
    #expect(error.pointer?.description == "/table")
    #expect(error.code == (database == .sqlite ? .invalidInput : .notFound))
  }

  @Test("gives no space back in MariaDB")
  func noVacuum() async throws {
    #expect(try await DatabaseHost(.mariaDB).failure("vacuum").code == .unsupported)
  }

  // MARK: - The test of a connection

  @Test("tests a connection step by step", arguments: TestDatabase.allCases)
  func test(database: TestDatabase) async throws {
    let steps = try await DatabaseHost(database).run("test")["steps"].listValue ?? []
    #expect(steps.map { $0["name"] } == ["driver", "connect", "query"])
    #expect(steps.allSatisfy { $0["outcome"] == "passed" && $0["hint"] == "" })
    #expect(steps[1]["message"].stringValue?.hasPrefix(database.rawValue) == true)
  }

  @Test("ends a test where a step fails", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func failedTest(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let wrong: Value = [
      "authentication_method": "username_password", "username": "tester", "password": "wrong",
    ]
    let steps = try await host.run("test", ["authentication": wrong])["steps"].listValue ?? []
    #expect(steps.map { $0["outcome"] } == ["passed", "failed", "skipped"])
    #expect(steps[1]["hint"] == "check the user name and the password")
    #expect(steps[1]["message"].stringValue?.contains("tester") == true)
    #expect(steps[2]["seconds"] == .null)
  }

  @Test("tests a database that is not there", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func missingDatabase(database: TestDatabase) async throws {
    let steps = try await DatabaseHost(database).run("test", ["database": "nowhere"])["steps"]
    #expect(steps.listValue?.map { $0["outcome"] } == ["passed", "failed", "skipped"])
    #expect(steps[1]["hint"] == "check the name of the database")
  }

  @Test("tests a driver that is not there", arguments: ["No such driver", "Missing library"])
  func missingDriver(name: String) async throws {
    let steps = try await DatabaseHost(.sqlite).run("test", ["driver": .string(name)])["steps"]
    #expect(steps.listValue?.map { $0["outcome"] } == ["failed", "skipped", "skipped"])
    #expect(steps[0]["message"].stringValue?.contains(name) == true)
    #expect(steps[0]["hint"].stringValue?.contains("`drivers`") == true)
  }
}
