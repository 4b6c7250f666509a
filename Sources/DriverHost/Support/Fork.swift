import Glibc
import Synchronization

/// Tells a process that came from `fork(2)` from the one in which the host's threads live.
///
/// A child has none of its parent's threads, so nothing of a host works in it.
package enum Fork {
  /// How many forks lie between this process and the first one that asked.
  package static let depth = Depth()

  /// The number itself; its own type because an `Atomic` cannot be a static.
  package final class Depth: Sendable {
    fileprivate let value = Atomic<Int>(0)

    fileprivate init() {
      pthread_atfork(nil, nil) { Fork.depth.value.add(1, ordering: .relaxed) }
    }

    /// How many there were until now.
    package var current: Int { value.load(ordering: .relaxed) }
  }

  /// The one error that everything answers in a child.
  static var error: HostError {
    HostError(
      .unavailable,
      stage: .call,
      "this process was forked after the host was made, so the host's threads are not in it: make a new Host in the child, or use the host in the parent"
    )
  }
}
