internal import DriverKit
internal import LoopKit

/// How long a server has been silent while something was expected of it.
///
/// It looks at what was heard when its time has run out, and not at each packet. On the loop.
final class SilenceWatch {
  /// Ends with its parent, or when the server has been silent for too long.
  let scope: Scope
  private let seconds: Double
  private let signs: () -> (count: Int, isOurTurn: Bool)
  private var timer: LoopTimer?
  private var last = Loop.now()
  private var count = 0
  /// Whether it has been too long.
  private(set) var hasEnded = false

  /// A watch over a server.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - parent: How long the call may take.
  ///   - seconds: How long the server may be silent.
  ///   - signs: How often something has come or gone, and whether it is somebody else who is slow.
  init(
    _ loop: Loop,
    _ parent: Scope,
    _ seconds: Double,
    _ signs: @escaping () -> (count: Int, isOurTurn: Bool)
  ) {
    scope = Scope(loop, in: parent)
    self.seconds = seconds
    self.signs = signs
    timer = loop.timer { [weak self] in self?.look() }
  }

  /// Begins to watch.
  func begin() {
    last = Loop.now()
    arm(step)
  }

  /// How often it looks: what came is as old as that at most.
  private var step: Double { seconds / 8 }

  private func look() {
    let (now, isOurTurn) = signs()
    if now != count || isOurTurn {
      count = now
      last = Loop.now()
    }
    guard Loop.now() - last >= seconds else { return arm(step) }
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
