import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "An address",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct AddressTests {
  private func failure(_ inputs: ValueMap, _ action: String = "server_info") async throws
    -> HostError
  {
    try await FaultHost(inputs).failure(action)
  }

  @Test("names its driver in no attribute", arguments: ["DSN", "Driver", "filedsn"])
  func attributes(name: String) async throws {
    let error = try await failure([
      "driver": "SQLite3", "database": ":memory:",
      "attributes": [name: .string(String(repeating: "x", count: 2000))],
    ])
    #expect(error.code == .invalidInput && error.pointer?.description == "/attributes/\(name)")
    #expect(error.message.contains("dsn or driver"))
  }

  @Test("is a data source's or a driver's, not both")
  func both() async throws {
    let error = try await failure(["driver": "SQLite3", "dsn": "shop"])
    #expect(error.code == .invalidInput && error.pointer?.description == "/driver")
  }

  @Test(
    "has no name that is longer than the driver manager's room for it",
    arguments: ["DRIVER=%", "DSN=%", "dsn=a;driver=%", "Database=a;Driver={%}"]
  )
  func long(text: String) async throws {
    let whole = text.replacing("%", with: String(repeating: "x", count: 2000))
    let error = try await failure(["connection_string": .string(whole)])
    // What excludes another keyword that came first is dropped.
    let isDropped = text.hasPrefix("dsn=a")
    #expect(error.code == (isDropped ? .notFound : .invalidInput))
    #expect(error.pointer?.description == "/connection_string")
    #expect(error.message.contains("1000 bytes") != isDropped)
  }

  @Test(
    "is in no file, which the driver manager does not find",
    arguments: ["FILEDSN=/a.dsn", "FileDSN=a;DRIVER=x"]
  )
  func file(text: String) async throws {
    let error = try await failure(["connection_string": .string(text)])
    #expect(error.code == .invalidInput && error.message.contains("FILEDSN"))
    #expect(error.pointer?.description == "/connection_string")
  }

  @Test("has a number for a boolean, as drivers read them")
  func booleans() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    for (given, value): (Value, Value) in [(true, "1"), (false, true)] {
      let attributes: ValueMap = ["attributes": ["BoolsAsChar": given]]
      #expect(try await host.scalar("select true", attributes) == value)
    }
  }

  @Test("names the input of a value that the driver cannot be given")
  func pointers() async throws {
    let login: Value = [
      "authentication_method": "username_password", "username": "a", "password": "\0",
    ]
    let maria: ValueMap = ["driver": "MariaDB Unicode", "server": "127.0.0.1"]
    let cases: [(ValueMap, String)] = [
      (["driver": "SQLite3", "database": "a;b.db"], "/database"),
      (["driver": "SQLite3", "attributes": ["Database": "a;b.db"]], "/attributes/Database"),
      (["driver": "SQLite3", "database": "a", "attributes": ["a=b": "c"]], "/attributes/a=b"),
      (["connection_string": "DRIVER=SQLite3;Database={a;b.db}"], "/connection_string"),
      (maria.adding(["authentication": login]), "/authentication/password"),
      (maria.adding(["database": " a"]), "/database"),
      (["driver": "SQLite3", "server": "a"], "/server"),
      (["driver": "SQLite3"], "/database"), (["connection_string": "Driver=SQLite3"], "/database"),
    ]
    for (inputs, pointer) in cases {
      let error = try await failure(inputs)
      #expect(error.code == .invalidInput && error.pointer?.description == pointer, "\(error)")
    }
  }

  @Test("of a file that is not there makes none where nothing may be changed")
  func noFile() async throws {
    let folder = try TemporaryFolder()
    let inputs: ValueMap = ["driver": "SQLite3", "database": .string(folder.file("typo.db"))]
    _ = try await failure(inputs.adding(["read_only": true]), "schema")
    #expect(try folder.names() == [])
  }

  @Test("is that of the driver, whatever its file is called", arguments: TestDatabase.allCases)
  func link(_ database: TestDatabase) async throws {
    let folder = try TemporaryFolder()
    let tool: Tool =
      switch database {
      case .sqlite: .odbcSQLite
      case .postgreSQL: .odbcPostgreSQL
      case .mariaDB: .odbcMariaDB
      }
    let link = folder.file("renamed-odbc.so")
    try FileManager.default.createSymbolicLink(
      atPath: link,
      withDestinationPath: try tool.required()
    )
    let host = try await DatabaseHost(database)
    let inputs: ValueMap = ["driver": .string(link), "init_statements": []]
    let statement =
      switch database {
      // What the driver of SQLite says of an expression is a text.
      case .sqlite: "select 1 + 1"
      case .postgreSQL: "select current_setting('timezone') = 'UTC'"
      case .mariaDB: "select @@session.time_zone = '+00:00'"
      }
    let value: Value =
      switch database {
      case .sqlite: 2
      case .postgreSQL: true
      case .mariaDB: 1
      }
    for _ in 0..<2 { #expect(try await host.scalar(statement, inputs) == value) }
    let plan = try await host.list("explain", "rows", inputs.adding(["statement": "select 1"]))
    #expect(!plan.isEmpty)
  }

  // MARK: - Data sources

  @Test("by a data source that is not there says so", arguments: [true, false])
  func noDataSource(isInput: Bool) async throws {
    let inputs: ValueMap =
      isInput ? ["dsn": "no_such_source"] : ["connection_string": "DSN=no_such_source"]
    let error = try await failure(inputs)
    #expect(error.code == .notFound && error.message.contains("no data source no_such_source"))
    #expect(error.pointer?.description == (isInput ? "/dsn" : "/connection_string"))
    let steps = try await FaultHost(inputs).run("test")["steps"]
    #expect(steps.listValue?.map { $0["outcome"] } == ["failed", "skipped", "skipped"])
    #expect(steps[0]["message"].stringValue?.contains("no_such_source") == true)
  }

  @Test("by a data source names the library that its driver misses")
  func brokenDataSource() async throws {
    let name = "broken\(UInt32.random(in: 0...UInt32.max))"
    try ODBCConfiguration.shared.add(.init(name, driver: .missingLibrary))
    let host = try FaultHost(["dsn": .string(name)])
    let error = try await host.failure("server_info")
    #expect(error.message.contains("/nonexistent/libmissing.so"))
    #expect(error.pointer?.description == "/dsn")
    let step = try await host.run("test")["steps"][0]
    #expect(step["outcome"] == "failed" && step["hint"].stringValue?.contains("`drivers`") == true)
    #expect(step["message"].stringValue?.contains("/nonexistent/libmissing.so") == true)
  }

  @Test(
    "leads to no driver whose connections the driver manager keeps",
    arguments: ["Yes", "1", "no", ""]
  )
  func pooling(setting: String) async throws {
    let folder = try TemporaryFolder()
    var driver = ODBCConfiguration.Driver.sqlite
    driver.attributes["CPTimeout"] = "120"
    var manager = ODBCConfiguration.Driver("ODBC", library: nil)
    if !setting.isEmpty { manager.attributes["Pooling"] = setting }
    let configuration = try ODBCConfiguration(drivers: [manager, driver])
    let arguments = [
      "run", "--type", "ODBC", "--driver-path", ThisPackage.products + "/libODBCDriver.so",
      "--json",
    ]
    let isPooled = ["Yes", "1"].contains(setting)
    let query = try await Command.run(
      ThisPackage.products + "/drivers",
      arguments + ["driver=SQLite3", "database=\(folder.file("a.db"))", "statement=select 1"],
      environment: configuration.environment
    )
    #expect((query.status != 0) == isPooled, "\(query.output)\(query.error)")
    #expect((query.output + query.error).contains("CPTimeout") == isPooled)
    let list = try await Command.run(
      ThisPackage.products + "/drivers",
      arguments + ["--action", "drivers"],
      environment: configuration.environment
    )
    #expect(list.output.contains("CPTimeout") == isPooled, "\(list.output)\(list.error)")
  }
}

extension ValueMap {
  fileprivate func adding(_ more: ValueMap) -> ValueMap {
    var all = self
    for (name, value) in more { all[name] = value }
    return all
  }
}
