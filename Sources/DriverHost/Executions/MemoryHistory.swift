/// Executions in memory: the newest ones, up to a number, for as long as the process lives.
///
/// The outputs of each are kept up to a size. An execution that runs is forgotten like any other when as many
/// newer ones have come.
public final class MemoryHistory: ExecutionHistory {
  /// How many executions are kept.
  public let limit: Int
  /// How many bytes of outputs are kept of each.
  public let outputLimit: Int
  private let state = Lock(State())

  private struct State {
    /// A ring: the oldest one is replaced first.
    ///
    /// What is in it changes only under the lock.
    var ring: [ExecutionRecorder] = []
    var next = 0
  }

  /// A history of so many executions.
  ///
  /// - Parameters:
  ///   - limit: How many are kept; 0 keeps none.
  ///   - outputLimit: How many bytes of outputs are kept of each.
  public init(limit: Int = 1000, outputLimit: Int = 16 << 10) {
    self.limit = max(0, limit)
    self.outputLimit = max(0, outputLimit)
  }

  /// See `ExecutionHistory`.
  ///
  /// - Complexity: O(executions that are kept); the host has a shorter way for its own.
  public func record(_ execution: ExecutionRecord) {
    var kept = execution
    let outputs = KeptOutputs(outputs: kept.rawOutput, mask: kept.outputMask)
      .withoutSecrets(limit: outputLimit)
    kept.rawOutput = outputs.outputs
    kept.outputMask = nil
    kept.droppedOutputSize = outputs.droppedSize ?? kept.droppedOutputSize
    let isKnown = state.withLock { state in
      guard let place = state.ring.lastIndex(where: { $0.record.id == kept.id }) else {
        return false
      }
      state.ring[place].record = kept
      return true
    }
    if !isKnown { keep(ExecutionRecorder(kept)) }
  }

  /// See `ExecutionHistory`; never waits.
  public func recordEnd(_ execution: ExecutionRecord) async { record(execution) }

  /// Keeps an execution that the host goes on to change through `change`.
  func keep(_ execution: ExecutionRecorder) {
    guard limit > 0 else { return }
    // What is replaced is let go of outside the lock.
    let replaced = state.withLock { state -> ExecutionRecorder? in
      guard state.ring.count >= limit else {
        state.ring.append(execution)
        return nil
      }
      let old = state.ring[state.next]
      state.ring[state.next] = execution
      state.next += 1
      if state.next == limit { state.next = 0 }
      return old
    }
    _ = replaced
  }

  /// Changes an execution that may be kept.
  func change(_ execution: ExecutionRecorder, _ body: (inout ExecutionRecord) -> Void) {
    state.withLock { _ in body(&execution.record) }
  }

  /// See `ExecutionHistory`.
  public func execution(_ id: String) async throws(HostError) -> ExecutionRecord? {
    state.withLock { state in state.ring.last { $0.record.id == id }?.record }
  }

  /// See `ExecutionHistory`.
  ///
  /// - Complexity: O(n log n) in the number of executions that are kept.
  public func executions(_ query: ExecutionQuery) async throws(HostError) -> [ExecutionRecord] {
    let matching = state.withLock { state in
      state.ring.lazy.map(\.record).filter(query.matches)
    }
    return Array(matching.sorted { $0.id > $1.id }.prefix(max(0, query.limit)))
  }

  /// See `ExecutionHistory`.
  public func prune(_ retention: ExecutionRetention) async throws(HostError) -> Int {
    let oldest = retention.age.map { WallTime.now.advanced(by: .zero - $0) }
    return state.withLock { state in
      let sorted = state.ring.sorted { $0.record.id > $1.record.id }
      var ended = 0
      let kept = sorted.filter { kept in
        guard kept.record.status.isEnded else { return true }
        ended += 1
        return ended <= retention.count ?? .max
          && (oldest.map { ($0 <= kept.record.ended ?? kept.record.created) } ?? true)
      }
      state.ring = kept.reversed()
      state.next = 0
      return sorted.count - kept.count
    }
  }

  /// See `ExecutionHistory`.
  public func close() async {}
}

/// The outputs of an execution as a history keeps them.
struct KeptOutputs: Sendable {
  var outputs: ValueMap?
  var mask: OutputMask?
  /// How large they were if they are not kept.
  var droppedSize: Int?

  /// Without outputs that are larger than a number of bytes, and without the secrets of others: they are not to lie
  /// about in memory until somebody looks.
  func withoutSecrets(limit: Int) -> KeptOutputs {
    guard let outputs else { return self }
    if Value.map(outputs).isLarger(than: limit) {
      return KeptOutputs(droppedSize: Value.map(outputs).approximateSize)
    }
    return KeptOutputs(outputs: mask?.masking(outputs) ?? outputs)
  }
}

extension ExecutionRecord {
  /// The same without its outputs if they are larger than a number of bytes.
  package func droppingOutput(over limit: Int) -> ExecutionRecord {
    guard let outputs = rawOutput, Value.map(outputs).isLarger(than: limit) else { return self }
    var record = self
    record.rawOutput = nil
    record.droppedOutputSize = Value.map(outputs).approximateSize
    return record
  }
}
