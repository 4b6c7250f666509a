internal import Synchronization

/// Lets a statement be cancelled by another thread only while its own one waits inside of a function.
///
/// SQLCancel of a statement that does nothing lets go of its result (ODBC 2), in some drivers without looking whether
/// another thread is using it. So the own thread says when it goes in and comes out, and comes out only once nobody
/// cancels any more; who cancels does it again and again until it comes out, since a cancel that comes before the
/// driver has begun is lost.
final class CancelGate: Sendable {
  private static let inside: UInt8 = 1
  private static let wanted: UInt8 = 2
  private static let cancelling: UInt8 = 4
  /// How long one waits for a cancel to have an effect, in seconds: at first, and at most.
  ///
  /// For each some drivers log in.
  private static let pauses = (first: 0.05, longest: 2.0)

  private let state = Atomic<UInt8>(0)
  private let monitor = Monitor()

  /// Goes in; false: the statement is to be cancelled, and must not begin anything.
  func enter() -> Bool {
    let before = state.bitwiseOr(CancelGate.inside, ordering: .acquiringAndReleasing).oldValue
    guard before & CancelGate.wanted != 0 else { return true }
    leave()
    return false
  }

  /// Comes out, once nobody cancels any more.
  func leave() {
    let before = state.bitwiseAnd(~CancelGate.inside, ordering: .acquiringAndReleasing).oldValue
    guard before & CancelGate.cancelling != 0 else { return }
    monitor.locked {
      monitor.wake()
      while state.load(ordering: .acquiring) & CancelGate.cancelling != 0 { monitor.wait() }
    }
  }

  /// Cancels what goes on, now and from now on; any thread.
  ///
  /// - Parameter cancel: Asks the driver to.
  func cancel(_ cancel: () -> Void) {
    let isFirst = monitor.locked {
      let bits = CancelGate.wanted | CancelGate.cancelling
      let before = state.bitwiseOr(bits, ordering: .acquiringAndReleasing).oldValue
      return before & CancelGate.cancelling == 0
    }
    // Somebody else is at it.
    guard isFirst else { return }
    var pause = CancelGate.pauses.first
    while state.load(ordering: .acquiring) & CancelGate.inside != 0 {
      cancel()
      monitor.locked {
        guard state.load(ordering: .acquiring) & CancelGate.inside != 0 else { return }
        _ = monitor.wait(until: Monitor.deadline(in: pause))
      }
      pause = min(pause * 2, CancelGate.pauses.longest)
    }
    monitor.locked {
      state.bitwiseAnd(~CancelGate.cancelling, ordering: .acquiringAndReleasing)
      monitor.wake()
    }
  }
}
