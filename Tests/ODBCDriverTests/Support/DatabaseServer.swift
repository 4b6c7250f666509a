import DriverHost
import TestSupport

/// A server of a test's own, to be killed and shut down.
struct DatabaseServer: Sendable {
  let database: TestDatabase
  let port: Int
  let kill: @Sendable () -> Void
  let shutDown: @Sendable () async throws -> Void
  /// Runs statements by the server's own client.
  let run: @Sendable (String) async throws -> String

  /// Starts a server.
  init(_ database: TestDatabase) async throws {
    self.database = database
    if database == .postgreSQL {
      let server = try await PostgreSQLServer()
      port = server.port
      kill = { server.kill() }
      shutDown = { try await server.shutDown() }
      run = { try await server.run($0) }
    } else {
      let server = try await MariaDBServer()
      port = server.port
      kill = { server.kill() }
      shutDown = { try await server.shutDown() }
      run = { try await server.run($0) }
    }
  }

  /// The inputs of its address, by way of another port perhaps.
  func inputs(port: Int? = nil) -> ValueMap {
    database.serverInputs(port: port ?? self.port)
  }
}

extension TestDatabase {
  /// The inputs of the address of a server with the default options.
  ///
  /// - Parameters:
  ///   - port: Where it is.
  ///   - user: Who logs in.
  ///   - password: With which password.
  ///   - database: Which database.
  /// - Returns: The inputs.
  func serverInputs(
    port: Int,
    user: String = "tester",
    password: String = "correct horse",
    database: String = "tests"
  ) -> ValueMap {
    [
      "driver": .string(self == .postgreSQL ? "PostgreSQL Unicode" : "MariaDB Unicode"),
      "server": "127.0.0.1", "port": .int(Int64(port)), "database": .string(database),
      "authentication": [
        "authentication_method": "username_password", "username": .string(user),
        "password": .string(password),
      ],
    ]
  }

  /// The port of the server that the tests share.
  var sharedPort: Int {
    get async throws {
      self == .postgreSQL
        ? try await PostgreSQLServer.shared.port : try await MariaDBServer.shared.port
    }
  }

  /// Runs statements by the own client of the server that the tests share.
  @discardableResult
  func runShared(_ sql: String) async throws -> String {
    self == .postgreSQL
      ? try await PostgreSQLServer.shared.run(sql) : try await MariaDBServer.shared.run(sql)
  }
}
