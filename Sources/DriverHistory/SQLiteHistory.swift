public import DriverHost

/// Executions in an SQLite database, which several processes may share.
///
/// What is recorded is in the file at most 100 ms later, and an end before `recordEnd` returns:
/// both outlive the process, however it ends. Executions whose process died are ended as lost, with
/// the code `lost`, by the next that opens the file or has it open; whoever reads sees them so at
/// once.
///
/// Writing never fails a call: where the file cannot be written, the log says so once, calls go on,
/// and what they recorded is kept in memory, up to a bound, and written later.
///
/// From any thread. Not in a child of `fork(2)`: nothing is recorded there, and reading is an
/// error.
public final class SQLiteHistory: ExecutionHistory {
  /// How a history is kept.
  public struct Options: Sendable {
    /// What an end that was written outlives.
    public enum Synchronous: Sendable, Hashable {
      /// That the process is killed; a power cut may take the last ends with it, and damages
      /// nothing.
      case normal
      /// A power cut as well: each group of ends waits for the disk.
      case full
    }

    /// What an end that was written outlives.
    public var synchronous = Synchronous.normal
    /// How long it is waited for a lock of another process; `recordEnd` takes a few times that at
    /// most.
    public var busyTimeout = Duration.seconds(5)
    /// How many bytes of outputs are kept of each execution; of larger ones their size is kept.
    public var outputLimit = 256 << 10
    /// What is forgotten by itself, now and then; executions that have not ended never are.
    public var retention = ExecutionRetention(age: .seconds(30 * 86_400), count: 100_000)
    /// Whether `close` brings the file up to date and takes the log beside it away, which waits for
    /// the disk.
    ///
    /// A program that makes a call and ends may leave that to one that lives longer, or to the one
    /// that finds 1 MiB in the log: nothing is lost by it.
    public var checkpointsOnClose = true
    /// How often it is looked for executions whose process died.
    public var recoveryInterval = Duration.seconds(60)
    /// How many executions wait in memory at most while the file cannot be written.
    public var queueLimit = 4096

    /// The defaults: outlives a kill, 5 s, 256 KiB, 30 days and 100,000 executions, each minute,
    /// 4096.
    public init() {}
  }

  /// The file, without links on the way.
  public let path: String

  /// Nil where it is only read.
  private let queue: HistoryQueue?
  private let reader: HistoryReader
  private let forkDepth: Int

  /// Opens a history, which is made if there is none: the file with mode 0600, its folder with
  /// 0700.
  ///
  /// - Parameters:
  ///   - path: The file. Others appear beside it, with `-wal`, `-shm` and `-owners` behind its
  ///     name.
  ///   - options: How it is kept.
  ///   - log: Takes lines on what went wrong, on any thread, and returns at once. Free of secrets.
  /// - Throws: Why the file cannot be used, such as one that is no database, is damaged, or was
  ///   made by a newer version; it is then left as it is.
  public init(
    path: String,
    options: Options = Options(),
    log: @escaping @Sendable (LogLevel, String) -> Void = { _, _ in }
  ) throws(HostError) {
    let store = try HistoryStore(path: path, options: options)
    let file = store.file
    let queue = HistoryQueue(limit: options.queueLimit)
    forkDepth = Fork.depth.current
    self.path = file.path
    self.queue = queue
    reader = HistoryReader(file)
    // Where each commit waits for the disk, the writer's thread does.
    if options.synchronous == .normal { queue.lend(store) }
    try HistoryWriter.start(store, queue, options, HistoryLog(path: file.path, write: log))
  }

  /// Opens a history that exists only to look at it: nothing is written, and nobody is recovered.
  ///
  /// Executions whose process died are shown as lost nevertheless.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - busyTimeout: How long it is waited for a lock of another process.
  /// - Throws: `.notFound` where there is no file. What is wrong with the file, reading it tells.
  public init(
    reading path: String,
    busyTimeout: Duration = .seconds(5)
  ) throws(HostError) {
    let file = try HistoryFile(reading: path, busyTimeout: busyTimeout)
    forkDepth = Fork.depth.current
    self.path = file.path
    queue = nil
    reader = HistoryReader(file)
  }

  deinit {
    // The threads are not in a child, and their locks may be held for ever.
    guard isInItsProcess else { return }
    queue?.abandon()
    reader.abandon()
  }

  // MARK: - Recording

  /// See `ExecutionHistory`.
  public func record(_ execution: ExecutionRecord) {
    guard isInItsProcess else { return }
    queue?.add(execution)
  }

  /// See `ExecutionHistory`; returns also when the end could not be written, after a few
  /// times `busyTimeout` at the latest.
  public func recordEnd(_ execution: ExecutionRecord) async {
    guard isInItsProcess else { return }
    guard let queue else { return }
    if let turn = queue.takeTurn(endOf: execution.id) {
      let isWritten = turn.store.writesAtOnce(execution)
      queue.giveBack(turn, isWritten: isWritten)
      if isWritten { return }
    }
    await queue.end(execution)
  }

  // MARK: - Reading

  /// See `ExecutionHistory`.
  public func execution(_ id: String) async throws(HostError) -> ExecutionRecord? {
    try checkProcess()
    await queue?.flush()
    return try await reader.read { store throws(HostError) in try store.execution(id) }
  }

  /// See `ExecutionHistory`.
  public func executions(
    _ query: ExecutionQuery
  ) async throws(HostError) -> [ExecutionRecord] {
    try checkProcess()
    await queue?.flush()
    return try await reader.read { store throws(HostError) in try store.executions(query) }
  }

  // MARK: - Keeping

  /// See `ExecutionHistory`; the file becomes smaller by what is forgotten.
  public func prune(_ retention: ExecutionRetention) async throws(HostError) -> Int {
    try checkProcess()
    guard let queue else {
      throw HostError(
        .unsupported,
        stage: .call,
        "the history \(path) was opened for reading only: open it for writing to forget executions"
      )
    }
    await queue.flush()
    let result: Result<Int, HostError> = await withCheckedContinuation { waiter in
      if !queue.add(PruneJob(retention, waiter: waiter)) {
        waiter.resume(returning: .failure(SQLiteHistory.closed))
      }
    }
    return try result.get()
  }

  /// See `ExecutionHistory`.
  ///
  /// Executions that have not ended are ended as lost: nobody will tell their end any more.
  public func close() async {
    guard isInItsProcess else { return }
    // Whoever closes the file last brings it up to date: that is to be the writer.
    await reader.close()
    await queue?.close()
  }

  // MARK: - Limits

  private var isInItsProcess: Bool { Fork.depth.current == forkDepth }

  private func checkProcess() throws(HostError) {
    guard isInItsProcess else {
      throw HostError(
        .unavailable,
        stage: .call,
        "this process was forked after the history \(path) was opened, and cannot use it: open it anew in the child"
      )
    }
  }

  /// The answer after `close`.
  static var closed: HostError {
    HostError(.unavailable, stage: .call, "the history was closed: open it anew")
  }
}
