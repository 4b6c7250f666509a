internal import DriverHost

/// What was recorded and is not written yet.
///
/// A later state of an execution takes the place of an earlier one that still waits, and its end
/// takes the place of both, so that an execution of less than `delay` is written once.
final class HistoryQueue: @unchecked Sendable {
  // `@unchecked` because what changes is reached only inside `monitor`.

  typealias Waiter = CheckedContinuation<Void, Never>

  /// How long a state waits for a later one; with the time that writing takes it stays under 100
  /// ms.
  private static let delay = Duration.milliseconds(50)
  /// How many ends go into one transaction.
  private static let batchLimit = 512
  /// How long nothing is tried after the file could not be written.
  private static let pause = Duration.seconds(1)
  /// When the writer wakes that waits for a caller to give the turn back: when it is told.
  private static let untilTheTurn = MonotonicTime(nanoseconds: .max)
  /// How many bytes of outputs of each end are kept while the file cannot be written.
  private static let backlogOutputLimit = 16 << 10

  /// How many states, and how many ends that nobody waits for, are kept at most.
  private let limit: Int

  private let monitor = Monitor()
  private var states: [String: State] = [:]
  /// The order in which states came; those that have been taken or replaced by an end are skipped.
  private var order: [(id: String, due: MonotonicTime)] = []
  private var firstInOrder = 0
  private var ends: [End] = []
  private var jobs: [any HistoryJob] = []
  private var flushes: [Waiter] = []
  /// Executions that are in the file without their end.
  private var unended: Set<String> = []
  private var orphans: [String] = []
  /// Whether somebody has the turn; the writer has it until it first asks for something to do.
  private var isTurnTaken = true
  /// What callers write with; nil: nothing.
  private var lent: HistoryStore?
  /// How many ends callers have written since the writer's last turn.
  private var directEnds = 0
  /// With how many of them it gets a turn: with the first, since it looks for old executions then.
  private var directEndsLimit = 1
  /// Whether the writer has to bring the file up to date, though it has nothing to write.
  private var isLogLong = false
  /// Until when nothing is tried, since the file could not be written; nil: it can.
  private var pausedUntil: MonotonicTime?
  private var isClosing = false
  private var isClosed = false
  private var closers: [Waiter] = []
  /// Until when the writer sleeps; nil: it does not.
  private var sleepsUntil: MonotonicTime?
  /// How many executions were dropped because too many waited.
  private var dropped = 0

  init(limit: Int) { self.limit = max(1, limit) }

  // MARK: - Recording

  /// Takes a state; never waits.
  func add(_ record: ExecutionRecord) {
    let due = MonotonicTime.now.advanced(by: HistoryQueue.delay)
    // Made and let go of outside the lock.
    var replaced: State?
    let state = State(record, due: due)
    monitor.lock()
    defer { monitor.unlock() }
    guard !isClosing else { return }
    if let earlier = states[record.id] {
      // It has been told that it will be there 100 ms after its first state.
      states[record.id] = State(record, due: earlier.due)
      replaced = earlier
    } else {
      states[record.id] = state
      order.append((record.id, due))
      if states.count > limit { dropOldestState() }
      compactOrder()
    }
    _ = replaced
    wake(at: isCrowded ? MonotonicTime(nanoseconds: 0) : due)
  }

  /// Takes an end, and waits until it is written, or cannot be.
  func end(_ record: ExecutionRecord) async {
    await withCheckedContinuation { waiter in
      monitor.lock()
      states.removeValue(forKey: record.id)
      let isWaiting = !isClosing && pausedUntil == nil
      if isWaiting {
        ends.append(End(record: record, waiter: waiter))
        wake(at: MonotonicTime(nanoseconds: 0))
      } else if !isClosing {
        addToBacklog(record)
      }
      monitor.unlock()
      if !isWaiting { waiter.resume() }
    }
  }

  /// Waits until what has been recorded is in the file, or cannot be.
  func flush() async {
    await withCheckedContinuation { waiter in
      monitor.lock()
      let isWaiting =
        !isClosing && pausedUntil == nil && (isTurnTaken || !states.isEmpty || !ends.isEmpty)
      if isWaiting {
        flushes.append(waiter)
        wake(at: MonotonicTime(nanoseconds: 0))
      }
      monitor.unlock()
      if !isWaiting { waiter.resume() }
    }
  }

