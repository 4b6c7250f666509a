import Glibc

/// A lock with a condition: threads wait inside it until what it guards has changed.
///
/// The corresponding C types are `pthread_mutex_t` and `pthread_cond_t`. Not recursive.
@safe
package final class Monitor: @unchecked Sendable {
  // `@unchecked` because both are made to be shared between threads; they never move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// A lock that nobody holds.
  package init() {
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

  /// Waits until nobody else is inside.
  package func lock() { unsafe pthread_mutex_lock(mutex) }

  /// Lets others in.
  package func unlock() { unsafe pthread_mutex_unlock(mutex) }

  /// Lets others in until somebody signals.
  ///
  /// To be called between lock and unlock, in a loop.
  package func wait() { unsafe pthread_cond_wait(condition, mutex) }

  /// As `wait`, but not beyond a time; false when that has come.
  package func wait(until deadline: MonotonicTime) -> Bool {
    var time = timespec(
      tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
      tv_nsec: Int(deadline.nanoseconds % 1_000_000_000)
    )
    return unsafe pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }

  /// Wakes one that waits.
  package func signal() { unsafe pthread_cond_signal(condition) }

  /// Wakes all that wait.
  package func broadcast() { unsafe pthread_cond_broadcast(condition) }
}
