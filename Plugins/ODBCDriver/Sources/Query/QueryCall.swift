internal import DriverKit

/// The action `query`: one statement, whose results are handed over one after the other as their rows come.
struct QueryCall {
  /// How much of a result is wanted.
  enum Fetch: String, Sendable {
    case all
    case firstRow = "first_row"
    case scalar
  }

  private let call: Call
  private let session: ODBCSession
  private var inputs: StatementInputs
  private let fetch: Fetch
  private let partitions: PartitionInputs?

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    inputs = try StatementInputs(call.inputs)
    let name = try call.inputs["fetch"]?.string() ?? Fetch.all.rawValue
    guard let fetch = Fetch(rawValue: name) else {
      throw DriverError(.invalidInput, "/fetch is no \(name)", pointer: "/fetch")
    }
    self.fetch = fetch
    partitions = try PartitionInputs(call.inputs["partitions"])
    if fetch != .all {
      guard partitions == nil else {
        throw DriverError(
          .invalidInput,
          "what comes first is not known of partitions: leave one of the inputs fetch and partitions out",
          pointer: "/partitions"
        )
      }
      inputs.maxRows = 1
    }
  }

  func run() throws(DriverError) {
    if let partitions {
      try PartitionedQuery(call, session, inputs, partitions).run()
      return
    }
    let connection = try session.connection(for: call)
    let run = try StatementRun(inputs, on: connection, of: session, call)
    let results = Results(run, call)
    switch fetch {
    case .all:
      if let rows = try ResultRows(results, maxRows: inputs.maxRows) { try rows.hand(over: call) }
    case .firstRow, .scalar: try putFirst(results)
    }
  }

  /// Puts out the first row of the first result that has columns.
  private func putFirst(_ results: Results) throws(DriverError) {
    defer { results.run.end() }
    guard let reader = try results.next() else {
      throw DriverError(
        .invalidInput,
        "the statement was run, and has no rows of which there could be a first one: the action `execute` is for such statements",
        pointer: "/fetch"
      )
    }
    let batch = try reader.next()
    reader.close()
    try results.run.finish()
    if !results.warnings.isEmpty {
      try call.output("warnings", DiagnosticRecord.output(results.warnings))
    }
    if fetch == .firstRow {
      try call.output("row", batch?.row(0, reader.fields) ?? .null)
      return
    }
    guard let field = reader.fields.first else { return }
    try call.output("result", batch.map { RowValue($0.columns[0], field, 0).output } ?? .null)
  }
}
