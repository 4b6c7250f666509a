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

  /// The library of an installed driver, or of the one that a data source names.
  private func library(_ target: ConnectionString.Target) -> String? {
    switch target {
    case .driver(let name): return library(ofDriver: name)
    case .dataSource(let name):
      let sources = (try? environment.dataSources()) ?? []
      let source = sources.first { ConnectionString.isSame($0.name, name) }
      // The driver manager tells what stands behind Driver=: a name, or a path.
      return source.flatMap { library(ofDriver: $0.description) ?? $0.description }
    case .file: return nil
    }
  }

  private func library(ofDriver name: String) -> String? {
    let drivers = (try? environment.drivers()) ?? []
    let driver = drivers.first { ConnectionString.isSame($0.name, name) }
    return driver?.attributes.first { ConnectionString.isSame($0.name, "Driver") }?.value
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
    case "drivers": try DriversCall(call, environment).run()
    case "vacuum": try VacuumCall(call, session).run()
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }

  /// Finds out whether a session still works.
  public func check(_ session: ODBCSession, _ call: Call) throws(DriverError) {
    try session.check()
  }

  /// Ends a session.
  public func close(_ session: ODBCSession, _ call: Call) throws(DriverError) { session.close() }
}
