internal import DriverKit

/// Sends chunks on a thread of its own, while the next ones are read and laid out on the caller's.
///
/// A driver spends most of a load waiting for its server, or working for it: the time for reading is then free.
final class BulkSender: @unchecked Sendable {
  // `@unchecked` because the load is the thread's until that has ended, and the rest is looked at under the lock.

  /// How far it has come; to be asked once all is finished.
  private(set) var load: BulkLoad
  private let monitor = Monitor()
  /// What is sent next: one chunk, so that no more than three are in memory.
  private var waiting: BulkChunk?
  private var failure: DriverError?
  private var isComplete = false
  /// Nil where there can be no thread: chunks are then sent as they come.
  private var worker: Worker?

  /// Begins; to be finished in any case.
  init(_ load: BulkLoad) {
    self.load = load
    worker = Worker { [self] in
      while let chunk = take() { send(chunk) }
    }
  }

  /// Sends a chunk, once the one before is on its way.
  ///
  /// - Throws: Why an earlier one could not be sent.
  func add(_ chunk: BulkChunk) throws(DriverError) {
    guard worker != nil else {
      try load.add(chunk)
      return
    }
    try monitor.locked { () throws(DriverError) in
      while waiting != nil, failure == nil { monitor.wait() }
      if let failure { throw failure }
      waiting = chunk
      monitor.wake()
    }
  }

  /// Waits until all chunks are sent, or one could not be.
  ///
  /// - Returns: Why one could not be; nil: all were.
  func finish() -> DriverError? {
    monitor.locked {
      isComplete = true
      monitor.wake()
    }
    worker?.join()
    worker = nil
    return monitor.locked { failure }
  }

  // MARK: - On its thread

  private func take() -> BulkChunk? {
    monitor.locked {
      while waiting == nil, !isComplete { monitor.wait() }
      guard failure == nil else { return nil }
      defer {
        waiting = nil
        monitor.wake()
      }
      return waiting
    }
  }

  private func send(_ chunk: BulkChunk) {
    do throws(DriverError) {
      try load.add(chunk)
    } catch {
      monitor.locked {
        failure = error
        monitor.wake()
      }
    }
  }
}
