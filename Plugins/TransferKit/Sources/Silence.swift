package import DriverKit
package import LoopKit

/// How long a server has been silent while something was expected of it.
///
/// On the loop. The timer is not armed anew for each answer: it looks at the clock when it has run out.
package final class Silence {
  /// Ends with its parent, or when the server has been silent for too long.
  package let scope: Scope
  private let seconds: Double
  private let error: DriverError
  private var timer: LoopTimer?
  /// Is told once it has been too long.
  package var isUp: () -> Void = {}
  /// When something came that was for others, in seconds of `Loop.now()`: who answers them is not silent.
  package var heardByOthers: () -> Double = { 0 }
  /// Whether it has been too long.
  package private(set) var hasEnded = false
  private var expected = 0
  private var last = 0.0

  /// A watch over a server.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - parent: How long the call may take.
  ///   - seconds: How long the server may be silent.
  ///   - host: The host and port, for messages.
  /// - Throws: That the loop takes no timers any more.
  package init(
    _ loop: Loop,
    _ parent: Scope,
    _ seconds: Double,
    _ host: String
  ) throws(DriverError) {
    scope = Scope(loop, in: parent)
    self.seconds = seconds
    error = DriverError(
      .timedOut,
      "\(host) did not answer for \(seconds) s, which is answer_timeout",
      pointer: "/answer_timeout",
      isRetryable: true
    )
    timer = loop.timer { [weak self] in self?.look() }
  }

  /// Says that the server is expected to do something.
  package func begin() {
    if expected == 0 { last = Loop.now() }
    expected += 1
    if let timer, !timer.isArmed { arm(seconds) }
  }

  /// Says that it has done it, or that nobody expects it any more.
  package func end() {
    expected -= 1
    heard()
  }

  /// Says that it has done some of it.
  package func heard() { last = Loop.now() }

  private func look() {
    guard expected > 0, !hasEnded else { return }
    let left = max(last, heardByOthers()) + seconds - Loop.now()
    guard left <= 0 else { return arm(left) }
    // Also for a call that has ended meanwhile: its requests are still waited for.
    hasEnded = true
    isUp()
    scope.end(error)
  }

  private func arm(_ seconds: Double) {
    // A loop that takes no timers any more has come to its end.
    try? timer?.arm(afterNanoseconds: UInt64(max(0.001, seconds) * 1e9))
  }
}
