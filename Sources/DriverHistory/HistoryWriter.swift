internal import DriverHost

/// The thread that writes a history.
enum HistoryWriter {
  /// Starts the thread, which lives until the queue is closed.
  ///
  /// - Throws: Where the system has no thread left.
  static func start(
    _ store: HistoryStore,
    _ queue: HistoryQueue,
    _ options: SQLiteHistory.Options,
    _ log: HistoryLog
  ) throws(HostError) {
    // The thread lets go of the store before it says that it has ended.
    let handover = Lock<HistoryStore?>(store)
    try Thread.start(name: "dh-history") {
      var log = log
      work(handover, queue, options, &log)
      // The file is closed by now, for whoever waits for that.
      queue.finish { lost in if lost > 0 { log.closed(losing: lost) } }
    }
  }

  private static func work(
    _ handover: Lock<HistoryStore?>,
    _ queue: HistoryQueue,
    _ options: SQLiteHistory.Options,
    _ log: inout HistoryLog
  ) {
    guard let store = handover.withLock({ $0.take() }) else { return }
    var turn = Turn(store: store, queue: queue, options: options)
    while turn.run(&log) {}
    queue.takeStoreBack()
    do throws(SQLiteFailure) {
      try store.close()
    } catch {
      log.failed(turn.error(error))
    }
  }
}

/// What the writer does again and again.
private struct Turn {
  let store: HistoryStore
  let queue: HistoryQueue
  let options: SQLiteHistory.Options
  /// When it is looked for executions whose process died.
  private var nextRecovery = MonotonicTime(nanoseconds: 0)
  private var jobs: [any HistoryJob] = []
  private var endsSincePruning: Int
  private var isFailing = false

  init(store: HistoryStore, queue: HistoryQueue, options: SQLiteHistory.Options) {
    self.store = store
    self.queue = queue
    self.options = options
    // It is looked for old ones after the first executions.
    endsSincePruning = Int.max / 2
  }

  /// How many ends there are between two prunings: few of what is kept, so that what pruning costs
  /// for all is little for each.
  private var pruningInterval: Int { min(max(512, (options.retention.count ?? 0) / 16), 8192) }

  func error(_ failure: SQLiteFailure) -> HostError {
    failure.error(of: store.file.path, busyTimeout: options.busyTimeout)
  }

  /// Waits for something to do and does it; false when there will be no more.
  mutating func run(_ log: inout HistoryLog) -> Bool {
    if !isFailing { recoverIfDue(&log) }
    let batch = queue.next(alarm: jobs.isEmpty ? nextRecovery : MonotonicTime(nanoseconds: 0))
    jobs += batch.jobs
    endsSincePruning += batch.directEnds
    guard write(batch, &log) else { return false }
    if batch.isLast {
      for job in jobs { job.abandon() }
      return false
    }
    shortenLog(&log)
    addPruningIfDue()
    jobs = jobs.filter { !$0.step(in: store) }
    return true
  }

  /// Writes a batch; false when nothing more is to be tried.
  private mutating func write(_ batch: HistoryQueue.Batch, _ log: inout HistoryLog) -> Bool {
    guard batch.isForFile else { return true }
    if batch.isWithoutContent {
      _ = queue.wrote(batch)
      setFailing(false)
      return true
    }
    do throws(SQLiteFailure) {
      for failure in try store.write(batch) { log.leftOut(error(failure)) }
      endsSincePruning += batch.ends.count
      if let dropped = queue.wrote(batch) { log.recovered(dropping: dropped) }
      setFailing(false)
      return true
    } catch {
      log.failed(self.error(error))
      setFailing(true)
      let goesOn = queue.failed(batch)
      if !goesOn { for job in jobs { job.abandon() } }
      return goesOn
    }
  }

  private mutating func setFailing(_ failing: Bool) {
    guard failing != isFailing else { return }
    isFailing = failing
    // Nobody waits for it as long as it fails, but for who closes the history.
    store.database.setBusyTimeout(
      failing ? min(.milliseconds(200), options.busyTimeout) : options.busyTimeout
    )
  }

  private func shortenLog(_ log: inout HistoryLog) {
    guard !isFailing else { return }
    do throws(SQLiteFailure) {
      try store.shortenLog()
    } catch {
      log.failed(self.error(error))
    }
  }

  private mutating func recoverIfDue(_ log: inout HistoryLog) {
    let now = MonotonicTime.now
    guard nextRecovery <= now else { return }
    nextRecovery = now.advanced(by: max(.milliseconds(10), options.recoveryInterval))
    do throws(SQLiteFailure) {
      let count = try store.recover()
      if count > 0 { log.ended(lost: count) }
    } catch {
      log.failed(self.error(error))
    }
  }

  private mutating func addPruningIfDue() {
    guard endsSincePruning >= pruningInterval, !isFailing else { return }
    endsSincePruning = 0
    var retention = options.retention
    if let count = retention.count, (try? store.mayExceed(count)) != true { retention.count = nil }
    if retention != ExecutionRetention() { jobs.append(PruneJob(retention)) }
  }
}
