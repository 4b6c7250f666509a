internal import DriverKit

/// A connection that the host keeps for calls with the same address; made when a call first needs it.
///
/// One call at a time.
public final class ODBCSession: Sendable {
  let environment: ODBCEnvironment
  /// The way to the database, or what is wrong with it: not every action needs one.
  private let given: Result<AddressInputs, DriverError>
  private let state = SessionState()

  init(_ environment: ODBCEnvironment, _ given: Result<AddressInputs, DriverError>) {
    self.environment = environment
    self.given = given
  }

  /// The connection, which is made where there is none.
  ///
  /// - Throws: Why it cannot be, with the library that is missing where that is why.
  func connection() throws(DriverError) -> ODBCConnection {
    if let known = state.connection { return known }
    let address = try given.get()
    let text = try address.text()
    do throws(ODBCFailure) {
      let connection = try ODBCConnection(
        text,
        in: environment,
        address.facts.form,
        loginTimeout: address.loginTimeout
      )
      state.connection = connection
      return connection
    } catch {
      throw explained(error, address)
    }
  }

  /// What is known of the driver.
  var facts: DriverFacts { (try? given.get())?.facts ?? DriverFacts() }

  /// Whether the connection, if there is one, still works as far as the driver knows.
  var isAlive: Bool { !(state.connection?.isKnownToBeDead ?? false) }

  /// Ends the connection.
  func close() { state.connection = nil }

  /// The driver manager says only that a file was not found: what is missing is looked for.
  private func explained(
    _ failure: ODBCFailure,
    _ address: AddressInputs
  ) -> DriverError {
    var error = failure.error()
    guard case .driver(let name) = address.string.target,
      error.code == .notFound || error.code == .unavailable,
      let drivers = try? environment.drivers()
    else { return error }
    let installed = drivers.first { ConnectionString.isSame($0.name, name) }
    let library =
      installed.map { driver in
        DriverLibrary(
          of: driver.name,
          attributes: driver.attributes.map { (keyword: $0.name, value: $0.value) }
        )
      } ?? (name.contains("/") ? DriverLibrary(of: name, library: name) : nil)
    if let fault = library?.fault {
      error.message = fault
      error.pointer = "/driver"
    } else if installed == nil, !name.contains("/") {
      let names = drivers.map(\.name).sorted().joined(separator: ", ")
      error.message =
        "there is no ODBC driver \(name); installed are \(names.isEmpty ? "none" : names)"
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
