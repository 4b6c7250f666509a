internal import CODBC
internal import DriverKit

/// The action `server_info`: which server, database and driver a connection has.
struct ServerInfoCall {
  private let call: Call
  private let session: ODBCSession

  private static let facts: [(StaticString, Int32)] = [
    ("server", SQL_DBMS_NAME), ("server_version", SQL_DBMS_VER), ("database", SQL_DATABASE_NAME),
    ("user", SQL_USER_NAME), ("driver", SQL_DRIVER_NAME), ("driver_version", SQL_DRIVER_VER),
    ("odbc_version", SQL_DRIVER_ODBC_VER), ("identifier_quote", SQL_IDENTIFIER_QUOTE_CHAR),
    ("catalog_term", SQL_CATALOG_TERM), ("schema_term", SQL_SCHEMA_TERM),
  ]

  init(_ call: Call, _ session: ODBCSession) {
    self.call = call
    self.session = session
  }

  func run() throws(DriverError) {
    let connection = try session.connection(for: call)
    for (name, fact) in ServerInfoCall.facts {
      try call.output(name, connection.text(of: fact).map { .string($0) } ?? .null)
    }
  }
}
