internal import Glibc

/// Something that threads and a loop share: what changes in it can be waited for, by threads.
///
/// The corresponding C types are `pthread_mutex_t` and `pthread_cond_t`.
@safe
package final class ThreadLock<State: Sendable>: @unchecked Sendable {
  // `@unchecked` because the state is looked at under the mutex only.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var state: State
  /// How many threads wait for a change.
  private var waiting = 0

  /// A lock around a state.
  package init(_ state: State) {
    self.state = state
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe changed = .allocate(capacity: 1)
    unsafe changed.initialize(to: pthread_cond_t())
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe changed.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Looks at the state, or changes it; whoever waits looks again then.
  package func with<Answer>(_ body: (inout State) -> Answer) -> Answer {
    unsafe pthread_mutex_lock(mutex)
    defer { unlock() }
    return body(&state)
  }

  /// Waits until a function answers: a thread, never a loop.
  ///
  /// - Parameter body: Looks at the state, and may change it; nil: not yet.
  /// - Returns: Its answer.
  package func wait<Answer>(_ body: (inout State) -> Answer?) -> Answer {
    unsafe pthread_mutex_lock(mutex)
    defer { unlock() }
    while true {
      if let answer = body(&state) { return answer }
      waiting += 1
      unsafe pthread_cond_wait(changed, mutex)
      waiting -= 1
    }
  }

  /// Lets others in before it wakes them: they would wait for the lock at once otherwise.
  private func unlock() {
    let isAwaited = waiting > 0
    unsafe pthread_mutex_unlock(mutex)
    if isAwaited { unsafe pthread_cond_broadcast(changed) }
  }
}
