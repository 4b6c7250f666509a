internal import Glibc

/// Cancels a statement when its time is up, on a thread of its own.
///
/// `SQL_ATTR_QUERY_TIMEOUT` is left to drivers, of which some ignore it and some take it in whole seconds.
@safe
final class StatementTimer: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the lock.
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let ended: UnsafeMutablePointer<pthread_cond_t>
  private let statement: ODBCStatement
  private let deadline: timespec
  private var thread = pthread_t()
  private var isEnded = false
  private var isUp = false

  /// Whether the time was up, and the statement was cancelled.
  var hasFired: Bool {
    unsafe pthread_mutex_lock(lock)
    defer { unsafe pthread_mutex_unlock(lock) }
    return isUp
  }

  /// A timer that runs; nil where there can be no thread.
  ///
  /// - Parameters:
  ///   - seconds: How long the statement may take.
  ///   - statement: What is cancelled.
  init?(_ seconds: Double, _ statement: ODBCStatement) {
    self.statement = statement
    unsafe lock = .allocate(capacity: 1)
    unsafe pthread_mutex_init(lock, nil)
    unsafe ended = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(ended, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let nanoseconds = now.tv_nsec + Int((seconds - seconds.rounded(.down)) * 1e9)
    deadline = timespec(
      tv_sec: now.tv_sec + Int(seconds.rounded(.down)) + nanoseconds / 1_000_000_000,
      tv_nsec: nanoseconds % 1_000_000_000
    )
    let timer = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(&thread, nil, { timer in
      guard let timer = unsafe timer else { return nil }
      unsafe Unmanaged<StatementTimer>.fromOpaque(timer).takeRetainedValue().wait()
      return nil
    }, timer.toOpaque())
    guard status == 0 else {
      unsafe timer.release()
      return nil
    }
  }

  deinit {
    unsafe pthread_mutex_destroy(lock)
    unsafe pthread_cond_destroy(ended)
    unsafe lock.deallocate()
    unsafe ended.deallocate()
  }

  private func wait() {
    unsafe pthread_mutex_lock(lock)
    var deadline = self.deadline
    while !isEnded, !isUp {
      isUp = unsafe pthread_cond_timedwait(ended, lock, &deadline) == ETIMEDOUT && !isEnded
    }
    // Under the lock: once `end` has returned, nothing is cancelled any more.
    if isUp { statement.cancel() }
    unsafe pthread_mutex_unlock(lock)
  }

  /// Ends the timer; afterwards it cancels nothing.
  func end() {
    unsafe pthread_mutex_lock(lock)
    let wasEnded = isEnded
    isEnded = true
    unsafe pthread_cond_signal(ended)
    unsafe pthread_mutex_unlock(lock)
    if !wasEnded { pthread_join(thread, nil) }
  }
}
