internal import CODBC
internal import DriverKit

/// A connection that the host keeps for calls with the same address; made when a call first needs it.
///
/// One call at a time.
public final class ODBCSession: Sendable {
  private let environment: ODBCEnvironment
  private let installed: InstalledDrivers
  /// The way to the database, or what is wrong with it: not every action needs one.
  private let given: Result<AddressInputs, DriverError>
  private let state = SessionState()

  init(
    _ environment: ODBCEnvironment,
    _ installed: InstalledDrivers,
    _ given: Result<AddressInputs, DriverError>
  ) {
    self.environment = environment
    self.installed = installed
    self.given = given
  }

  /// The connection, which is made where there is none, and told again that nothing may be changed.
  ///
  /// - Parameter call: The call that needs it, whose stop ends what is run first.
  /// - Throws: Why it cannot be, with the library that is missing where that is why.
  /// - Returns: The connection.
  func connection(for call: Call) throws(DriverError) -> ODBCConnection {
    let begins = { (statement: ODBCStatement) throws(DriverError) in
      call.onStop { [weak statement] in statement?.cancel() }
      try call.checkStop()
    }
    if let known = state.connection {
      try renew(known, call, begins)
      return known
    }
    let made: ODBCConnection
    do throws(DriverError) {
      made = try connect(begins)
    } catch {
      throw call.stop?.error ?? error
    }
    state.connection = made
    return made
  }

  /// A connection beside the session's, made in the same way.
  ///
  /// - Parameter begins: Is told of each statement that is run first; throws where none is to be run.
  /// - Throws: As for the session's own.
  /// - Returns: The connection.
  func connect(
    _ begins: (ODBCStatement) throws(DriverError) -> Void
  ) throws(DriverError) -> ODBCConnection {
    var address = try self.address.get()
    var connection = try connect(address)
    // A file may have any name, and is a driver of another one.
    let name = connection.text(of: SQL_DRIVER_NAME) ?? ""
    let facts = DriverFacts.of(name)
    if !facts.names.isEmpty, facts != address.facts {
      address = try address.with(facts)
      state.address = address
      connection = try connect(address)
    }
    try SessionSetup(address, connection).run(begins)
    return connection
  }

  private func connect(_ address: AddressInputs) throws(DriverError) -> ODBCConnection {
    let text = try address.text()
    do throws(ODBCFailure) {
      return try ODBCConnection(
        text,
        in: environment,
        address.facts.form,
        library: address.library,
        cancelsAsWhole: address.facts.cancelsAsWhole,
        loginTimeout: address.loginTimeout
      )
    } catch {
      throw explained(error, address)
    }
  }

  /// Tells a connection again that nothing may be changed, which a statement of an earlier call may have lifted.
  private func renew(
    _ connection: ODBCConnection,
    _ call: Call,
    _ begins: (ODBCStatement) throws(DriverError) -> Void
  ) throws(DriverError) {
    let address = try self.address.get()
    guard address.isReadOnly, let sql = address.facts.readOnlyStatement else { return }
    let statement: ODBCStatement
    do throws(ODBCFailure) {
      statement = try connection.statement()
    } catch {
      throw self.error(error, connection, call)
    }
    try begins(statement)
    do throws(ODBCFailure) {
      try statement.run(sql)
    } catch {
      throw self.error(error, connection, call, pointer: "/read_only")
    }
  }

  /// The way to the database, for the driver that it turned out to be.
  private var address: Result<AddressInputs, DriverError> {
    state.address.map { .success($0) } ?? given
  }

  /// What is known of the driver; that of its file's name as long as there is no connection.
  var facts: DriverFacts { (try? address.get())?.facts ?? DriverFacts() }

  /// Whether queries are read through cursors of the server, and the driver is not told to do that itself.
  var usesServerCursors: Bool {
    guard let address = try? address.get(), address.facts.usesServerCursors else { return false }
    guard let keyword = address.facts.ownCursorKeyword else { return true }
    return address.string[keyword] != "1"
  }

  /// Whether the connection's zone is UTC; false too where nobody needs to know, for lack of columns of moments.
  func isUTC(
    _ connection: ODBCConnection,
    for statement: ODBCStatement
  ) throws(ODBCFailure) -> Bool {
    guard let zone = facts.zone else { return false }
    for number in 0..<(try statement.columnCount())
    where zone.types.contains(try statement.column(number + 1).typeName) {
      return try isUTC(connection)
    }
    return false
  }

  /// Whether the connection's zone is UTC, where the driver's server has zones.
  func isUTC(_ connection: ODBCConnection) throws(ODBCFailure) -> Bool {
    guard let zone = facts.zone else { return false }
    // Whoever set another one gets moments of no zone, as the server shows them.
    let asked = try connection.statement()
    try asked.run(zone.ask)
    guard try asked.fetch() else { return false }
    return zone.utc.contains(try asked.text(inColumn: 1) ?? "")
  }

