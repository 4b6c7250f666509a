internal import DriverKit

/// The action `script`: several statements one after the other, in one transaction as a rule.
struct ScriptCall {
  private let call: Call
  private let session: ODBCSession
  private let connection: ODBCConnection
  private let inputs: ScriptInputs

  /// Connects, since it takes that to know how the server reads statements.
  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    connection = try session.connection(for: call)
    inputs = try ScriptInputs(call.inputs, session.facts.dialect)
  }

  func run() throws(DriverError) {
    let transaction = try inputs.isTransaction ? begin(connection) : nil
    var results: [OutputValue] = []
    var warnings: [DiagnosticRecord] = []
    var isCommitted = false
    do throws(DriverError) {
      for statement in inputs.statements {
        results.append(try result(of: statement, connection, transaction, &warnings))
        call.progress(UInt64(results.count), of: UInt64(inputs.statements.count), "statements")
      }
      try call.checkStop()
      try put(results, warnings)
      if let transaction { try end(transaction, connection, committing: true) }
      isCommitted = true
      try call.output("committed", true)
    } catch {
      // Results that have no room among the outputs are no reason to leave anything else out.
      let isKept = isCommitted || transaction == nil && !results.isEmpty
      _ = try? call.output("committed", .bool(isKept))
      _ = try? put(results, warnings)
      var error = error
      // What earlier statements did would be done twice.
      if isKept { error.isRetryable = false }
      do throws(DriverError) {
        if let transaction, !isCommitted { try end(transaction, connection, committing: false) }
      } catch let second {
        error.detail += "; and it could not be undone: \(second.message)"
        error.isSessionBroken = true
      }
      throw error
    }
  }

  private func put(
    _ results: [OutputValue],
    _ warnings: [DiagnosticRecord]
  ) throws(DriverError) {
    try call.output("results", .list(results))
    if !warnings.isEmpty { try call.output("warnings", DiagnosticRecord.output(warnings)) }
  }

  // MARK: - The transaction

  private func begin(_ connection: ODBCConnection) throws(DriverError) -> Transaction {
    do throws(ODBCFailure) {
      return try Transaction(on: connection, session.facts.dialect, inputs.isolation)
    } catch {
      throw session.error(
        error,
        connection,
        call,
        pointer: inputs.isolation == nil ? "/transaction" : "/isolation"
      )
    }
  }

  private func end(
    _ transaction: Transaction,
    _ connection: ODBCConnection,
    committing: Bool
  ) throws(DriverError) {
    do throws(ODBCFailure) {
      try transaction.end(committing: committing)
    } catch {
      // A commit whose answer is lost may have been one.
      throw session.error(error, connection, call).retryable(error.wasRolledBack)
    }
  }

  // MARK: - A statement

  private func result(
    of statement: ScriptInputs.Statement,
    _ connection: ODBCConnection,
    _ transaction: Transaction?,
    _ warnings: inout [DiagnosticRecord]
  ) throws(DriverError) -> OutputValue {
    do throws(ODBCFailure) {
      if inputs.goesOn { try transaction?.save() }
    } catch {
      throw session.error(error, connection, call, pointer: "/continue_after_error")
    }
    var failure: DriverError?
    var members = statement.line.map { [("line", OutputValue.int(Int64($0)))] } ?? []
    do throws(DriverError) {
      members += try run(statement, connection, &warnings)
    } catch {
      failure = error.inStatement(statement)
    }
    if let failure {
      guard inputs.goesOn, call.stop == nil, !failure.isSessionBroken else { throw failure }
      members.append(("error", failure.asOutput))
    }
    do throws(ODBCFailure) {
      if inputs.goesOn, let transaction {
        if failure != nil { try transaction.goBack() }
        try transaction.forget()
      }
    } catch {
      guard let native = error.cause?.native, session.facts.lostSavepointCodes.contains(native)
      else { throw session.error(error, connection, call) }
      // The server has committed by itself: there is nothing left to go back to.
      members.append(("committed", true))
    }
    return .map(members.map { (name: $0.0, value: $0.1) })
  }

  private func run(
    _ statement: ScriptInputs.Statement,
    _ connection: ODBCConnection,
    _ warnings: inout [DiagnosticRecord]
  ) throws(DriverError) -> [(String, OutputValue)] {
    var what = StatementInputs(
      statement.sql,
      maxRows: inputs.maxRows,
      pointer: statement.pointer
    )
    what.parameters = statement.parameters
    what.isInTransaction = inputs.isTransaction
    let run = try StatementRun(what, on: connection, of: session, call)
    defer { run.end() }
    var (changed, rows, hasMore): (Int?, [OutputValue]?, Bool) = (nil, nil, false)
    repeat {
      warnings += run.statement.warnings
      if try run.ask({ (asked) throws(ODBCFailure) in try asked.columnCount() }) > 0 {
        let (some, more) = try firstRows(run)
        rows = (rows ?? []) + some
        hasMore = hasMore || more
      } else if let count = try run.ask({ (asked) throws(ODBCFailure) in try asked.changedRows() })
      {
        changed = (changed ?? 0) + count
      }
    } while try run.ask { (asked) throws(ODBCFailure) in try asked.nextResult() }
    try run.finish()
    var members: [(String, OutputValue)] = [("row_count", OutputValue(changed))]
    if let rows { members += [("rows", .list(rows)), ("has_more", .bool(hasMore))] }
    return members
  }

  /// The first rows of the result that a statement is at, and whether there are more.
  private func firstRows(_ run: StatementRun) throws(DriverError) -> ([OutputValue], Bool) {
    let reader = try run.reader()
    defer { reader.close() }
    var rows: [OutputValue] = []
    while let batch = try reader.next() {
      for row in 0..<batch.count {
        guard rows.count < inputs.maxRows else { return (rows, true) }
        rows.append(batch.row(row, reader.fields))
      }
    }
    return (rows, false)
  }
}

extension DriverError {
  /// The same error, with the statement's line in front.
  fileprivate func inStatement(_ statement: ScriptInputs.Statement) -> DriverError {
    guard let line = statement.line, code != .cancelled else { return self }
    var error = self
    error.message = "the statement on line \(line): \(message)"
    return error
  }

  /// The error as a value.
  fileprivate var asOutput: OutputValue {
    .map([
      ("message", .string(message)), ("vendor_code", .int(vendorCode)),
      ("vendor_state", .string(vendorState)),
    ])
  }
}
