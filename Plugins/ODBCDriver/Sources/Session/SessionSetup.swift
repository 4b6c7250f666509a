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
  /// - Parameter begins: Is told of each statement; throws where none is to be run.
  /// - Throws: `.invalidInput` that names the statement at fault; `.unsupported` where nothing keeps the driver from
  ///   changing data.
  func run(_ begins: (ODBCStatement) throws(DriverError) -> Void) throws(DriverError) {
    if let zone = address.facts.zone { try run(zone.set, "", begins) }
    for (index, statement) in address.initStatements.enumerated() {
      try run(statement, "/init_statements/\(index)", begins)
    }
    guard address.isReadOnly else { return }
    if let statement = address.facts.readOnlyStatement {
      try run(statement, "/read_only", begins)
    } else {
      try setReadOnly()
    }
  }

  private func run(
    _ sql: String,
    _ pointer: String,
    _ begins: (ODBCStatement) throws(DriverError) -> Void
  ) throws(DriverError) {
    let statement: ODBCStatement
    do throws(ODBCFailure) {
      statement = try connection.statement()
    } catch {
      throw error.error(address.facts)
    }
    try begins(statement)
    do throws(ODBCFailure) {
      try statement.run(sql)
      try statement.drain()
    } catch {
      var failure = error.error(address.facts, pointer: pointer)
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
