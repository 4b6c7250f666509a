import DriverHost
import Synchronization

/// Whether this process may use the hosts that were opened.
///
/// A child of fork(2) has none of their threads, and locks in it may be held by threads that it
/// does not have: so nothing but this is looked at there.
enum ProcessState {
  private static let opening = Opening()

  /// A type of its own because an `Atomic` cannot be a static.
  private final class Opening: Sendable {
    /// How many forks lay before the first host was opened; -1: none was.
    let depth = Atomic(-1)
  }

  /// What everything answers in a child; made before there can be one.
  static let forkError: Answer = {
    let error = HostError(
      .unavailable,
      stage: .call,
      "this process was forked after a host was opened, so the host's threads are not in it: fork before the first host is opened, or start a new program"
    )
    let answer = Answer(.failure(error))
    answer.prepare()
    return answer
  }()

  /// To be called before a host is made.
  static func hostIsOpened() {
    let depth = Fork.depth.current
    _ = forkError
    _ = HandleTable.shared
    _ = opening.depth.compareExchange(
      expected: -1,
      desired: depth,
      ordering: .sequentiallyConsistent
    )
  }

  /// Whether a host was opened in a process that this one was forked from.
  static var isForked: Bool {
    let depth = opening.depth.load(ordering: .relaxed)
    return depth >= 0 && depth != Fork.depth.current
  }
}
