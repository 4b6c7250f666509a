/// Cancels a statement when its time is up, on a thread of its own.
///
/// `SQL_ATTR_QUERY_TIMEOUT` is left alone: some drivers ignore it, and some take whole seconds only.
final class StatementTimer: Sendable {
  private let state = TimerState()
  private let worker: Worker

  /// Whether the time was up, and the statement was cancelled.
  var hasFired: Bool { state.monitor.locked { state.hasFired } }

  /// A timer that runs; nil where there can be no thread.
  ///
  /// - Parameters:
  ///   - seconds: How long the statement may take.
  ///   - cancel: Cancels what is at work.
  init?(_ seconds: Double, _ cancel: @escaping @Sendable () -> Void) {
    let deadline = Monitor.deadline(in: seconds)
    let worker = Worker { [state] in
      state.monitor.locked {
        while !state.isEnded, !state.hasFired {
          state.hasFired = !state.monitor.wait(until: deadline) && !state.isEnded
        }
        // Under the lock: once `end` has returned, nothing is cancelled any more.
        if state.hasFired { cancel() }
      }
    }
    guard let worker else { return nil }
    self.worker = worker
  }

  /// Ends the timer; afterwards it cancels nothing.
  func end() {
    let wasEnded = state.monitor.locked {
      defer { state.isEnded = true }
      state.monitor.wake()
      return state.isEnded
    }
    if !wasEnded { worker.join() }
  }
}

private final class TimerState: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the lock.
  let monitor = Monitor()
  var isEnded = false
  var hasFired = false
}
