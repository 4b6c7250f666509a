/// Where an execution is on its way.
///
/// NEW, then RUNNING, then exactly one of the others. One that ends before it runs, such as one whose
/// inputs are wrong, goes from NEW to its end.
public enum ExecutionStatus: String, Sendable, Hashable, CaseIterable {
  /// It exists; nothing has been done for it.
  case new = "NEW"
  /// Its driver has it, or it waits for its turn.
  case running = "RUNNING"
  /// It has done what it was asked for.
  case succeeded = "ENDED_SUCCESS"
  /// It failed, or ran out of time, or its process ended before it did.
  case failed = "ENDED_ERROR"
  /// Somebody cancelled it.
  case cancelled = "ENDED_CANCELLED"

  /// Whether nothing comes after it.
  public var isEnded: Bool {
    switch self {
    case .new, .running: false
    case .succeeded, .failed, .cancelled: true
    }
  }
}