  /// The name and the library of the driver, as far as the address names one.
  ///
  /// - Throws: That it is not installed, or which library it misses.
  /// - Returns: A line for people.
  func installedDriver() throws(DriverError) -> String {
    let address = try given.get()
    guard let target = address.string.target else { return "" }
    let lists: InstalledDrivers.Lists
    do throws(ODBCFailure) {
      lists = try installed.lists()
    } catch {
      throw error.error()
    }
    let library = lists.driverLibrary(target)
    guard let library, library.fault == nil else {
      let missing = ODBCFailure(
        function: "SQLDriverConnect",
        records: [DiagnosticRecord(state: "IM003", native: 0, message: target.name)]
      )
      throw explained(missing, address)
    }
    let path = library.path ?? library.library
    guard case .dataSource(let name) = target else { return "\(library.driver), \(path)" }
    return "the data source \(name): \(library.driver), \(path)"
  }

  // MARK: - Its state

  /// Whether the connection, if there is one, still works.
  ///
  /// - Parameter call: The call that asks, whose stop ends the question.
  /// - Throws: Why it does not.
  func check(_ call: Call) throws(DriverError) {
    guard let connection = state.connection else { return }
    guard !connection.isKnownToBeDead else {
      throw DriverError(.unavailable, "the connection is lost", isRetryable: true)
    }
    guard let probe = facts.probe else { return }
    do throws(ODBCFailure) {
      let statement = try connection.statement()
      call.onStop { [weak statement] in statement?.cancel() }
      try statement.run(probe)
    } catch {
      throw self.error(error, connection, call)
    }
  }

  /// Ends the connection.
  func close() { state.connection = nil }

  // MARK: - Errors

  /// The error that a failure of a connection comes to.
  ///
  /// What the failure has left open is undone.
  ///
  /// - Parameters:
  ///   - failure: What failed.
  ///   - connection: Where.
  ///   - call: The call, which may have been stopped.
  ///   - pointer: The input at fault, where the failure is one of inputs.
  ///   - timer: What may have cancelled the statement.
  ///   - timeout: How long that has waited, in seconds.
  /// - Returns: The error.
  func error(
    _ failure: ODBCFailure,
    _ connection: ODBCConnection,
    _ call: Call? = nil,
    pointer: String = "",
    _ timer: StatementTimer? = nil,
    _ timeout: Double? = nil
  ) -> DriverError {
    var error: DriverError
    if let timeout, timer?.hasFired == true, call?.stop == nil {
      error = failure.adding(
        to: DriverError(
          .timedOut,
          "the statement took longer than query_timeout, which is \(timeout) s",
          pointer: "/query_timeout"
        )
      )
    } else {
      error = failure.error(facts, pointer: pointer, wasStopped: call?.stop)
    }
    if connection.isKnownToBeDead {
      error.isSessionBroken = true
      // Drivers have no common state for it: some say HY000.
      if call?.stop == nil, error.code == .remoteFailure {
        (error.code, error.isRetryable) = (.unavailable, true)
      }
    } else if !facts.recovery.isEmpty {
      connection.recover(facts.recovery)
    }
    return error
  }

  /// The driver manager says only that a file was not found: what is missing is looked for.
  private func explained(
    _ failure: ODBCFailure,
    _ address: AddressInputs
  ) -> DriverError {
    var error = failure.error(address.facts)
    guard let target = address.string.target,
      error.code == .notFound || error.code == .unavailable,
      let lists = try? installed.lists()
    else { return error }
    if let library = lists.driverLibrary(target) {
      if let fault = library.fault {
        error.message = fault
        error.pointer = address.targetPointer
      } else if ["IM004", "IM005"].contains(error.vendorState) {
        error.message = "the ODBC driver \(library.driver) does not work: \(error.message)"
        error.pointer = address.targetPointer
      }
      return error
    }
    func list(_ names: [String]) -> String {
      names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    }
    switch target {
    case .driver(let name):
      error.message =
        "there is no ODBC driver \(name); installed are \(list(lists.drivers.map(\.name)))"
    case .dataSource(let name):
      // The driver manager may have taken the section DEFAULT.
      guard ["IM002", "IM003"].contains(error.vendorState) else { return error }
      error.message =
        "there is no data source \(name) in odbc.ini; known are \(list(lists.dataSources.map(\.name))), as the action `drivers` lists them"
    case .file: return error
    }
    error.code = .notFound
    error.pointer = address.targetPointer
    return error
  }
}

/// What a session has, for one call at a time.
private final class SessionState: @unchecked Sendable {
  // `@unchecked` because the host gives a session to one call at a time.
  var connection: ODBCConnection?
  /// The address for the driver that it turned out to be; nil: that of the inputs holds.
  var address: AddressInputs?
}
