internal import CODBC
internal import DriverKit

/// The action `procedure`: calls a stored procedure or function.
struct ProcedureCall {
  private let call: Call
  private let session: ODBCSession
  private let inputs: ProcedureInputs

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    inputs = try ProcedureInputs(call.inputs)
  }

  func run() throws(DriverError) {
    let connection = try session.connection()
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
    results.atEnd = { [call, inputs] () throws(DriverError) in
      var out: [(name: String, value: OutputValue)] = []
      for place in places where place.comesOut {
        let value = try place.output()
        if place.isReturned {
          try call.output("return_value", value)
        } else {
          out.append((name: place.name, value: value))
        }
      }
      let hasArguments = inputs.arguments.contains { $0.direction != .input }
      if hasArguments { try call.output("arguments", .map(out)) }
    }
    if let rows = try ResultRows(results, maxRows: nil) { try rows.hand(over: call) }
  }
}
