internal import DriverKit

/// The action `sample`: the first rows of a table.
struct SampleCall {
  private let call: Call
  private let session: ODBCSession
  private let table: TableInputs
  private let maxRows: Int

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    guard let table = try TableInputs(call.inputs) else {
      throw DriverError(.invalidInput, "the input table is missing", pointer: "/table")
    }
    self.table = table
    maxRows = try call.inputs["max_rows"]?.int(in: 1...Int.max) ?? 20
  }

  func run() throws(DriverError) {
    let connection = try session.connection(for: call)
    // No LIMIT, which servers write in different ways: rows are let go of, and the driver is told how many are wanted.
    let inputs = StatementInputs(
      "select * from \(try table.sql(connection))",
      maxRows: maxRows,
      pointer: "/table"
    )
    let run = try StatementRun(inputs, on: connection, of: session, call)
    if let rows = try ResultRows(Results(run, call), maxRows: maxRows) {
      try rows.hand(over: call)
    }
  }
}
