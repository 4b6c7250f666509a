import Synchronization

/// Threads for work that may wait: blocking drivers, stop functions, name look-ups.
///
/// Threads are made when work comes and none is idle, up to a limit, and end after some idle seconds.
/// A thread that work does not give back is counted as wedged and no longer against the limit.
final class ThreadPool: Sendable {
  /// One thread, as the work that runs on it sees it.
  final class Worker: Sendable {
    private let pool: ThreadPool
    fileprivate let isWedged = Atomic(false)

    fileprivate init(_ pool: ThreadPool) { self.pool = pool }

    /// Counts the thread as wedged until its work returns; another one takes its place.
    func markWedged() {
      if !isWedged.exchange(true, ordering: .relaxed) { pool.replaceWedged() }
    }
  }

  /// How many threads there are, and how.
  struct Counts: Sendable {
    var idle = 0
    var busy = 0
    var wedged = 0
    var queued = 0

    /// Those that run or wait for work.
    var alive: Int { idle + busy }
  }

  private struct State {
    var queue: [@Sendable (Worker) -> Void] = []
    /// The queue's first element that is still to be run; what is before it has been taken.
    var head = 0
    var counts = Counts()
    var isClosed = false
  }

  private let name: String
  private let limit: Int
  private let idleTime: Duration
  private let monitor = Monitor()
  // Reached only between lock and unlock of `monitor`.
  nonisolated(unsafe) private var state = State()

  /// A pool without threads yet.
  init(name: String, limit: Int, idleTime: Duration = .seconds(10)) {
    self.name = name
    self.limit = limit
    self.idleTime = idleTime
  }

  /// How many threads there are, and how.
  var counts: Counts {
    monitor.lock()
    defer { monitor.unlock() }
    return unsafe state.counts
  }

  /// Runs `work` on a thread of the pool, in the order of submission.
  ///
  /// - Throws: `.unavailable` if there is no thread at all and none can be made.
  func submit(_ work: @escaping @Sendable (Worker) -> Void) throws(HostError) {
    monitor.lock()
    defer { monitor.unlock() }
    unsafe state.queue.append(work)
    unsafe state.counts.queued += 1
    if unsafe state.counts.idle >= state.counts.queued {
      monitor.signal()
      return
    }
    guard unsafe state.counts.idle + state.counts.busy < limit else { return }
    do {
      try startThread()
    } catch {
      // Others come for it when they are free; without any, nobody ever would.
      guard unsafe state.counts.idle + state.counts.busy == 0 else { return }
      _ = unsafe state.queue.popLast()
      unsafe state.counts.queued -= 1
      throw error
    }
  }

  /// Ends the idle threads now and the others when their work is done; what is queued still runs.
  func close() {
    monitor.lock()
    unsafe state.isClosed = true
    monitor.broadcast()
    monitor.unlock()
  }

  /// Makes a thread that is counted as busy.
  ///
  /// With the monitor locked: whoever finds no thread to be had must know of each that is being made.
  private func startThread() throws(HostError) {
    unsafe state.counts.busy += 1
    do {
      try Thread.start(name: name) { self.run() }
    } catch {
      unsafe state.counts.busy -= 1
      throw error
    }
  }

  private func replaceWedged() {
    monitor.lock()
    defer { monitor.unlock() }
    unsafe state.counts.busy -= 1
    unsafe state.counts.wedged += 1
    guard unsafe state.counts.queued > state.counts.idle else { return }
    // Where there is no thread to be had the work stays queued for those that there are.
    try? startThread()
  }

  /// A thread's life.
  private func run() {
    let worker = Worker(self)
    monitor.lock()
    while true {
      if let work = nextWork() {
        monitor.unlock()
        work(worker)
        monitor.lock()
        if worker.isWedged.load(ordering: .relaxed) {
          // Another thread has taken its place meanwhile.
          unsafe state.counts.wedged -= 1
          break
        }
        continue
      }
      unsafe state.counts.busy -= 1
      if unsafe state.isClosed { break }
      unsafe state.counts.idle += 1
      let isSignalled = monitor.wait(until: MonotonicTime.now.advanced(by: idleTime))
      unsafe state.counts.idle -= 1
      unsafe state.counts.busy += 1
      if !isSignalled, unsafe state.counts.queued == 0 {
        unsafe state.counts.busy -= 1
        break
      }
    }
    monitor.unlock()
  }

  private func nextWork() -> (@Sendable (Worker) -> Void)? {
    guard unsafe state.head < state.queue.count else { return nil }
    let work = unsafe state.queue[state.head]
    unsafe state.head += 1
    unsafe state.counts.queued -= 1
    if unsafe state.head == state.queue.count || state.head > 1024 {
      unsafe state.queue.removeFirst(state.head)
      unsafe state.head = 0
    }
    return work
  }
}
