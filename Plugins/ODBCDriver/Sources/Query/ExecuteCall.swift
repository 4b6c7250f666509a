internal import DriverKit

/// The action `execute`: one statement, of which only matters how many rows it changed.
struct ExecuteCall {
  private let call: Call
  private let session: ODBCSession
  private let inputs: StatementInputs

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    var inputs = try StatementInputs(call.inputs)
    inputs.isForRows = false
    self.inputs = inputs
  }

  func run() throws(DriverError) {
    let connection = try session.connection(for: call)
    let run = try StatementRun(inputs, on: connection, of: session, call)
    defer { run.end() }
    let results = Results(run, call)
    // Rows are let go of: `query` is there for them.
    while let reader = try results.next() {
      defer { reader.close() }
      // Some servers do what a statement says only as its rows are fetched, SQLite's driver does nothing before.
      while try reader.next() != nil {}
    }
  }
}
