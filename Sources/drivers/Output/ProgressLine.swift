import DriverHost
import Glibc

/// Shows how far a call is, on one line of a terminal.
final class ProgressLine: Sendable {
  /// What fits on the line of any terminal: a line that is broken in two cannot be taken away.
  private static let widthLimit = 78

  private let lastShown = Lock(MonotonicTime(nanoseconds: 0))

  /// Nil where standard error is no terminal.
  init?() {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
  }

  /// Shows the newest state, ten times a second at most.
  func show(_ progress: Progress) {
    let now = MonotonicTime.now
    let isDue = lastShown.withLock { last in
      guard last.advanced(by: .milliseconds(100)) < now else { return false }
      last = now
      return true
    }
    if isDue { Console.status(ProgressLine.text(progress)) }
  }

  /// What is shown of a state.
  static func text(_ progress: Progress) -> String {
    let amount = progress.total.map { "\(progress.done) of \($0)" } ?? "\(progress.done)"
    let percent = progress.total.map { " (\(ProgressLine.percent(progress.done, of: $0)) %)" } ?? ""
    // The driver's words are what there may be too much of.
    let room = max(0, widthLimit - amount.count - percent.count - 1)
    let words = Console.plain(progress.text)
    let shown = words.count > room ? words.prefix(max(0, room - 1)) + "…" : words[...]
    return "\(amount) \(shown)\(percent)"
  }

  /// How much is done, from 0 to 100, whatever numbers a driver gives.
  private static func percent(_ done: UInt64, of total: UInt64) -> Int {
    guard total > 0 else { return 100 }
    return Int(min(100, Double(done) / Double(total) * 100))
  }
}
