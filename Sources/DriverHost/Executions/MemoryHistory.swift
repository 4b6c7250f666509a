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
    var records: [ExecutionRecord] = []
    var next = 0
    /// Where in the ring an execution is that may come again: one that has not ended.
    var places: [String: Int] = [:]
  }

  /// A history of so many executions.
  ///
  /// - Parameters:
  ///   - limit: How many are kept; 0 keeps none.
  ///   - outputLimit: How many bytes of outputs are kept of each.
  public init(limit: Int = 1000, outputLimit: Int = 64 << 10) {
    self.limit = max(0, limit)
    self.outputLimit = max(0, outputLimit)
  }

  /// See `ExecutionHistory`.
  public func record(_ execution: ExecutionRecord) { keep(execution) }

  /// See `ExecutionHistory`; never waits.
  public func recordEnd(_ execution: ExecutionRecord) async { keep(execution) }

  /// Keeps an execution or its later state.
  func keep(_ execution: ExecutionRecord) {
    guard limit > 0 else { return }
    // Masked at once where there are secrets: they are not to lie about in memory until somebody looks.
    let kept = execution.masked.droppingOutput(over: outputLimit)
    // What is replaced is let go of outside the lock.
    let replaced = state.withLock { state -> ExecutionRecord? in
      let isEnded = kept.status.isEnded
      if let place = isEnded ? state.places.removeValue(forKey: kept.id) : state.places[kept.id] {
        swap(&state.records[place], by: kept)
        return nil
      }
      if state.records.count < limit {
        if !isEnded { state.places[kept.id] = state.records.count }
        state.records.append(kept)
        return nil
      }
      let place = state.next
      state.next = (place + 1) % limit
      let old = state.records[place]
      if !old.status.isEnded { state.places[old.id] = nil }
      state.records[place] = kept
      if !isEnded { state.places[kept.id] = place }
      return old
    }
    _ = replaced
  }

  private func swap(_ record: inout ExecutionRecord, by other: ExecutionRecord) { record = other }

  /// See `ExecutionHistory`.
  public func execution(_ id: String) async throws(HostError) -> ExecutionRecord? {
    state.withLock { state in state.records.last { $0.id == id } }
  }

  /// See `ExecutionHistory`.
  ///
  /// - Complexity: O(n log n) in the number of executions that are kept.
  public func executions(_ query: ExecutionQuery) async throws(HostError) -> [ExecutionRecord] {
    let matching = state.withLock { state in state.records.filter(query.matches) }
    return Array(matching.sorted { $0.id > $1.id }.prefix(max(0, query.limit)))
  }

  /// See `ExecutionHistory`.
  public func prune(_ retention: ExecutionRetention) async throws(HostError) -> Int {
    let oldest = retention.age.map { WallTime.now.advanced(by: .zero - $0) }
    return state.withLock { state in
      let sorted = state.records.sorted { $0.id > $1.id }
      var ended = 0
      let kept = sorted.filter { record in
        guard record.status.isEnded else { return true }
        ended += 1
        return ended <= retention.count ?? .max
          && (oldest.map { ($0 <= record.ended ?? record.created) } ?? true)
      }
      let dropped = sorted.count - kept.count
      state.records = kept.reversed()
      state.next = 0
      state.places = [:]
      for (place, record) in state.records.enumerated() where !record.status.isEnded {
        state.places[record.id] = place
      }
      return dropped
    }
  }

  /// See `ExecutionHistory`.
  public func close() async {}
}

extension ExecutionRecord {
  /// The same without its outputs if they are larger than a number of bytes.
  package func droppingOutput(over limit: Int) -> ExecutionRecord {
    guard let rawOutput, Value.map(rawOutput).isLarger(than: limit) else { return self }
    var record = self
    record.rawOutput = nil
    record.droppedOutputSize = Value.map(rawOutput).approximateSize
    return record
  }
}
