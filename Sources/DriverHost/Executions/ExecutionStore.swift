/// The history of a host, with a shorter way to the one in memory, which never waits.
enum ExecutionStore: Sendable {
  case memory(MemoryHistory)
  case other(any ExecutionHistory)

  init(_ history: any ExecutionHistory) {
    self = (history as? MemoryHistory).map { .memory($0) } ?? .other(history)
  }

  /// Takes a new execution.
  func keep(_ execution: ExecutionRecorder) {
    switch self {
    case .memory(let history): history.keep(execution)
    case .other(let history): history.record(execution.record)
    }
  }

  /// Takes a later state of an execution.
  func change(
    _ execution: ExecutionRecorder,
    isKnown: Bool,
    _ body: (inout ExecutionRecord) -> Void
  ) {
    switch self {
    case .memory(let history) where isKnown: history.change(execution, body)
    case .memory(let history):
      body(&execution.record)
      history.keep(execution)
    case .other(let history):
      body(&execution.record)
      history.record(execution.record)
    }
  }

  /// What is kept of a call's outputs: in memory nothing that the masks hide, and nothing that is too large; other
  /// histories see to that where they write.
  func kept(_ outputs: ValueMap, _ mask: OutputMask?) -> KeptOutputs {
    guard case .memory(let history) = self else { return KeptOutputs(outputs: outputs, mask: mask) }
    return KeptOutputs(outputs: outputs, mask: mask).withoutSecrets(limit: history.outputLimit)
  }

  /// Takes the end of an execution, and returns when it is kept.
  @inline(never)
  func end(
    _ execution: ExecutionRecorder,
    isKnown: Bool,
    _ body: (inout ExecutionRecord) -> Void
  ) async {
    switch self {
    case .memory: change(execution, isKnown: isKnown, body)
    case .other(let history):
      body(&execution.record)
      await history.recordEnd(execution.record)
    }
  }
}
