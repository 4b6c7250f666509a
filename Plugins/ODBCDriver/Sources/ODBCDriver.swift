public import DriverKit

/// Databases by way of ODBC.
public final class ODBCDriver: BlockingSessionDriver {
  private let environment: ODBCEnvironment
  private let installed: InstalledDrivers

  /// Loads the driver manager.
  public init(_ context: DriverContext) throws(DriverError) {
    do throws(ODBCFailure) {
      environment = try ODBCEnvironment()
      installed = InstalledDrivers(environment)
    } catch {
      throw error.error()
    }
  }

  /// Makes a session, which connects when a call needs that.
  public func open(_ call: Call) throws(DriverError) -> ODBCSession {
    do throws(DriverError) {
      let address = try AddressInputs(call.inputs) { () throws(DriverError) in
        do throws(ODBCFailure) {
          return try installed.lists()
        } catch {
          throw error.error()
        }
      }
      return ODBCSession(environment, installed, .success(address))
    } catch {
      return ODBCSession(environment, installed, .failure(error))
    }
  }

  /// Runs one call that needs no connection.
  public func run(_ call: Call) throws(DriverError) {
    switch call.action {
    case "drivers": try DriversCall(call, installed).run()
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }

  /// Runs one call.
  public func run(_ call: Call, in session: ODBCSession) throws(DriverError) {
    switch call.action {
    case "query": try QueryCall(call, session).run()
    case "execute": try ExecuteCall(call, session).run()
    case "execute_many": try ExecuteManyCall(call, session).run()
    case "script": try ScriptCall(call, session).run()
    case "procedure": try ProcedureCall(call, session).run()
    case "test": try TestCall(call, session).run()
    case "schema": try SchemaCall(call, session).run()
    case "tables": try TablesCall(call, session).listTables()
    case "columns": try TablesCall(call, session).listColumns()
    case "sample": try SampleCall(call, session).run()
    case "explain": try ExplainCall(call, session).run()
    case "type_info": try TypeInfoCall(call, session).run()
    case "server_info": try ServerInfoCall(call, session).run()
    case "vacuum": try VacuumCall(call, session).run()
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }

  /// Finds out whether a session still works.
  public func check(_ session: ODBCSession, _ call: Call) throws(DriverError) {
    try session.check(call)
  }

  /// Ends a session.
  public func close(_ session: ODBCSession, _ call: Call) throws(DriverError) { session.close() }
}
