internal import DriverHost

extension HistoryStore {
  /// What a retention drops, worked out once.
  struct Pruning {
    /// Executions up to that id may be among them; nil: none are.
    var last: String?
    /// Executions up to that id are too many; empty: none are.
    var lastByCount = ""
    /// What ended before that is too old, in nanoseconds since 1970.
    var oldest = Int64.min
  }

  /// How many executions one step drops: a transaction that others do not have to wait long for.
  private static let stepSize = 512
  /// How many pages one step gives back.
  private static let pageStep = 512

  /// What a retention drops now.
  ///
  /// - Complexity: O(count), with nothing read but an index.
  func pruning(_ retention: ExecutionRetention) throws(SQLiteFailure) -> Pruning {
    var pruning = Pruning()
    if let count = retention.count { pruning.lastByCount = try last(beyond: max(0, count)) ?? "" }
    if let age = retention.age {
      let oldest = WallTime.now.advanced(by: .zero - age)
      pruning.oldest = oldest.nanoseconds
      pruning.last = ExecutionTime.firstID(after: oldest)
    }
    pruning.last = max(pruning.last ?? "", pruning.lastByCount)
    if pruning.last == "" { pruning.last = nil }
    return pruning
  }

  /// Whether there may be more executions than a number, from what costs nothing to know.
  func mayExceed(_ count: Int) throws(SQLiteFailure) -> Bool {
    let span = try database.integer(
      """
      SELECT (SELECT max(number) FROM executions) - (SELECT min(number) FROM executions) + 1
      """
    )
    return span > Int64(count)
  }

  /// The newest id at which there are so many newer ones that have ended; nil if there are fewer.
  private func last(beyond count: Int) throws(SQLiteFailure) -> String? {
    var newerUnended = 0
    while true {
      // By place among all, which the index of ids alone tells, and then without those that run.
      let id = try database.text(
        "SELECT id FROM executions ORDER BY id DESC LIMIT 1 OFFSET \(count + newerUnended)"
      )
      guard !id.isEmpty else { return nil }
      var statement = try database.prepare(
        "SELECT count(*) FROM executions WHERE \(HistoryRow.isUnended) AND id > ?1"
      )
      try statement.bind(id, at: 1)
      let unended = try statement.step() ? Int(statement.integer(0)) : 0
      if unended == newerUnended { return id }
      newerUnended = unended
    }
  }

  /// Drops some of them.
  ///
  /// - Returns: How many; 0 when there are none left.
  func prune(_ pruning: Pruning) throws(SQLiteFailure) -> Int {
    guard let last = pruning.last else { return 0 }
    var statement = try database.prepare(
      """
      DELETE FROM executions WHERE number IN (
        SELECT number FROM executions
        WHERE id <= ?1 AND NOT (\(HistoryRow.isUnended))
          AND (id <= ?2 OR coalesce(ended, created) < ?3)
        ORDER BY id LIMIT \(HistoryStore.stepSize))
      """
    )
    try statement.bind(last, at: 1)
    try statement.bind(pruning.lastByCount, at: 2)
    try statement.bind(pruning.oldest, at: 3)
    return try transaction { () throws(SQLiteFailure) in
      try statement.run()
      return database.changes
    }
  }

  /// Gives some of the file's free pages back to the file system.
  ///
  /// - Parameter isThorough: All of them; else those that are more than a quarter of the file,
  ///   since the next executions take the others.
  /// - Returns: Whether there are none left.
  /// - Throws: Why the file could not be written.
  func giveBack(isThorough: Bool) throws(SQLiteFailure) -> Bool {
    let free = try database.integer("PRAGMA freelist_count")
    let spared = isThorough ? 0 : max(256, try database.integer("PRAGMA page_count") / 4)
    guard free > spared else { return true }
    try database.execute("PRAGMA incremental_vacuum(\(HistoryStore.pageStep))")
    return try database.integer("PRAGMA freelist_count") >= free
  }
}

/// Forgets executions, some in each step.
final class PruneJob: HistoryJob, @unchecked Sendable {
  // `@unchecked` because only the writer's thread works with it.
  typealias Waiter = CheckedContinuation<Result<Int, HostError>, Never>

  private let retention: ExecutionRetention
  /// Who asked for it; nil: it is the history's own.
  private let waiter: Waiter?
  private var pruning: HistoryStore.Pruning?
  private var count = 0
  private var isPruned = false

  init(_ retention: ExecutionRetention, waiter: Waiter? = nil) {
    self.retention = retention
    self.waiter = waiter
  }

  func step(in store: HistoryStore) -> Bool {
    do throws(HostError) {
      let isDone = try store.file.translating { () throws(SQLiteFailure) in
        try advance(in: store)
      }
      guard isDone else { return false }
      waiter?.resume(returning: .success(count))
    } catch {
      waiter?.resume(returning: .failure(error))
    }
    return true
  }

  private func advance(in store: HistoryStore) throws(SQLiteFailure) -> Bool {
    if isPruned { return try store.giveBack(isThorough: waiter != nil) }
    if pruning == nil { pruning = try store.pruning(retention) }
    guard let pruning else { return true }
    let dropped = try store.prune(pruning)
    count += dropped
    isPruned = dropped == 0
    return false
  }

  func abandon() { waiter?.resume(returning: .failure(SQLiteHistory.closed)) }
}
