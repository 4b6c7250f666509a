internal import Glibc
internal import Synchronization

/// Mutual exclusion for little work: nothing that waits or calls out may run under it.
///
/// One for each call, which a lock of the system would make an allocation; and atomics are what the
/// thread sanitizer sees.
struct SpinLock: ~Copyable {
  private let isHeld = Atomic<Bool>(false)

  /// Runs `body` while nobody else is inside.
  borrowing func withLock<Result>(_ body: () -> Result) -> Result {
    while isHeld.exchange(true, ordering: .acquiring) { sched_yield() }
    defer { isHeld.store(false, ordering: .releasing) }
    return body()
  }
}
