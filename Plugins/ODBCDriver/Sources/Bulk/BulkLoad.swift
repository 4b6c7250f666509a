internal import DriverKit

/// Records on their way into a database in one transaction, chunk by chunk, and how far they have come.
struct BulkLoad {
  /// How many records were taken, before the first one that was not.
  private(set) var count = 0
  /// The first record that failed, from 1; nil: none has.
  private(set) var failedRecord: Int?

  private let statement: BulkStatement
  private let transaction: Transaction
  private let session: ODBCSession
  private let connection: ODBCConnection
  private let call: Call
  /// The input that the records come from.
  private var pointer: String { call.isWanted(0) ? "/source" : "/rows" }

  init(
    _ statement: BulkStatement,
    _ transaction: Transaction,
    _ session: ODBCSession,
    _ connection: ODBCConnection,
    _ call: Call
  ) {
    self.statement = statement
    self.transaction = transaction
    self.session = session
    self.connection = connection
    self.call = call
  }

  /// Takes records.
  ///
  /// - Throws: Why one was not taken; those in front of it were.
  mutating func add(_ chunk: BulkChunk) throws(DriverError) {
    try call.checkStop()
    try addUnlessStopped(chunk)
    call.progress(UInt64(count), "records")
  }

  private mutating func addUnlessStopped(_ chunk: BulkChunk) throws(DriverError) {
    let failure: ODBCFailure
    do throws(ODBCFailure) {
      try transaction.save()
      try statement.run(chunk)
      try transaction.forget()
      count += chunk.rows.count
      return
    } catch {
      failure = error
    }
    let error = session.error(failure, connection, call, pointer: pointer)
    // What a lost connection has left behind is not known: not every table has transactions.
    guard call.stop == nil, !error.isSessionBroken else {
      throw error.retryable(failure.wasRolledBack)
    }
    // Drivers differ in what they tell of a chunk, and in what they do behind a record that fails: one by one, it is
    // known which one that is, and that those in front of it are there and no others.
    do throws(ODBCFailure) {
      try transaction.goBack()
      for row in chunk.rows {
        try transaction.save()
        do throws(ODBCFailure) {
          try statement.run(statement.laidOut(chunk.batch, row..<(row + 1)))
        } catch let single {
          try transaction.goBack()
          failedRecord = count + 1
          throw single
        }
        count += 1
      }
    } catch let second {
      var error = session.error(second, connection, call, pointer: pointer)
      if error.isSessionBroken { error = error.retryable(second.wasRolledBack) }
      if let failedRecord { error.message = "record \(failedRecord): \(error.message)" }
      throw error
    }
    // What failed among others works alone: a lock that is free by now, perhaps.
    do throws(ODBCFailure) {
      try transaction.forget()
    } catch {
      throw session.error(error, connection, call)
    }
  }

  /// Ends the transaction.
  ///
  /// - Throws: Why it cannot be ended in that way; nothing is kept then.
  func end(committing: Bool) throws(DriverError) {
    do throws(ODBCFailure) {
      try transaction.end(committing: committing)
    } catch {
      // A commit whose answer is lost may have been one.
      throw session.error(error, connection, call).retryable(error.wasRolledBack)
    }
  }
}
