internal import DriverKit

/// The action `query`: one statement, whose rows are handed over as they come.
struct QueryCall {
  private let call: Call
  private let session: ODBCSession
  private let sql: String

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    sql = try call.inputs.required("statement").string()
  }

  func run() throws(DriverError) {
    let connection = try session.connection()
    let statement: ODBCStatement
    do throws(ODBCFailure) {
      statement = try connection.statement()
    } catch {
      throw error.error()
    }
    // The driver ends what it does by itself, and the function that waits for it fails.
    call.onStop { statement.cancel() }
    try call.checkStop()
    do throws(ODBCFailure) {
      try statement.run(sql)
      guard try statement.columnCount() > 0 else {
        if let count = try statement.changedRows() { try put(count) }
        return
      }
    } catch {
      throw error.error(pointer: "/statement", wasStopped: call.stop)
    }
    let reader: ResultReader
    do throws(ODBCFailure) {
      reader = try ResultReader(statement, session.facts)
    } catch {
      throw error.error(wasStopped: call.stop)
    }
    try call.rows("rows", reader.fields, from: QueryRows(call, reader))
  }

  private func put(_ count: Int) throws(ODBCFailure) {
    try? call.output("row_count", .int(Int64(count)))
  }
}

/// The rows of a query on their way to the consumer.
private final class QueryRows: RowProducer, @unchecked Sendable {
  // `@unchecked` because the host asks on one thread at a time.
  private let call: Call
  private let reader: ResultReader

  init(_ call: Call, _ reader: ResultReader) {
    self.call = call
    self.reader = reader
  }

  func next() throws(DriverError) -> RowBatch? {
    try call.checkStop()
    do throws(DriverError) {
      return try reader.next()
    } catch {
      throw call.stop?.error ?? error
    }
  }
}
