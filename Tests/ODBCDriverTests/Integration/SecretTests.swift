import DriverHost
import TestSupport
import Testing

@Suite(
  "Passwords",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct SecretTests {
  private let user = "s\(UInt32.random(in: 0...UInt32.max))"

  /// Each with something in it that a connection string has for itself, or that drivers take for something else.
  static let passwords = [
    "canary;PWD=x", "canary}", "}canary", "{canary", "{canary}", "can}}ary};", "canary\"'`",
    "canäry😀",
    "canary%41+b", "can ary", "canary=?*!@[](),", "canary\\", "canary'--",
  ]

  /// Makes the user with a password.
  private func makeUser(_ database: TestDatabase, _ password: String) async throws {
    let quoted = password.replacing("'", with: "''")
    if database == .postgreSQL {
      try await database.runShared(
        "drop user if exists \(user); create user \(user) password '\(quoted)'"
      )
    } else {
      try await database.runShared(
        """
        drop user if exists '\(user)'@'%';
        create user '\(user)'@'%' identified by '\(quoted.replacing("\\", with: "\\\\"))';
        grant all privileges on tests.* to '\(user)'@'%'
        """
      )
    }
  }

  /// The address as a connection string, as ODBC says that values are quoted.
  private func connectionString(_ address: ValueMap, _ password: String) -> String {
    let parts = ["driver", "server", "port", "database"].map { name in
      let value = address[name]?.stringValue ?? "\(address[name]?.intValue ?? 0)"
      return "\(name)={\(value)}"
    }
    let login = "UID=\(user);PWD={\(password.replacing("}", with: "}}"))}"
    return (parts + [login]).joined(separator: ";")
  }

  @Test(
    "log in whatever characters they have, as an input and in a connection string",
    arguments: TestDatabase.servers,
    SecretTests.passwords
  )
  func logIn(_ database: TestDatabase, _ password: String) async throws {
    try await makeUser(database, password)
    let port = try await database.sharedPort
    let address = database.serverInputs(port: port, user: user, password: password)
    let parts = try await FaultHost(address).query("select 7 as n", ["fetch": "scalar"])
    #expect(parts["result"] == 7)
    let text = connectionString(address, password)
    let whole = try await FaultHost(["connection_string": .string(text)])
      .query("select 7 as n", ["fetch": "scalar"])
    #expect(whole["result"] == 7)
    try await database.runShared("drop user \(database == .postgreSQL ? user : "'\(user)'@'%'")")
  }

  /// All that is told of a call: its error, the log, the history, and what the call would be made with.
  private func told(
    _ inputs: ValueMap,
    _ statement: String
  ) async throws -> (all: String, error: HostError?) {
    let host = try FaultHost(inputs)
    let error: HostError?
    do throws(HostError) {
      try await host.query(statement)
      error = nil
    } catch let thrown {
      error = thrown
    }
    try await host.settles()
    let records = try await host.host.history.executions(ExecutionQuery())
    #expect(records.count == 1)
    var all = inputs
    all["statement"] = .string(statement)
    let explained = try await host.host.explain(.type("ODBC"), all)
    let parts: [String] = [
      error?.debugDescription ?? "", error?.detail ?? "", error?.message ?? "",
      error.map { "\($0.details ?? .null) \($0.outputs) \($0.faults)" } ?? "", host.log,
      "\(records)", "\(explained)",
    ]
    return (parts.joined(separator: "\n"), error)
  }

  @Test(
    "are in nothing that is told of a call, whether it works or not",
    arguments: TestDatabase.servers
  )
  func told(_ database: TestDatabase) async throws {
    let port = try await database.sharedPort
    try await makeUser(database, "canary;right}")
    for password in ["canary;right}", "canary;wrong}"] {
      let address = database.serverInputs(port: port, user: user, password: password)
      var attributes = address
      attributes["authentication"] = nil
      attributes["attributes"] = ["UID": .string(user), "PWD": .string(password)]
      let inputs: [ValueMap] = [
        address, ["connection_string": .string(connectionString(address, password))], attributes,
      ]
      for inputs in inputs {
        for statement in ["select 1 as n", "selct 1"] {
          let (all, error) = try await told(inputs, statement)
          #expect(!all.contains("canary"), "\(all)")
          #expect((error == nil) == (password.contains("right") && statement == "select 1 as n"))
        }
      }
    }
    try await database.runShared("drop user \(database == .postgreSQL ? user : "'\(user)'@'%'")")
  }

  @Test("are not in what is said of a connection string that is wrong")
  func faulty() async throws {
    for text in [
      "DRIVER={SQLite3};PWD={canary", "DRIVER={SQLite3};PWD={canary}x", "DRIVER={SQLite3};canary",
      "PWD=canary", "DRIVER={No such driver};PWD=canary", "DSN=nowhere;PWD=canary",
      "DRIVER=/nonexistent/lib.so;PWD={can;canary}", "DRIVER={SQLite3};=canary",
      "DRIVER={SQLite3};Database=/nonexistent/canary/x",
    ] {
      let (all, error) = try await told(["connection_string": .string(text)], "select 1")
      #expect(error != nil, "\(text)")
      #expect(!all.contains("canary"), "\(text): \(all)")
    }
  }
}
