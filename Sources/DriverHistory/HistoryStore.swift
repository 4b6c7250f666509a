internal import DriverHost

/// The connection that writes, and what it writes with: one thread at a time, which has the turn of
/// the queue.
final class HistoryStore: @unchecked Sendable {
  // `@unchecked` because taking a turn and giving it back go through the lock of the queue.
  let file: HistoryFile
  let database: SQLiteHandle
  let owners: OwnerFile
  /// How many pages of the log are brought into the file at once, which waits for the disk.
  private static let logLimit = 4000
  /// How many bytes of the log are left for the next who opens the file.
  private static let keptLogLimit = 1 << 20

  private let outputLimit: Int
  private let busyTimeout: Duration
  private let checkpointsOnClose: Bool
  private var beginning: SQLiteStatement
  private var committing: SQLiteStatement
  private var upsert: SQLiteStatement
  /// The number whose byte is locked; nil as long as nothing was written that does not end at once.
  private(set) var owner: Int64?
  /// Whether its row is in the file.
  private var ownerIsWritten = false

  /// Opens a history, which is made if there is none.
  ///
  /// - Throws: Why the file cannot be used.
  init(path: String, options: SQLiteHistory.Options) throws(HostError) {
    let file = try HistoryFile(creating: path, busyTimeout: options.busyTimeout)
    let owners = try OwnerFile(of: file.path, forLocking: true)
    let database = try file.openForWriting(
      owners,
      isFullySynchronous: options.synchronous == .full
    )
    beginning = try file.translating { () throws(SQLiteFailure) in
      try database.prepare("BEGIN IMMEDIATE")
    }
    committing = try file.translating { () throws(SQLiteFailure) in
      try database.prepare("COMMIT")
    }
    upsert = try file.translating { () throws(SQLiteFailure) in
      try database.prepare(HistorySchema.upsert)
    }
    outputLimit = max(0, options.outputLimit)
    busyTimeout = options.busyTimeout
    checkpointsOnClose = options.checkpointsOnClose
    self.file = file
    self.owners = owners
    self.database = database
  }

  // MARK: - Writing

  /// Writes a batch, all of it or nothing.
  ///
  /// - Returns: What of it cannot be written whenever it is tried, and was left out.
  func write(_ batch: HistoryQueue.Batch) throws(SQLiteFailure) -> [SQLiteFailure] {
    var leftOut: [SQLiteFailure] = []
    try transaction { () throws(SQLiteFailure) in
      if !batch.states.isEmpty { try registerOwner() }
      for state in batch.states { try write(state.record, leavingOut: &leftOut) }
      for end in batch.ends { try write(end.record, leavingOut: &leftOut) }
      for id in batch.orphans { try endOrphan(id) }
    }
    if !batch.states.isEmpty { ownerIsWritten = true }
    return leftOut
  }

  private func write(
    _ record: ExecutionRecord,
    leavingOut: inout [SQLiteFailure]
  ) throws(SQLiteFailure) {
    do throws(SQLiteFailure) {
      try write(record)
    } catch {
      guard error.isOfContent, database.isInTransaction else { throw error }
      leavingOut.append(error)
    }
  }

  private func write(_ record: ExecutionRecord) throws(SQLiteFailure) {
    // What is too large is not masked first: that would take longest.
    let kept = record.droppingOutput(over: outputLimit).masked
    try HistoryRow.bind(kept, owner: owner, to: &upsert)
    try upsert.run()
  }

  /// Writes one end, if that can be done without waiting for anybody.
  ///
  /// - Returns: Whether it is in the file; if not, nothing has changed.
  func writesAtOnce(_ record: ExecutionRecord) -> Bool {
    database.setBusyTimeout(.zero)
    defer { database.setBusyTimeout(busyTimeout) }
    do throws(SQLiteFailure) {
      try write(record)
      return true
    } catch {
      // The writer tries it again, and says what is wrong.
      return false
    }
  }

  /// Whether so much is in the log that it is to be brought into the file.
  var isLogLong: Bool { database.logPages >= HistoryStore.logLimit }

  /// Brings the file up to date where the log has become long; waits for the disk.
  func shortenLog() throws(SQLiteFailure) {
    guard isLogLong else { return }
    try checkpoint()
  }

  /// Whatever others still read of the log stays in it, and nobody is waited for.
  private func checkpoint() throws(SQLiteFailure) {
    try database.execute("PRAGMA wal_checkpoint(PASSIVE)")
  }

  /// Runs what is to happen all at once or not at all.
  func transaction<Result>(
    _ body: () throws(SQLiteFailure) -> Result
  ) throws(SQLiteFailure) -> Result {
    do throws(SQLiteFailure) {
      try beginning.run()
      let result = try body()
      try committing.run()
      return result
    } catch {
      // Some failures have ended the transaction already.
      if database.isInTransaction { try? database.execute("ROLLBACK") }
      throw error
    }
  }

  // MARK: - Who writes

  /// Tells the others that this process lives, before there is anything that it answers for.
  private func registerOwner() throws(SQLiteFailure) {
    guard !ownerIsWritten else { return }
    if owner == nil { owner = try lockNumber() }
    guard let owner else { return }
    try database.execute(
      """
      INSERT OR REPLACE INTO owners (owner, process, since)
      VALUES (\(owner), \(ProcessNumber.current), \(WallTime.now.nanoseconds))
      """
    )
  }

  private func lockNumber() throws(SQLiteFailure) -> Int64 {
    while true {
      // Never given twice: a number of an earlier owner would bring its executions back to life.
      let number = Int64.random(in: 1...(1 << 62))
      do throws(HostError) {
        if try owners.lock(number) { return number }
      } catch {
        throw SQLiteFailure.noLocks(error.message)
      }
    }
  }

  /// Ends an execution whose end could not be kept while the file could not be written.
  private func endOrphan(_ id: String) throws(SQLiteFailure) {
    var statement = try database.prepare(
      "UPDATE executions SET \(HistoryStore.asLost) WHERE id = ?2 AND \(HistoryRow.isUnended)"
    )
    try statement.bind(
      "it ended while the history could not be written, so that its end is not known",
      at: 1
    )
    try statement.bind(id, at: 2)
    try statement.run()
  }

  /// Sets what is said of an execution whose end nobody knows; its message is the first parameter.
  static let asLost = """
    status = 'ENDED_ERROR', code = \(HostError.Code.lost.number), owner = NULL, message = ?1
    """

  /// Leaves nothing that it answers for, and brings the file up to date where that is asked for.
  func close() throws(SQLiteFailure) {
    if let owner, ownerIsWritten {
      try transaction { () throws(SQLiteFailure) in
        _ = try end(
          executionsOf: owner,
          "the history was closed before it ended, so that its end is not known"
        )
      }
    }
    // Who opens the file next reads all of the log: it must not become large.
    guard checkpointsOnClose || file.logSize > HistoryStore.keptLogLimit else {
      database.keepLog()
      return
    }
    try checkpoint()
  }
}
