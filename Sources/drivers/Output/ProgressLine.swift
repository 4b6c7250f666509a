import DriverHost
import Glibc

/// Shows how far a call is, on one line of a terminal.
final class ProgressLine: Sendable {
  private let lastShown = Lock<(time: MonotonicTime, width: Int)>(
    (MonotonicTime(nanoseconds: 0), 0)
  )

  /// Nil where standard error is no terminal.
  init?() {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
  }

  /// Shows the newest state, ten times a second at most.
  func show(_ progress: Progress) {
    let now = MonotonicTime.now
    lastShown.withLock { last in
      guard last.time.advanced(by: .milliseconds(100)) < now else { return }
      let amount = progress.total.map { "\(progress.done) of \($0)" } ?? "\(progress.done)"
      let percent = progress.total.map { " (\(progress.done * 100 / max(1, $0)) %)" } ?? ""
      let text = "\(amount) \(progress.text)\(percent)"
      let padding = String(repeating: " ", count: max(0, last.width - text.count))
      Console.error("\r\(text)\(padding)", newline: false)
      last = (now, text.count)
    }
  }

  /// Takes the line away.
  func clear() {
    lastShown.withLock { last in
      guard last.width > 0 else { return }
      Console.error("\r\(String(repeating: " ", count: last.width))\r", newline: false)
      last.width = 0
    }
  }
}
