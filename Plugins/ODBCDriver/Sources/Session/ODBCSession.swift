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

  /// The connection, which is made where there is none.
  ///
  /// - Parameter call: The call that needs it, whose stop ends what is run first.
  /// - Throws: Why it cannot be, with the library that is missing where that is why.
  /// - Returns: The connection.
  func connection(for call: Call) throws(DriverError) -> ODBCConnection {
    if let known = state.connection { return known }
    let made: ODBCConnection
    do throws(DriverError) {
      made = try connect { (statement) throws(DriverError) in
        call.onStop { [weak statement] in statement?.cancel() }
        try call.checkStop()
      }
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
    let address = try given.get()
    let text = try address.text()
    let connection: ODBCConnection
    do throws(ODBCFailure) {
      connection = try ODBCConnection(
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
    try SessionSetup(address, connection).run(begins)
    return connection
  }

  /// What is known of the driver.
  var facts: DriverFacts { (try? given.get())?.facts ?? DriverFacts() }

  /// Whether queries are read through cursors of the server, and the driver is not told to do that itself.
  var usesServerCursors: Bool {
    guard let address = try? given.get(), address.facts.usesServerCursors else { return false }
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
  func installedDriver() throws(DriverError) -> String {
    let address = try given.get()
    switch address.string.target {
    case .dataSource(let name): return "the data source \(name)"
    case .file(let name): return "the data source in \(name)"
    case .driver(let name):
      let missing = ODBCFailure(
        function: "SQLDriverConnect",
        records: [DiagnosticRecord(state: "IM003", native: 0, message: name)]
      )
      let library = try library(ofDriver: name)
      guard let library, library.fault == nil else { throw explained(missing, address) }
      return "\(name), \(library.path ?? library.library)"
    case nil: return ""
    }
  }

  /// The library of an installed driver, or of one that is named by its path; nil where it is not installed.
  private func library(ofDriver name: String) throws(DriverError) -> DriverLibrary? {
    if name.contains("/") { return DriverLibrary(of: name, library: name) }
    do throws(ODBCFailure) {
      return try installed.lists().driver(name)?.library
    } catch {
      throw error.error()
    }
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
      error = failure.read(facts).error(pointer: pointer, wasStopped: call?.stop)
    }
    if let native = failure.cause?.native, facts.busyCodes.contains(native), call?.stop == nil {
      (error.code, error.isRetryable) = (.unavailable, true)
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
    var error = failure.read(address.facts).error()
    guard case .driver(let name) = address.string.target,
      error.code == .notFound || error.code == .unavailable,
      let lists = try? installed.lists()
    else { return error }
    let known = lists.driver(name)?.library
    let library = known ?? (name.contains("/") ? DriverLibrary(of: name, library: name) : nil)
    if let fault = library?.fault {
      error.message = fault
      error.pointer = "/driver"
    } else if known == nil, !name.contains("/") {
      let names = lists.drivers.map(\.name).sorted().joined(separator: ", ")
      error.message =
        "there is no ODBC driver \(name); installed are \(names.isEmpty ? "none" : names)"
      error.code = .notFound
      error.pointer = "/driver"
    } else if ["IM004", "IM005"].contains(error.vendorState) {
      error.message = "the ODBC driver \(name) does not work: \(error.message)"
      error.pointer = "/driver"
    }
    return error
  }
}

/// What a session has, for one call at a time.
private final class SessionState: @unchecked Sendable {
  // `@unchecked` because the host gives a session to one call at a time.
  var connection: ODBCConnection?
}
