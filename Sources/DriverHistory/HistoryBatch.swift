internal import DriverHost

extension HistoryQueue {
  /// A state that is no end.
  final class State: Sendable {
    let record: ExecutionRecord
    /// When it is to be written.
    let due: MonotonicTime

    init(_ record: ExecutionRecord, due: MonotonicTime) {
      self.record = record
      self.due = due
    }
  }

  /// An end, and who waits until it is written.
  struct End {
    var record: ExecutionRecord
    var waiter: Waiter?
  }

  /// What the writer is to do next.
  struct Batch {
    var states: [State] = []
    var ends: [End] = []
    var jobs: [any HistoryJob] = []
    var flushes: [Waiter] = []
    /// Executions whose end was dropped: nothing more will be heard of them.
    var orphans: [String] = []
    /// Whether it is one for the file, and not just jobs while the file cannot be written.
    var isForFile = false
    /// How many ends callers have written since the last batch.
    var directEnds = 0
    /// Nothing comes after it.
    var isLast = false

    var isWithoutContent: Bool { states.isEmpty && ends.isEmpty && orphans.isEmpty }
  }
}

/// Something that the writer does bit by bit, between two transactions.
protocol HistoryJob: AnyObject, Sendable {
  /// Does a bit of it; true when there is no more.
  func step(in store: HistoryStore) -> Bool

  /// Is told that it will not be done.
  func abandon()
}
