import Glibc

/// A mutual exclusion lock and what it guards.
///
/// Over pthread, because the thread sanitizer does not see `Synchronization.Mutex` and reports every
/// access that it guards. Not recursive. The corresponding C type is `pthread_mutex_t`.
@safe
package final class Lock<State: ~Copyable>: @unchecked Sendable {
  // `@unchecked` because `state` is reached only between lock and unlock of `mutex`. Behind a pointer, since each access
  // to a variable of an object is looked at while the program runs, for what the mutex sees to.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let state: UnsafeMutablePointer<State>

  /// A lock around a first state.
  package init(_ state: consuming sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe self.state = .allocate(capacity: 1)
    unsafe self.state.initialize(to: state)
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` while nobody else is inside.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&state.pointee)
  }
}
