internal import DriverKit

/// The action `explain`: how the server would run a statement, or how it ran it.
struct ExplainCall {
  private let call: Call
  private let session: ODBCSession
  private let isRun: Bool

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    isRun = try call.inputs["analyze"]?.bool() ?? false
  }

  func run() throws(DriverError) {
    var inputs = try StatementInputs(call.inputs)
    let facts = session.facts
    guard let word = isRun ? facts.explainAnalyze : facts.explain else {
      throw DriverError(
        .unsupported,
        isRun && facts.explain != nil
          ? "this server's statements cannot be run to see what they take: leave analyze out"
          : "nothing is known of how this ODBC driver's server explains statements: use the action query with the server's own words",
        pointer: isRun ? "/analyze" : ""
      )
    }
    if isRun, !StatementKind(inputs.sql, facts.dialect).isRead {
      throw DriverError(
        .invalidInput,
        "the statement may change something, and would be run: leave analyze out",
        pointer: "/analyze"
      )
    }
    inputs.sql = "\(word) \(inputs.sql)"
    let connection = try session.connection(for: call)
    let run = try StatementRun(inputs, on: connection, of: session, call)
    if let rows = try ResultRows(Results(run, call), maxRows: nil) { try rows.hand(over: call) }
  }
}
