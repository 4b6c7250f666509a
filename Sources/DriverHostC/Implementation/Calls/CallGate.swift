import DriverHost

/// Counts an engine's callbacks while they run, so that none runs when it has been said that none
/// does.
final class CallGate: @unchecked Sendable {
  // `@unchecked` because everything is reached only between lock and unlock of `monitor`.
  private let monitor = Monitor()
  private var running = 0
  private var isClosed = false
  private var whenClosed: (@Sendable () -> Void)?

  /// Before a callback; false: it must not run.
  func enter() -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    if isClosed { return false }
    running += 1
    return true
  }

  /// After a callback.
  func leave() {
    monitor.lock()
    running -= 1
    let closed = running == 0 ? whenClosed : nil
    if closed != nil { whenClosed = nil }
    monitor.broadcast()
    monitor.unlock()
    closed?()
  }

  /// Lets no callback in any more, and runs something once when the last one has left: at once, or
  /// on its thread.
  func close(_ whenClosed: @escaping @Sendable () -> Void) {
    monitor.lock()
    isClosed = true
    let isEmpty = running == 0
    if !isEmpty { self.whenClosed = whenClosed }
    monitor.unlock()
    if isEmpty { whenClosed() }
  }

  /// The same for a task that waits.
  func close() async {
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      close { done.resume() }
    }
  }

  /// The same for a thread that waits.
  func closeAndWait() {
    monitor.lock()
    isClosed = true
    while running > 0 { monitor.wait() }
    monitor.unlock()
  }
}
