/// Threads for work that may wait: blocking drivers, stop functions, name look-ups.
///
/// Threads are made when work comes and none is idle, up to a limit, and end after some idle seconds.
/// A thread that work does not give back is counted as wedged and no longer against the limit.
final class ThreadPool: Sendable {
  /// One thread, as the work that runs on it sees it.
  final class Worker: Sendable {
    fileprivate let isWedged = Lock(false)
  }

  /// How many threads there are, and how.
  struct Counts: Sendable {
    var idle = 0
    var busy = 0
    var wedged = 0
    var queued = 0
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
    unsafe state.queue.append(work)
    unsafe state.counts.queued += 1
    if unsafe state.counts.idle >= state.counts.queued {
      monitor.signal()
      monitor.unlock()
      return
    }
    guard unsafe state.counts.idle + state.counts.busy < limit else {
      monitor.unlock()
      return
    }
    unsafe state.counts.busy += 1
    monitor.unlock()
    do {
      try Thread.start(name: name) { self.run() }
    } catch {
      monitor.lock()
      unsafe state.counts.busy -= 1
      let others = unsafe state.counts.idle + state.counts.busy
      if others == 0, unsafe state.counts.queued > 0 {
        // Nobody would ever come for it.
        _ = unsafe state.queue.popLast()
        unsafe state.counts.queued -= 1
        monitor.unlock()
        throw error
      }
      monitor.unlock()
    }
  }

  /// Counts a worker's thread as wedged until its work returns.
  func markWedged(_ worker: Worker) {
    let isNew = worker.isWedged.withLock { isWedged in
      defer { isWedged = true }
      return !isWedged
    }
    guard isNew else { return }
    monitor.lock()
    unsafe state.counts.busy -= 1
    unsafe state.counts.wedged += 1
    let isWorkWaiting = unsafe state.counts.queued > 0 && state.counts.idle == 0
    if isWorkWaiting { unsafe state.counts.busy += 1 }
    monitor.unlock()
    guard isWorkWaiting else { return }
    do {
      try Thread.start(name: name) { self.run() }
    } catch {
      // The work stays queued for the threads that there are.
      monitor.lock()
      unsafe state.counts.busy -= 1
      monitor.unlock()
    }
  }

  /// Ends the idle threads now and the others when their work is done; what is queued still runs.
  func close() {
    monitor.lock()
    unsafe state.isClosed = true
    monitor.broadcast()
    monitor.unlock()
  }

  /// A thread's life.
  ///
  /// It begins counted as busy.
  private func run() {
    monitor.lock()
    while true {
      if let work = nextWork() {
        monitor.unlock()
        let worker = Worker()
        work(worker)
        monitor.lock()
        if worker.isWedged.withLock({ $0 }) {
          // Another thread has taken its place meanwhile.
          unsafe state.counts.wedged -= 1
          monitor.unlock()
          return
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
