import DriverHost
import Foundation
import TestSupport
import Testing

/// A database that the tests ask: each of the three that are installed from packages.
enum TestDatabase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case sqlite = "SQLite"
  case postgreSQL = "PostgreSQL"
  case mariaDB = "MariaDB"

  var testDescription: String { rawValue }

  /// The inputs of its address.
  func inputs(_ folder: TemporaryFolder) async throws -> ValueMap {
    // In front of whatever else asks the driver manager, which looks at the variable once.
    _ = try ODBCConfiguration.shared
    switch self {
    case .sqlite:
      return ["driver": "SQLite3", "database": .string(folder.file("größe.db"))]
    case .postgreSQL:
      let server = try await PostgreSQLServer.shared
      return TestDatabase.address(
        "PostgreSQL Unicode",
        server.port,
        server.database,
        server.user,
        server.password
      )
    case .mariaDB:
      let server = try await MariaDBServer.shared
      return TestDatabase.address(
        "MariaDB Unicode",
        server.port,
        server.database,
        server.user,
        server.password
      )
    }
  }

  private static func address(
    _ driver: String,
    _ port: some BinaryInteger,
    _ database: String,
    _ user: String,
    _ password: String
  ) -> ValueMap {
    [
      "driver": .string(driver), "server": "127.0.0.1", "port": .int(Int64(port)),
      "database": .string(database),
      "authentication": [
        "authentication_method": "username_password", "username": .string(user),
        "password": .string(password),
      ],
    ]
  }

  /// What stands around names.
  var quote: String { self == .mariaDB ? "`" : "\"" }

  /// A name in quotes.
  func quoted(_ name: String) -> String {
    quote + name.replacingOccurrences(of: quote, with: quote + quote) + quote
  }

  /// The type of a column of moments with microseconds.
  var timestamp: String { self == .mariaDB ? "datetime(6)" : "timestamp" }
}
