/// Keeps the record of one execution while it goes on.
///
/// A class, so that a task that waits for the execution keeps a reference and not all of this.
final class ExecutionRecorder: @unchecked Sendable {
  // `@unchecked` because one task makes an execution, and only it changes the record.
  private let history: ExecutionStore
  private var record: ExecutionRecord
  private let start: MonotonicTime
  /// Whether all that the execution puts out is secret.
  private let hidesOutputs: Bool
  /// Whether the history has it.
  private var isKnown = false

  /// A new execution.
  // Not inlined, as nothing here is: tasks would keep room for it.
  @inline(never)
  init(
    _ id: String,
    _ target: ConnectionTarget,
    _ options: CallOptions,
    _ history: ExecutionStore,
    since start: MonotonicTime
  ) {
    self.history = history
    self.start = start
    hidesOutputs = options.hidesOutputs
    record = ExecutionRecord(id: id, status: .new, created: .now)
    record.name = options.name
    record.parent = options.parent
    record.action = options.action ?? ""
    switch target {
    case .connector(let name): record.connectorName = name
    case .vault(let name): record.connectorName = HostCore.connectorName(ofVault: name)
    case .type(let type):
      record.connectorName = options.connector
      record.connectorType = type
    }
  }

  var id: String { record.id }

  /// Says what the connector is.
  func identify(_ stored: StoredInputs) { record.connectorType = stored.type }

  /// Lets others see the execution before it runs, since there is something to wait for.
  @inline(never)
  func announce() {
    guard !isKnown else { return }
    isKnown = true
    history.record(record)
  }

  /// Says what is about to run.
  @inline(never)
  func begin(_ connection: Connection, _ inputs: CallInputs) {
    let driver = connection.driver
    let request = connection.request
    record.connectorType = driver.descriptor.name
    record.action = request.action
    record.driver = driver.descriptor.id
    record.driverVersion = driver.version
    record.rawInput = request.inputs
    record.status = .running
    record.started = .now
    if !request.secrets.isEmpty {
      record.mask = ExecutionMask(
        inputs: ExecutionRecorder.places(request.secrets, inputs),
        redactor: Redactor(request.inputs, secrets: request.secrets)
      )
    }
    isKnown = true
    history.record(record)
  }

  /// What stands in the place of each secret: the reference that it came from, else the mask.
  private static func places(
    _ secrets: [JSONPointer],
    _ inputs: CallInputs
  ) -> [ExecutionMask.Place] {
    secrets.map { pointer in
      inputs.fromVault.first { $0.pointer == pointer }
        ?? ExecutionMask.Place(pointer: pointer, text: Redactor.mask)
    }
  }

  /// Takes the result, and returns when it is kept.
  @inline(never)
  func end(_ result: ConnectionResult) async {
    record.status = .succeeded
    record.attempts = result.attempts
    finish(result.outputs, secrets: result.secretOutputs)
    await history.recordEnd(record)
  }

  /// Takes the error, and returns when it is kept.
  @inline(never)
  func end(_ error: HostError) async {
    record.status = error.code == .cancelled ? .cancelled : .failed
    record.statusMessage = error.message
    record.errorCode = error.code
    record.attempts = record.started == nil ? 0 : error.attempts
    finish(error.outputs, secrets: error.secretOutputs)
    await history.recordEnd(record)
  }

  private func finish(_ outputs: ValueMap, secrets: [JSONPointer]) {
    record.ended = .now
    record.duration = .nanoseconds(MonotonicTime.now.nanoseconds - start.nanoseconds)
    record.rawOutput = outputs
    let hidden = hidesOutputs ? outputs.names.map { JSONPointer([$0]) } : secrets
    guard !hidden.isEmpty else { return }
    if record.mask == nil { record.mask = ExecutionMask(inputs: []) }
    record.mask?.outputs = hidden
  }
}

/// The history of a host, with a shorter way to the one in memory, which never waits.
enum ExecutionStore: Sendable {
  case memory(MemoryHistory)
  case other(any ExecutionHistory)

  init(_ history: any ExecutionHistory) {
    self = (history as? MemoryHistory).map { .memory($0) } ?? .other(history)
  }

  func record(_ execution: ExecutionRecord) {
    switch self {
    case .memory(let history): history.keep(execution)
    case .other(let history): history.record(execution)
    }
  }

  @inline(never)
  func recordEnd(_ execution: ExecutionRecord) async {
    switch self {
    case .memory(let history): history.keep(execution)
    case .other(let history): await history.recordEnd(execution)
    }
  }
}
