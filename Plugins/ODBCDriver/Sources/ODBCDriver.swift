public import DriverKit

/// Databases by way of ODBC.
public final class ODBCDriver: BlockingSessionDriver {
  private let environment: ODBCEnvironment

  /// Loads the driver manager.
  public init(_ context: DriverContext) throws(DriverError) {
    do throws(ODBCFailure) {
      environment = try ODBCEnvironment()
    } catch {
      throw error.error()
    }
  }

  /// Makes a session, which connects when a call needs that.
  public func open(_ call: Call) throws(DriverError) -> ODBCSession {
    do throws(DriverError) {
      return ODBCSession(environment, .success(try AddressInputs(call.inputs, library: library)))
    } catch {
      return ODBCSession(environment, .failure(error))
    }
  }

  /// The library of an installed driver.
  private func library(_ name: String) -> String? {
    let drivers = (try? environment.drivers()) ?? []
    let driver = drivers.first { ConnectionString.isSame($0.name, name) }
    return driver?.attributes.first { ConnectionString.isSame($0.name, "Driver") }?.value
  }

  /// Runs one call.
  public func run(_ call: Call, in session: ODBCSession) throws(DriverError) {
    switch call.action {
    case "query": try QueryCall(call, session).run()
    case "server_info": try ServerInfoCall(call, session).run()
    case "drivers": try DriversCall(call, environment).run()
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }

  /// Finds out whether a session still works.
  public func check(_ session: ODBCSession, _ call: Call) throws(DriverError) {
    guard session.isAlive else {
      throw DriverError(.unavailable, "the connection is lost", isRetryable: true)
    }
  }

  /// Ends a session.
  public func close(_ session: ODBCSession, _ call: Call) throws(DriverError) { session.close() }
}
