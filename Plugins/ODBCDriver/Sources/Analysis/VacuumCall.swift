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
    let facts = session.facts
    guard !facts.vacuum.isEmpty else {
      throw DriverError(
        .unsupported,
        "nothing is known of how this ODBC driver's server gives space back: use the action execute with the server's own words"
      )
    }
    let connection = try session.connection(for: call)
    let name = try table?.sql(connection)
    var warnings: [DiagnosticRecord] = []
    for statement in facts.vacuum {
      let sql: String
      if let name {
        guard statement.takesTable else { continue }
        sql = "\(statement.sql) \(name)"
      } else {
        sql = statement.sql
      }
      let inputs = StatementInputs(sql, timeout: timeout)
      let run = try StatementRun(inputs, on: connection, of: session, call)
      run.end()
      warnings += run.statement.warnings
    }
    if !warnings.isEmpty { try call.output("warnings", DiagnosticRecord.output(warnings)) }
  }
}
