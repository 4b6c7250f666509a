internal import DriverKit

/// The action `vacuum`: gives space of deleted rows back.
struct VacuumCall {
  private let call: Call
  private let session: ODBCSession
  private let table: TableInputs?
  private let timeout: Double?

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    table = try TableInputs(call.inputs)
    timeout = try call.inputs["query_timeout"]?.double()
  }

  func run() throws(DriverError) {
    // What is known of a driver is only known of an address that leads to one.
    let connection = try session.connection(for: call)
    let facts = session.facts
    guard !facts.vacuum.isEmpty else {
      throw DriverError(
        .unsupported,
        "nothing is known of how this ODBC driver's server gives space back: use the action execute with the server's own words"
      )
    }
    if table != nil, facts.vacuum.contains(where: { !$0.takesTable }) {
      throw DriverError(
        .invalidInput,
        "this server gives back the space of all tables at once: leave table out",
        pointer: "/table"
      )
    }
    let name = try table?.sql(connection)
    var warnings: [DiagnosticRecord] = []
    for statement in facts.vacuum {
      let inputs = StatementInputs(
        name.map { "\(statement.sql) \($0)" } ?? statement.sql,
        timeout: timeout,
        pointer: table == nil ? "" : "/table"
      )
      let run = try StatementRun(inputs, on: connection, of: session, call)
      run.end()
      warnings += run.statement.warnings
    }
    if !warnings.isEmpty { try call.output("warnings", DiagnosticRecord.output(warnings)) }
  }
}
