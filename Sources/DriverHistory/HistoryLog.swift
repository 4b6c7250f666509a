internal import DriverHost

/// What a history says of its troubles: each once, and again after a minute where it goes on.
struct HistoryLog {
  private static let interval = Duration.seconds(60)

  private let path: String
  private let write: @Sendable (LogLevel, String) -> Void
  private var lastFailure: (code: HostError.Code, time: MonotonicTime)?
  private var lastLeftOut: MonotonicTime?
  private var isFailureKnown = false

  init(path: String, write: @escaping @Sendable (LogLevel, String) -> Void) {
    self.path = path
    self.write = write
  }

  /// The file could not be written.
  mutating func failed(_ error: HostError) {
    let now = MonotonicTime.now
    if let lastFailure, lastFailure.code == error.code,
      now < lastFailure.time.advanced(by: HistoryLog.interval)
    {
      return
    }
    lastFailure = (error.code, now)
    isFailureKnown = true
    write(
      .error,
      "executions are not written: \(error.message). Calls go on; it is tried again each second"
    )
  }

  /// The file could be written again.
  mutating func recovered(dropping count: Int) {
    guard isFailureKnown else { return }
    isFailureKnown = false
    let lost =
      count == 0
      ? "none was lost" : "\(count) were lost, since more waited than could be kept"
    write(.warning, "executions are written to \(path) again; \(lost)")
  }

  /// One execution cannot be written whenever it is tried.
  mutating func leftOut(_ error: HostError) {
    let now = MonotonicTime.now
    if let lastLeftOut, now < lastLeftOut.advanced(by: HistoryLog.interval) { return }
    lastLeftOut = now
    write(.error, "an execution was left out of the history: \(error.message)")
  }

  /// Executions of processes that died were ended.
  func ended(lost count: Int) {
    write(
      .info,
      "\(count) executions in \(path) were ended as lost, since their process ended before them"
    )
  }

  /// The history was closed while it could not be written.
  func closed(losing count: Int) {
    write(.error, "the history \(path) was closed, and \(count) executions were never written")
  }
}