  /// Has the writer do something between two transactions; false when it does nothing any more.
  func add(_ job: any HistoryJob) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    guard !isClosing else { return false }
    jobs.append(job)
    wake(at: MonotonicTime(nanoseconds: 0))
    return true
  }

  /// Takes no more, and waits until the writer has ended.
  func close() async {
    await withCheckedContinuation { waiter in
      monitor.lock()
      isClosing = true
      let isWaiting = !isClosed
      if isWaiting { closers.append(waiter) }
      wake(at: MonotonicTime(nanoseconds: 0))
      monitor.unlock()
      if !isWaiting { waiter.resume() }
    }
  }

  /// Takes no more: nobody is there who could wait.
  func abandon() {
    monitor.lock()
    isClosing = true
    wake(at: MonotonicTime(nanoseconds: 0))
    monitor.unlock()
  }

  // MARK: - Writing alone

  /// The turn of a caller.
  struct Turn: ~Copyable {
    let store: HistoryStore
    fileprivate let id: String
  }

  /// Lets callers write with a store until it is taken away.
  func lend(_ store: HistoryStore) {
    monitor.lock()
    lent = store
    monitor.unlock()
  }

  /// Takes the store away that callers write with; when nobody has the turn any more.
  func takeStoreBack() {
    monitor.lock()
    lent = nil
    monitor.unlock()
  }

  /// Takes the turn for an end that nothing else could share a transaction with: two hand-overs to
  /// the writer's thread would take longer than writing it.
  ///
  /// - Parameter id: The execution; what waits of it is taken away.
  /// - Returns: The turn, to be given back; nil: the end is for `end`.
  func takeTurn(endOf id: String) -> Turn? {
    monitor.lock()
    defer { monitor.unlock() }
    guard let lent, !isTurnTaken, !isClosing, !isDueWithoutEnds, pausedUntil == nil, ends.isEmpty,
      jobs.isEmpty, flushes.isEmpty,
      states.isEmpty || (states.count == 1 && states.removeValue(forKey: id) != nil)
    else { return nil }
    isTurnTaken = true
    return Turn(store: lent, id: id)
  }

  /// Gives a caller's turn back.
  ///
  /// - Parameters:
  ///   - turn: The turn.
  ///   - isWritten: Whether the end is in the file.
  func giveBack(_ turn: consuming Turn, isWritten: Bool) {
    let (id, isLogLong) = (turn.id, turn.store.isLogLong)
    // Before the writer goes on, which may be about to close the file.
    _ = consume turn
    monitor.lock()
    isTurnTaken = false
    if isWritten {
      directEnds += 1
      unended.remove(id)
    }
    if isLogLong { self.isLogLong = true }
    if isDueWithoutEnds || sleepsUntil == HistoryQueue.untilTheTurn {
      wake(at: MonotonicTime(nanoseconds: 0))
    }
    monitor.unlock()
  }

  // MARK: - Writing

  /// Waits for something to write.
  ///
  /// - Parameter alarm: When to come back with nothing at the latest.
  /// - Returns: What to do next; it may be nothing.
  func next(alarm: MonotonicTime) -> Batch {
    monitor.lock()
    defer { monitor.unlock() }
    isTurnTaken = false
    while true {
      let now = MonotonicTime.now
      skipTakenInOrder()
      let due = firstInOrder < order.count ? order[firstInOrder].due : alarm
      let isDue =
        !ends.isEmpty || !flushes.isEmpty || isCrowded || isDueWithoutEnds || min(due, alarm) <= now
      let isNow = isClosing || !jobs.isEmpty || (pausedUntil.map { $0 <= now } ?? isDue)
      if isNow, !isTurnTaken { return take(at: now) }
      let until = isNow ? HistoryQueue.untilTheTurn : pausedUntil ?? min(due, alarm)
      sleepsUntil = until
      _ = monitor.wait(until: until)
      sleepsUntil = nil
    }
  }

  private func take(at now: MonotonicTime) -> Batch {
    isTurnTaken = true
    var batch = Batch()
    swap(&batch.jobs, &jobs)
    if !isClosing, let pausedUntil, now < pausedUntil { return batch }
    batch.isForFile = true
    swap(&batch.directEnds, &directEnds)
    directEndsLimit = HistoryQueue.batchLimit
    isLogLong = false
    batch.ends = Array(ends.prefix(HistoryQueue.batchLimit))
    ends.removeFirst(batch.ends.count)
    let isAll = isClosing || isCrowded || !flushes.isEmpty
    swap(&batch.flushes, &flushes)
    while firstInOrder < order.count, isAll || order[firstInOrder].due <= now {
      if let state = states.removeValue(forKey: order[firstInOrder].id) {
        batch.states.append(state)
      }
      firstInOrder += 1
    }
    compactOrder()
    swap(&batch.orphans, &orphans)
    batch.isLast = isClosing && ends.isEmpty
    return batch
  }

  /// Tells those who waited that a batch is in the file.
  ///
  /// - Returns: How many executions had been dropped while the file could not be written; nil where
  ///   it could.
  func wrote(_ batch: Batch) -> Int? {
    monitor.lock()
    for state in batch.states { unended.insert(state.record.id) }
    if !unended.isEmpty {
      for end in batch.ends { unended.remove(end.record.id) }
      for id in batch.orphans { unended.remove(id) }
    }
    let recovered = pausedUntil == nil || batch.isWithoutContent ? nil : dropped
    pausedUntil = nil
    if recovered != nil { dropped = 0 }
    monitor.unlock()
    resume(batch)
    return recovered
  }

  /// Puts a batch back that could not be written, and lets everybody go who waits.
  ///
  /// - Returns: Whether it is to be tried again: not when the history is being closed.
  func failed(_ batch: Batch) -> Bool {
    monitor.lock()
    pausedUntil = MonotonicTime.now.advanced(by: HistoryQueue.pause)
    let later = ends
    ends = []
    // Also of those whose end gives way to others below.
    let ended = Set((batch.ends + later).lazy.map(\.record.id))
    for end in batch.ends + later { addToBacklog(end.record) }
    let back = batch.states.filter { states[$0.record.id] == nil && !ended.contains($0.record.id) }
    for state in back { states[state.record.id] = state }
    order = back.map { ($0.record.id, $0.due) } + order[firstInOrder...]
    firstInOrder = 0
    while states.count > limit { dropOldestState() }
    orphans += batch.orphans
    let waiting = flushes
    flushes = []
    let isLast = isClosing
    monitor.unlock()
    resume(batch)
    for end in later { end.waiter?.resume() }
    for waiter in waiting { waiter.resume() }
    return !isLast
  }

  /// Tells those who wait for it that nothing is written any more.
  ///
  /// - Parameter report: Hears first how many ends and states were never written.
  func finish(_ report: (Int) -> Void) {
    monitor.lock()
    isClosed = true
    let lost = ends.count + states.count + dropped
    let waiting = closers + flushes + ends.compactMap(\.waiter)
    let left = jobs
    (ends, states, order, closers, flushes, jobs) = ([], [:], [], [], [], [])
    monitor.unlock()
    report(lost)
    for job in left { job.abandon() }
    for waiter in waiting { waiter.resume() }
  }

  private func resume(_ batch: Batch) {
    for end in batch.ends { end.waiter?.resume() }
    for waiter in batch.flushes { waiter.resume() }
  }

  // MARK: - Inside the lock

  /// Whether so many states wait that they are written before their time, and none has to give way.
  private var isCrowded: Bool { states.count > limit / 2 }

  /// Whether the writer has something to do besides writing: forgetting, or bringing the file up to
  /// date.
  private var isDueWithoutEnds: Bool { isLogLong || directEnds >= directEndsLimit }

  private func wake(at time: MonotonicTime) {
    guard let until = sleepsUntil, time < until else { return }
    // One signal is enough for all who come before the writer is awake.
    sleepsUntil = time
    monitor.signal()
  }

  /// Keeps an end that cannot be written now, without large outputs; the oldest gives way to it.
  private func addToBacklog(_ record: ExecutionRecord) {
    let small = record.droppingOutput(over: HistoryQueue.backlogOutputLimit)
    ends.append(End(record: small, waiter: nil))
    guard ends.count > limit else { return }
    let oldest = ends.removeFirst()
    dropped += 1
    if unended.remove(oldest.record.id) != nil { orphans.append(oldest.record.id) }
  }

  private func dropOldestState() {
    skipTakenInOrder()
    guard firstInOrder < order.count else { return }
    // Its end, which comes later, is written nevertheless.
    states.removeValue(forKey: order[firstInOrder].id)
    firstInOrder += 1
  }

  private func skipTakenInOrder() {
    while firstInOrder < order.count, states[order[firstInOrder].id] == nil { firstInOrder += 1 }
  }

  /// Lets go of entries whose state has been taken, before they are more than what waits.
  private func compactOrder() {
    guard order.count > 1024, order.count > 2 * states.count else { return }
    order = order[firstInOrder...].filter { states[$0.id] != nil }
    firstInOrder = 0
  }
}
