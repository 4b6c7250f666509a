internal import DriverKit

/// Records on their way into a database in one transaction, chunk by chunk, and how far they have come.
struct BulkLoad {
  /// How many records were taken, before the first one that was not.
  private(set) var count = 0
  /// The first record that failed, from 1; nil: none has.
  private(set) var failedRecord: Int?
  /// Whether nothing of it can stay any more.
  private(set) var isUndone = false
  /// Whether the transaction was ended, or tried to.
  private(set) var isEnded = false
  private var hasSavepoints = true

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
      try save()
      try statement.run(chunk)
      if hasSavepoints { try transaction.forget() }
      count += chunk.rows.count
      return
    } catch {
      failure = error
    }
    let error = session.error(failure, connection, call, pointer: pointer)
    // What a lost connection has left behind is not known: not every table has transactions.
    guard call.stop == nil, !error.isSessionBroken, goBack(from: failure) else {
      throw error.retryable(failure.wasRolledBack)
    }
    // Drivers differ in what they tell of a chunk, and in what they do behind a record that fails: one by one, it is
    // known which one that is, and that those in front of it are there and no others.
    for row in chunk.rows { try addAlone(chunk.batch, row) }
    // What failed among others works alone: a lock that is free by now, perhaps.
    do throws(ODBCFailure) {
      try transaction.forget()
    } catch {
      throw session.error(error, connection, call)
    }
  }

  private mutating func addAlone(_ batch: RecordBatch, _ row: Int) throws(DriverError) {
    do throws(ODBCFailure) {
      try transaction.save()
      try statement.run(statement.laidOut(batch, row..<(row + 1)))
      count += 1
    } catch {
      var failure = session.error(error, connection, call, pointer: pointer)
      guard call.stop == nil, !failure.isSessionBroken else {
        throw failure.retryable(error.wasRolledBack)
      }
      _ = goBack(from: error)
      failedRecord = count + 1
      failure.message = "record \(count + 1): \(failure.message)"
      throw failure
    }
  }

  // MARK: - The transaction

  private mutating func save() throws(ODBCFailure) {
    guard hasSavepoints else { return }
    do throws(ODBCFailure) {
      try transaction.save()
    } catch {
      // Without them all is undone by the first record that fails, and nothing else changes.
      guard count == 0, !transaction.isKnownToHaveSavepoints, call.stop == nil else { throw error }
      hasSavepoints = false
    }
  }

  /// Undoes what was done since the savepoint.
  ///
  /// - Returns: False where all is undone instead: a server that ends the transaction, for a deadlock or a full disk,
  ///   ends its savepoints too.
  private mutating func goBack(from failure: ODBCFailure) -> Bool {
    if hasSavepoints, !failure.wasRolledBack, (try? transaction.goBack()) != nil { return true }
    isUndone = true
    return false
  }

  /// Ends the transaction.
  ///
  /// - Throws: Why it cannot be ended in that way; nothing is kept then.
  mutating func end(committing: Bool) throws(DriverError) {
    isEnded = true
    do throws(ODBCFailure) {
      try transaction.end(committing: committing)
    } catch {
      isUndone = true
      // A commit whose answer is lost may have been one.
      throw session.error(error, connection, call).retryable(error.wasRolledBack)
    }
  }
}
