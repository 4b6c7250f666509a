import DriverHost

/// Runs the host's part of a call on the thread that waits for the call, so that no other thread
/// has to be woken.
///
/// Where nobody waits, jobs go to the process's own pool. Executors are used again and never freed:
/// the thread that enqueues a job may still be inside when the job has ended the call.
@safe
final class CallExecutor: TaskExecutor, @unchecked Sendable {
  // `@unchecked` because everything is reached only between lock and unlock of `monitor`.
  private let monitor = Monitor()
  private var jobs: [UnownedJob] = []
  private var isAttended = false

  private static let idle = Lock<[CallExecutor]>([])

  private init() {}

  /// One that nobody uses.
  static func take() -> CallExecutor {
    idle.withLock { $0.popLast() } ?? CallExecutor()
  }

  /// Gives one back whose task has ended.
  static func put(_ executor: CallExecutor) {
    idle.withLock { $0.append(executor) }
  }

  /// Runs a task on this thread, and waits for it.
  static func run<Success: Sendable>(
    _ operation: @escaping @Sendable () async -> Success
  ) -> Success {
    let executor = take()
    let place = Place<Success>()
    executor.wait(
      until: nil,
      begin: {
        Task(executorPreference: executor) {
          let success = await operation()
          executor.change { place.value = success }
        }
      },
      for: { place.value != nil }
    )
    put(executor)
    guard let value = place.value else { preconditionFailure("the wait ended before its task") }
    return value
  }

  private final class Place<Success: Sendable>: @unchecked Sendable {
    // `@unchecked` because it is reached only under the executor's monitor, and by the waiting
    // thread afterwards.
    var value: Success?
  }

  /// Takes a job of a task that prefers this executor.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    monitor.lock()
    let isAttended = self.isAttended
    if isAttended {
      jobs.append(job)
      monitor.broadcast()
    }
    monitor.unlock()
    if !isAttended { globalConcurrentExecutor.enqueue(job) }
  }

  /// Changes what somebody waits for.
  func change<Result>(_ body: () -> Result) -> Result {
    monitor.lock()
    defer { monitor.unlock() }
    let result = body()
    monitor.broadcast()
    return result
  }

  /// Runs the jobs that come until something is so.
  ///
  /// - Parameters:
  ///   - deadline: Until when to wait; nil: for ever.
  ///   - begin: Begins what is waited for; jobs that it makes come here.
  ///   - isOver: Whether it is so; looked at with the executor locked, as `change` changes it.
  /// - Returns: Whether it is so: otherwise the time was up.
  @discardableResult
  func wait(
    until deadline: MonotonicTime?,
    begin: () -> Void,
    for isOver: () -> Bool
  ) -> Bool {
    monitor.lock()
    // The first thread of several that wait does the work.
    var isAttendant = false
    func attend() {
      if !isAttended {
        isAttended = true
        isAttendant = true
      }
    }
    attend()
    monitor.unlock()
    begin()
    monitor.lock()
    while !isOver() {
      attend()
      if isAttendant, !jobs.isEmpty {
        let job = jobs.removeFirst()
        monitor.unlock()
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        monitor.lock()
        continue
      }
      if let deadline {
        if !monitor.wait(until: deadline), MonotonicTime.now >= deadline { break }
      } else {
        monitor.wait()
      }
    }
    let result = isOver()
    var left: [UnownedJob] = []
    if isAttendant {
      isAttended = false
      swap(&left, &jobs)
      // Another thread that waits takes the work over.
      monitor.broadcast()
    }
    monitor.unlock()
    for job in left { globalConcurrentExecutor.enqueue(job) }
    return result
  }
}
