internal import CODBC
internal import DriverKit

/// What is done with a connection before its first call.
struct SessionSetup {
  private let address: AddressInputs
  private let connection: ODBCConnection

  init(_ address: AddressInputs, _ connection: ODBCConnection) {
    self.address = address
    self.connection = connection
  }

  /// Sets the zone, runs the statements of the inputs, and makes the connection read-only where that is asked for.
  ///
  /// - Throws: `.invalidInput` that names the statement at fault; `.unsupported` where nothing keeps the driver from
  ///   changing data.
  func run() throws(DriverError) {
    if let zone = address.facts.zone { try run(zone.set, "") }
    for (index, statement) in address.initStatements.enumerated() {
      try run(statement, "/init_statements/\(index)")
    }
    guard address.isReadOnly else { return }
    if let statement = address.facts.readOnlyStatement {
      try run(statement, "/read_only")
    } else {
      try setReadOnly()
    }
  }

  private func run(_ sql: String, _ pointer: String) throws(DriverError) {
    do throws(ODBCFailure) {
      try connection.statement().run(sql)
    } catch {
      var failure = error.error(pointer: pointer)
      // Some drivers have one state for whatever fails: it is this statement that did.
      if failure.code == .remoteFailure { failure.pointer = pointer }
      throw failure
    }
  }

  private func setReadOnly() throws(DriverError) {
    let status = try? connection.handle.set(SQL_ATTR_ACCESS_MODE, to: Int(SQL_MODE_READ_ONLY))
    guard status == SQL_SUCCESS, connection.text(of: SQL_DATA_SOURCE_READ_ONLY) == "Y" else {
      throw DriverError(
        .unsupported,
        "the ODBC driver does not keep this connection from changing data: give it a user who has no right to, and leave read_only out",
        pointer: "/read_only"
      )
    }
  }
}
