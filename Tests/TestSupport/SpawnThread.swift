import Foundation

/// The thread that starts all child processes, alive as long as this process is.
///
/// A child gets its parent-death signal when the *thread* that started it ends (see
/// PR_SET_PDEATHSIG in prctl(2)), and the threads of the cooperative pool come and go.
final class SpawnThread: Sendable {
  static let shared = SpawnThread()

  private let jobs = JobQueue()

  private init() {
    Thread.detachNewThread { [jobs] in
      while true { jobs.next()() }
    }
  }

  /// Runs `body` on the thread and waits for it.
  func run<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) -> Result {
    let result = Locked<Result?>(nil)
    let ended = DispatchSemaphore(value: 0)
    jobs.add {
      let value = body()
      result.with { $0 = value }
      ended.signal()
    }
    ended.wait()
    return result.with { $0! }
  }
}

/// Jobs in order, for one thread that waits for them.
private final class JobQueue: @unchecked Sendable {
  // `@unchecked` because `jobs` is reached only under `condition`.
  private let condition = NSCondition()
  private var jobs: [@Sendable () -> Void] = []

  func add(_ job: @escaping @Sendable () -> Void) {
    condition.lock()
    jobs.append(job)
    condition.signal()
    condition.unlock()
  }

  func next() -> @Sendable () -> Void {
    condition.lock()
    defer { condition.unlock() }
    while jobs.isEmpty { condition.wait() }
    return jobs.removeFirst()
  }
}
