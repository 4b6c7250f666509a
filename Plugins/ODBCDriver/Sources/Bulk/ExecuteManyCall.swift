internal import DriverKit

/// The action `execute_many`: a statement for each record, many with each execution, in one transaction.
struct ExecuteManyCall {
  private let call: Call
  private let session: ODBCSession
  private let inputs: BulkInputs

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    inputs = try BulkInputs(call.inputs)
  }

  func run() throws(DriverError) {
    var reader = try inputs.reader(call)
    let connection = try session.connection(for: call)
    let (sql, sources) = try statement(reader.names, connection)
    let types = sources.map { inputs.types[Array(reader.names[$0].utf8)] }
    let transaction: Transaction
    let statement: BulkStatement
    do throws(ODBCFailure) {
      transaction = try Transaction(on: connection, session.facts.dialect)
      statement = try BulkStatement(
        sql,
        sources: sources,
        types: types,
        on: connection,
        session.facts
      )
    } catch {
      throw session.error(error, connection, call, pointer: "/statement")
    }
    call.onStop(statement.cancel)
    let sender = BulkSender(BulkLoad(statement, transaction, session, connection, call))
    let fault = sent(&reader, statement, sender)
    // What was sent stands in front of what was read, so its error is the first.
    let failure = sender.finish()
    var load = sender.load
    let failedRecord = load.failedRecord ?? (failure == nil ? fault?.record : nil)
    do throws(DriverError) {
      if let failure = failure ?? fault?.error { throw failure }
      try call.checkStop()
      try load.end(committing: true)
      try call.output("row_count", .int(Int64(load.count)))
    } catch {
      throw try ended(&load, error, failedRecord)
    }
    if !statement.warnings.isEmpty {
      try call.output("warnings", DiagnosticRecord.output(statement.warnings))
    }
  }

  /// Reads all records, and has them sent.
  ///
  /// - Returns: Why that ended too soon, and the record that is none, from 1; nil: it did not.
  private func sent(
    _ reader: inout any RecordReader,
    _ statement: BulkStatement,
    _ sender: BulkSender
  ) -> (error: DriverError, record: Int?)? {
    var record: Int?
    do throws(DriverError) {
      while let batch = try next(&reader, &record) {
        for rows in statement.parts(of: batch, inputs.chunk) {
          try sender.add(statement.laidOut(batch, rows))
        }
      }
      return nil
    } catch {
      return (error, record)
    }
  }

  private func next(
    _ reader: inout any RecordReader,
    _ failed: inout Int?
  ) throws(DriverError) -> RecordBatch? {
    do throws(RecordFault) {
      return try reader.next(inputs.chunk)
    } catch {
      failed = error.record
      throw error.error
    }
  }

  /// Ends the transaction after an error, and says what stays.
  private func ended(
    _ load: inout BulkLoad,
    _ error: DriverError,
    _ failedRecord: Int?
  ) throws(DriverError) -> DriverError {
    var error = error
    // What a stopped call has done is undone: nobody has asked for a part of it.
    let isStopped = call.stop != nil
    let keeps = inputs.keepsBefore && !isStopped && !error.isSessionBroken && !load.isUndone
    if let failedRecord, !isStopped {
      try call.output("failed_record", .int(Int64(failedRecord)))
    }
    do throws(DriverError) {
      // A commit that failed has undone all; one whose answer is lost may have kept it.
      if load.isEnded, error.isSessionBroken { return error }
      if !load.isEnded { try load.end(committing: keeps) }
      try call.output("row_count", .int(Int64(keeps ? load.count : 0)))
      error.message +=
        keeps ? "; the \(load.count) in front of it stay" : "; the transaction was undone"
      // What stays would be taken twice.
      if keeps, load.count > 0 { error.isRetryable = false }
    } catch let second {
      error.detail += "; the transaction could not be ended: \(second.message)"
      error.isSessionBroken = true
    }
    return error
  }

  // MARK: - The statement

  /// The text with a `?` for each place, and which column each takes its values from.
  private func statement(
    _ names: [String],
    _ connection: ODBCConnection
  ) throws(DriverError) -> (String, [Int]) {
    if let fault = RecordNames.fault(in: names) {
      throw DriverError(.invalidInput, "of the records \(fault)", pointer: "/columns")
    }
    let columns = RecordNames.places(of: names)
    let unknown = inputs.types.keys.filter { columns[$0] == nil }
    if let unknown = unknown.map({ String(decoding: $0, as: UTF8.self) }).min() {
      throw DriverError(
        .invalidInput,
        "the records have no column \(unknown); they have \(names.joined(separator: ", "))",
        pointer: "/types/\(unknown)"
      )
    }
    if let table = inputs.table {
      return (try insert(names, table, connection), Array(names.indices))
    }
    let text: StatementText
    do throws(StatementFault) {
      text = try StatementText(inputs.statement ?? "", session.facts.dialect)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/statement")
    }
    if let end = text.openEnd, !text.places.isEmpty {
      throw DriverError(.invalidInput, "\(end)", pointer: "/statement")
    }
    guard text.places.count <= RecordNames.limit else {
      throw DriverError(
        .invalidInput,
        "the statement has \(text.places.count) places for values, and ODBC has room for \(RecordNames.limit)",
        pointer: "/statement"
      )
    }
    var sources: [Int] = []
    for place in text.places {
      switch place {
      case .positional(let index): sources.append(index)
      case .named(let name):
        guard let source = columns[Array(name.utf8)] else {
          throw DriverError(
            .invalidInput,
            "the records have no column \(name); they have \(names.joined(separator: ", "))",
            pointer: "/statement"
          )
        }
        sources.append(source)
      }
    }
    guard text.names.isEmpty ? sources.count == names.count : true, !sources.isEmpty else {
      throw DriverError(
        .invalidInput,
        "the statement has \(sources.count) places for values, and the records have \(names.count) columns",
        pointer: "/statement"
      )
    }
    return (text.text(sources.map { _ in 1 }), sources)
  }

  private func insert(
    _ names: [String],
    _ table: TableInputs,
    _ connection: ODBCConnection
  ) throws(DriverError) -> String {
    guard !names.isEmpty else {
      throw DriverError(.invalidInput, "the records have no columns", pointer: "/columns")
    }
    let columns = try names.map { (name) throws(DriverError) in
      try TableInputs.quoted(name, connection)
    }
    let places = Array(repeating: "?", count: names.count).joined(separator: ", ")
    return
      "insert into \(try table.sql(connection)) (\(columns.joined(separator: ", "))) values (\(places))"
  }
}
