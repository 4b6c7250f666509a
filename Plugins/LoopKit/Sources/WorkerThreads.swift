internal import Glibc

/// Threads that do work in the order in which it comes, as many at once as there are threads.
///
/// One is begun where work comes and none is free, and ends when there was none for a moment.
@safe
final class WorkerThreads: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the mutex.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let hasWork: UnsafeMutablePointer<pthread_cond_t>
  private let most: Int
  private var jobs: [@Sendable () -> Void] = []
  private var count = 0
  private var idle = 0

  /// How long a thread waits for more work: longer than it takes to ask for the next part of a file.
  private static let patience = 250_000_000

  /// Threads.
  ///
  /// - Parameter most: How many there are at most.
  init(_ most: Int) {
    self.most = most
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe hasWork = .allocate(capacity: 1)
    unsafe hasWork.initialize(to: pthread_cond_t())
    unsafe pthread_cond_init(hasWork, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    // A thread that is there holds the object: there is none.
    unsafe pthread_cond_destroy(hasWork)
    unsafe hasWork.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Has some work done.
  ///
  /// - Returns: Whether it will be; false: the system has no thread for it.
  func add(_ job: @escaping @Sendable () -> Void) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    jobs.append(job)
    if jobs.count > idle, count < most, start() {
      count += 1
      unsafe pthread_mutex_unlock(mutex)
      return true
    }
    let isTaken = count > 0
    if !isTaken { jobs.removeLast() }
    // Before it is told: a thread that is woken would wait for the lock at once otherwise.
    unsafe pthread_mutex_unlock(mutex)
    if isTaken { unsafe pthread_cond_signal(hasWork) }
    return isTaken
  }

  private func start() -> Bool {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { unsafe pthread_attr_destroy(&attributes) }
    // Signals are for the program that has loaded us.
    var (everything, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&everything)
    unsafe pthread_sigmask(SIG_SETMASK, &everything, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let held = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread,
      &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        let threads = unsafe Unmanaged<WorkerThreads>.fromOpaque(context).takeRetainedValue()
        while let job = threads.next() { job() }
        return nil
      },
      held.toOpaque()
    )
    if status != 0 { unsafe held.release() }
    return status == 0
  }

  /// The next work; nil: the thread is to end.
  private func next() -> (@Sendable () -> Void)? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    var end = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &end)
    end.tv_nsec += WorkerThreads.patience
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_sec += 1
      end.tv_nsec -= 1_000_000_000
    }
    idle += 1
    defer { idle -= 1 }
    while jobs.isEmpty {
      guard unsafe pthread_cond_timedwait(hasWork, mutex, &end) != ETIMEDOUT else { break }
    }
    guard !jobs.isEmpty else {
      count -= 1
      return nil
    }
    return jobs.removeFirst()
  }
}
