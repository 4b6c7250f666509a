internal import Glibc
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
  /// How long one waits for a cancel to have an effect, in nanoseconds.
  private static let pause = 50_000_000

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
    while state.load(ordering: .acquiring) & CancelGate.inside != 0 {
      cancel()
      monitor.locked {
        guard state.load(ordering: .acquiring) & CancelGate.inside != 0 else { return }
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_nsec += CancelGate.pause
        if deadline.tv_nsec >= 1_000_000_000 {
          deadline.tv_sec += 1
          deadline.tv_nsec -= 1_000_000_000
        }
        _ = monitor.wait(until: deadline)
      }
    }
    monitor.locked {
      state.bitwiseAnd(~CancelGate.cancelling, ordering: .acquiringAndReleasing)
      monitor.wake()
    }
  }
}
