import Glibc

/// A mutual exclusion lock and what it guards.
///
/// Over pthread, because the thread sanitizer does not see `Synchronization.Mutex` and reports every
/// access that it guards. Not recursive. The corresponding C type is `pthread_mutex_t`.
@safe
package final class Lock<State: ~Copyable>: @unchecked Sendable {
  // `@unchecked` because `state` is reached only between lock and unlock of `mutex`.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var state: State

  /// A lock around a first state.
  package init(_ state: consuming sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    self.state = state
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` while nobody else is inside.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&state)
  }
}
