internal import DriverKit

/// The results of a statement, one after the other.
///
/// One thread at a time.
final class Results: @unchecked Sendable {
  // `@unchecked` because the host asks on one thread at a time.
  let run: StatementRun
  private let call: Call
  /// How many rows each statement without columns has changed.
  private var counts: [Int] = []
  /// What the server has said beside its answers so far.
  private(set) var warnings: [DiagnosticRecord] = []
  private var isFirst = true
  private var hasParameters = false
  /// Runs when all results were read.
  var atEnd: () throws(DriverError) -> Void = {}

  init(_ run: StatementRun, _ call: Call) {
    self.run = run
    self.call = call
  }

  /// Whether a result is the one that has brought what comes out of parameters, and no rows of the procedure's.
  ///
  /// Nulls leave no trace in the parameters: then it is the first row that tells.
  private func isOfParameters(_ reader: ResultReader) throws(DriverError) -> Bool {
    let out = run.places.filter(\.comesOut)
    guard !hasParameters, out.first?.isInRow == true, out.count == reader.fields.count else {
      return false
    }
    if !out.contains(where: \.isFilled) {
      let first = try reader.peek()
      guard let first, first.count == 1, first.columns.allSatisfy({ $0.nullCount == 1 }) else {
        return false
      }
    }
    hasParameters = true
    return true
  }

  /// Goes to the next result; false: there is none.
  private func goOn() throws(DriverError) -> Bool {
    defer { isFirst = false }
    return isFirst
      ? true : try run.ask { (statement) throws(ODBCFailure) in try statement.nextResult() }
  }

  /// The next result that has columns; nil: there is none, and what else there is to tell was put out.
  func next() throws(DriverError) -> ResultReader? {
    while try goOn() {
      warnings += run.statement.warnings
      let columns = try run.ask { (statement) throws(ODBCFailure) in try statement.columnCount() }
      if columns > 0 {
        let reader = try run.reader()
        guard try isOfParameters(reader) else { return reader }
        reader.close()
        continue
      }
      let count = try run.ask { (statement) throws(ODBCFailure) in try statement.changedRows() }
      if let count { counts.append(count) }
    }
    try run.finish()
    if let first = counts.first { try call.output("row_count", .int(Int64(first))) }
    if counts.count > 1 {
      try call.output("row_counts", .list(counts.map { .int(Int64($0)) }))
    }
    if !warnings.isEmpty {
      try call.output("warnings", DiagnosticRecord.output(warnings))
    }
    try atEnd()
    return nil
  }
}

/// The rows of one result on their way to the consumer; behind them come those of the next one.
final class ResultRows: RowProducer, @unchecked Sendable {
  // `@unchecked` because the host asks on one thread at a time.
  private var results: Results?
  private var reader: ResultReader?
  /// The columns.
  private let fields: [RowField]
  private let number: Int
  private let maxRows: Int?
  private var left: Int
  private var isAtEnd = false
  private var hasMore = false

  /// The next result's rows; nil: there is none.
  init?(_ results: Results, maxRows: Int?, number: Int = 1) throws(DriverError) {
    guard let reader = try results.next() else {
      results.run.end()
      return nil
    }
    self.results = results
    self.reader = reader
    fields = reader.fields
    self.number = number
    self.maxRows = maxRows
    left = maxRows ?? .max
  }

  /// Hands the rows over; the call ends when they have been read.
  func hand(over call: Call) throws(DriverError) {
    try call.rows(number == 1 ? "rows" : "rows_\(number)", fields, from: self)
  }

  func next() throws(DriverError) -> RowBatch? {
    guard !hasMore, let batch = try reader?.next() else {
      isAtEnd = true
      return nil
    }
    hasMore = batch.count > left
    let rows = hasMore ? batch.prefix(left) : batch
    left -= rows.count
    if rows.count == 0 {
      isAtEnd = true
      return nil
    }
    return rows
  }

  func close(_ call: Call, _ error: DriverError?) {
    do throws(DriverError) {
      if try goOn(call, error) { return }
    } catch {
      call.fail(error)
      return
    }
    call.end(error)
  }

  /// Hands the next result's rows over; false: there are none, or nobody wants them.
  ///
  /// The statement is let go of, here or with those rows: once the call has ended, its connection is another's.
  private func goOn(_ call: Call, _ error: DriverError?) throws(DriverError) -> Bool {
    guard let results else { return false }
    let isGood = error == nil && isAtEnd
    // Rows that are being fetched ahead are waited for.
    if !isGood { results.run.statement.cancel() }
    reader?.close()
    (self.results, reader) = (nil, nil)
    do throws(DriverError) {
      guard isGood else {
        results.run.end()
        // The consumer may have been told before it asked for more.
        if error == nil { try call.checkStop() }
        return false
      }
      if hasMore { try call.output("has_more", true) }
      guard let rows = try ResultRows(results, maxRows: maxRows, number: number + 1) else {
        return false
      }
      try rows.hand(over: call)
      return true
    } catch {
      results.run.end()
      throw error
    }
  }
}
