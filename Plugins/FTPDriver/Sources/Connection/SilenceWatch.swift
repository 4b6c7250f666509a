internal import DriverKit
internal import LoopKit

/// How long a server has been silent while something was expected of it.
///
/// The timer is not armed anew for each packet: it looks at the clock when it has run out. On the loop.
final class SilenceWatch {
  /// Ends with its parent, or when the server has been silent for too long.
  let scope: Scope
  private let seconds: Double
  private var timer: LoopTimer?
  private var last = Loop.now()
  private var isPaused = false
  /// Whether it has been too long.
  private(set) var hasEnded = false

  /// A watch over a server.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - parent: How long the call may take.
  ///   - seconds: How long the server may be silent.
  init(_ loop: Loop, _ parent: Scope, _ seconds: Double) {
    scope = Scope(loop, in: parent)
    self.seconds = seconds
    timer = loop.timer { [weak self] in self?.look() }
  }

  /// Begins to watch.
  func begin() {
    heard()
    arm(seconds)
  }

  /// Says that something has come, or has gone.
  func heard() { last = Loop.now() }

  /// Says that nothing is expected for now: it is somebody else who is slow.
  func pause() { isPaused = true }

  /// Says that something is expected again.
  func goOn() {
    isPaused = false
    heard()
  }

  private func look() {
    if isPaused { last = Loop.now() }
    let left = last + seconds - Loop.now()
    if left > 0 { return arm(left) }
    hasEnded = true
    scope.end(DriverError(.timedOut, "the server is silent"))
  }

  private func arm(_ seconds: Double) {
    do throws(DriverError) {
      try timer?.arm(afterNanoseconds: UInt64(max(0.001, seconds) * 1e9))
    } catch {
      // A loop that takes no timers any more has come to its end.
      scope.end(error)
    }
  }
}
