internal import CODBC
internal import DriverKit

/// The action `procedure`: calls a stored procedure or function.
struct ProcedureCall {
  private let call: Call
  private let session: ODBCSession
  private let connection: ODBCConnection
  private let inputs: ProcedureInputs

  /// Connects, since it takes that to know how the server reads names.
  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    connection = try session.connection(for: call)
    inputs = try ProcedureInputs(call.inputs, session.facts.dialect)
  }

  func run() throws(DriverError) {
    let facts = session.facts
    guard facts.hasProcedures else {
      throw DriverError(.unsupported, "this ODBC driver's server has no procedures")
    }
    if inputs.returns != nil, facts.selectsFunctions {
      try select(connection)
      return
    }
    do throws(DriverError) {
      try runEscape(connection)
    } catch {
      guard let state = facts.plainCallState, error.vendorState == state else { throw error }
      try runPlain(connection)
    }
  }

  // MARK: - As ODBC has it

  private func runEscape(_ connection: ODBCConnection) throws(DriverError) {
    let facts = session.facts
    var places: [ProcedurePlace] = []
    if let type = inputs.returns { places.append(ProcedurePlace(returning: type, facts)) }
    for argument in inputs.arguments { places.append(ProcedurePlace(argument, facts)) }
    let run = try StatementRun(
      StatementInputs(inputs.sql, timeout: inputs.timeout, pointer: "/procedure"),
      on: connection,
      of: session,
      call,
      places: places
    )
    let results = Results(run, call)
    // What comes out is there once all results were read.
    results.atEnd = { [call] () throws(DriverError) in
      var out: [(name: String, value: OutputValue)] = []
      for place in places where place.comesOut {
        let value = try place.output()
        if place.isReturned {
          try call.output("return_value", value)
        } else {
          out.append((name: place.name, value: value))
        }
      }
      if !out.isEmpty { try call.output("arguments", .map(out)) }
    }
    if let rows = try ResultRows(results, maxRows: nil) { try rows.hand(over: call) }
  }

  // MARK: - In plain SQL

  /// Calls a function by a SELECT, whose one value is what it returns.
  private func select(_ connection: ODBCConnection) throws(DriverError) {
    let values = inputs.arguments.filter { $0.direction != .output }.compactMap(\.value)
    let (row, run) = try firstRow(
      "select \(inputs.name)(\(places(values.count)))",
      values,
      connection
    )
    try call.output("return_value", row.first.map { typed($0, inputs.returns) } ?? .null)
    try putWarnings(of: run)
  }

  /// Calls a procedure; its one row is what comes out, in the order of the parameters.
  private func runPlain(_ connection: ODBCConnection) throws(DriverError) {
    let values = inputs.arguments.map { $0.value ?? ParameterValue(nullAt: $0.pointer) }
    let (row, run) = try firstRow(
      "call \(inputs.name)(\(places(values.count)))",
      values,
      connection
    )
    let out = inputs.arguments.filter { $0.direction != .input }
    if !out.isEmpty {
      try call.output(
        "arguments",
        .map(zip(out, row).map { (name: $0.name, value: typed($1, $0.type)) })
      )
    }
    try putWarnings(of: run)
  }

  private func putWarnings(of run: StatementRun) throws(DriverError) {
    let warnings = run.statement.warnings
    if !warnings.isEmpty { try call.output("warnings", DiagnosticRecord.output(warnings)) }
  }

  /// A value as its parameter's type has it: decimals of any number of digits come as texts.
  private func typed(_ value: OutputValue, _ type: ParameterType?) -> OutputValue {
    guard type == .decimal, case .string(let text) = value else { return value }
    return ProcedurePlace.decimal(Array(text.utf8))
  }

  private func places(_ count: Int) -> String {
    Array(repeating: "?", count: count).joined(separator: ", ")
  }

  /// The values of a statement's first row; none where it has no row.
  private func firstRow(
    _ sql: String,
    _ values: [ParameterValue],
    _ connection: ODBCConnection
  ) throws(DriverError) -> ([OutputValue], StatementRun) {
    var asked = StatementInputs(sql, timeout: inputs.timeout, pointer: "/procedure")
    asked.parameters = .positional(values)
    let run = try StatementRun(asked, on: connection, of: session, call)
    defer { run.end() }
    guard try run.ask({ (statement) throws(ODBCFailure) in try statement.columnCount() }) > 0 else {
      return ([], run)
    }
    let reader = try run.reader()
    defer { reader.close() }
    let first = try reader.next()
    try run.finish()
    guard let batch = first else { return ([], run) }
    let row = zip(batch.columns, reader.fields).map { RowValue($0, $1, 0).output }
    return (row, run)
  }
}
