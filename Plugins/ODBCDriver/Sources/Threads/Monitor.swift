internal import Glibc

/// A lock with a condition to wait for.
///
/// The corresponding C types are `pthread_mutex_t` and `pthread_cond_t`, with the monotonic clock.
@safe
final class Monitor: @unchecked Sendable {
  // `@unchecked` because both are made to be shared between threads; they never move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe condition = .allocate(capacity: 1)
    unsafe condition.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe condition.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs a function under the lock.
  func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits, under the lock, until somebody calls `wake`, or for no reason.
  func wait() { unsafe pthread_cond_wait(condition, mutex) }

  /// The moment in so many seconds, by the monotonic clock.
  static func deadline(in seconds: Double) -> timespec {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let whole = seconds.rounded(.down)
    let nanoseconds = now.tv_nsec + Int((seconds - whole) * 1e9)
    return timespec(
      tv_sec: now.tv_sec + Int(whole) + nanoseconds / 1_000_000_000,
      tv_nsec: nanoseconds % 1_000_000_000
    )
  }

  /// Waits, under the lock, until somebody calls `wake` or a moment has come.
  ///
  /// - Parameter deadline: The moment, by the monotonic clock.
  /// - Returns: False where it has come.
  func wait(until deadline: timespec) -> Bool {
    var deadline = deadline
    return unsafe pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT
  }

  /// Wakes all who wait; under the lock.
  func wake() { unsafe pthread_cond_broadcast(condition) }
}
