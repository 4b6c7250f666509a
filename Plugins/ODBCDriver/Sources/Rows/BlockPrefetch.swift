internal import DriverKit

/// Fetches blocks of rows on a thread of its own, while those before become batches on the consumer's.
final class BlockPrefetch: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the monitor's lock.
  private let monitor = Monitor()
  private var free: [RowBlock]
  private var filled: [RowBlock] = []
  private var failure: DriverError?
  private var isAtEnd = false
  private var isStopped = false
  private var worker: Worker?

  /// Begins to fetch; nil where there can be no thread.
  ///
  /// - Parameters:
  ///   - blocks: What is filled, in turns.
  ///   - reader: What fills them.
  init?(_ blocks: [RowBlock], _ reader: ResultReader) {
    free = blocks
    worker = Worker { [self] in
      while let block = take() { fill(block, reader) }
    }
    if worker == nil { return nil }
  }

  private func fill(_ block: RowBlock, _ reader: ResultReader) {
    do throws(DriverError) {
      let isFilled = try reader.fetch(into: block)
      monitor.locked {
        if isFilled { filled.append(block) } else { isAtEnd = true }
        monitor.wake()
      }
    } catch {
      monitor.locked {
        failure = error
        monitor.wake()
      }
    }
  }

  /// A block to fill; nil: no more are wanted.
  private func take() -> RowBlock? {
    monitor.locked {
      while free.isEmpty, !isStopped { monitor.wait() }
      guard !isStopped, !isAtEnd, failure == nil else { return nil }
      return free.removeLast()
    }
  }

  /// The next block; nil: there are no more.
  ///
  /// - Throws: Why it could not be fetched.
  func next() throws(DriverError) -> RowBlock? {
    try monitor.locked { () throws(DriverError) -> RowBlock? in
      while filled.isEmpty, !isAtEnd, failure == nil { monitor.wait() }
      if !filled.isEmpty { return filled.removeFirst() }
      if let failure { throw failure }
      return nil
    }
  }

  /// Takes a block back whose rows are in a batch.
  func give(back block: RowBlock) {
    monitor.locked {
      free.append(block)
      monitor.wake()
    }
  }

  /// Ends the thread, once it has fetched what it is at.
  func end() {
    let worker = monitor.locked {
      defer { self.worker = nil }
      isStopped = true
      monitor.wake()
      return self.worker
    }
    worker?.join()
  }
}
