internal import Glibc

/// A mutual exclusion lock.
///
/// The corresponding C type is `pthread_mutex_t`.
@safe
final class Lock: @unchecked Sendable {
  // `@unchecked` because a mutex is made to be shared between threads; it never moves.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  func lock() { unsafe pthread_mutex_lock(mutex) }

  func unlock() { unsafe pthread_mutex_unlock(mutex) }
}
