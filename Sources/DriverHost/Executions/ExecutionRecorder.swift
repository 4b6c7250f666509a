/// Keeps the record of one execution while it goes on, and tells the history of it.
///
/// A class, so that a task that waits for the execution keeps a reference and not all of this, and that a history in
/// memory has each record once.
final class ExecutionRecorder: @unchecked Sendable {
  // `@unchecked` because one task makes an execution, and only it changes the record: under the lock of the history
  // from when that one has it.
  var record: ExecutionRecord
  private let start: MonotonicTime
  /// Whether all that the execution puts out is secret.
  private let hidesOutputs: Bool
  /// Whether the history has it.
  private var isKnown = false

  /// A new execution.
  // Not inlined, as nothing here is: tasks would keep room for it.
  @inline(never)
  init(_ id: String, _ target: ConnectionTarget, _ options: CallOptions, since start: MonotonicTime)
  {
    self.start = start
    hidesOutputs = options.hidesOutputs
    // Put together before it is the object's: each change of that is looked at while the program runs.
    var record = ExecutionRecord(id: id, status: .new, created: .now)
    if !options.name.isEmpty { record.name = options.name }
    if let parent = options.parent { record.parent = parent }
    if let action = options.action { record.action = action }
    switch target {
    case .connector(let name): record.connectorName = name
    case .vault(let name): record.connectorName = HostCore.connectorName(ofVault: name)
    case .type(let type):
      record.connectorName = options.connector
      record.connectorType = type
    }
    self.record = record
  }

  /// A record that nobody changes any more.
  init(_ record: ExecutionRecord) {
    self.record = record
    start = .now
    hidesOutputs = false
  }

  var id: String { record.id }

  /// Says what the connector is.
  func identify(_ stored: StoredInputs, in history: ExecutionStore) {
    guard isKnown else {
      record.connectorType = stored.type
      return
    }
    history.change(self, isKnown: true) { $0.connectorType = stored.type }
  }

  /// Lets others see the execution before it runs, since there is something to wait for.
  @inline(never)
  func announce(in history: ExecutionStore) {
    guard !isKnown else { return }
    isKnown = true
    history.keep(self)
  }

  /// Says what is about to run.
  @inline(never)
  func begin(_ connection: Connection, _ inputs: CallInputs, in history: ExecutionStore) {
    let driver = connection.driver
    let request = connection.request
    var input = request.inputs
    var mask: OutputMask?
    if !request.secrets.isEmpty {
      input = input.masking(
        request.secrets,
        vaultOnly: request.countFromVaultOnly,
        as: inputs.fromVault
      )
      mask = request.redactor.map { OutputMask(redactor: $0) }
    }
    input.shorten(to: ExecutionRecord.inputLimit)
    let started = record.created.advanced(by: elapsed)
    let isKnown = self.isKnown
    self.isKnown = true
    history.change(self, isKnown: isKnown) { record in
      record.connectorType = driver.descriptor.name
      record.action = request.action
      record.driver = driver.descriptor.id
      record.driverVersion = driver.version
      record.input = input
      record.outputMask = mask
      record.status = .running
      record.started = started
    }
  }

  /// Takes the result, and returns when it is kept.
  @inline(never)
  func end(_ result: ConnectionResult, in history: ExecutionStore) async {
    await end(result.outputs, secrets: result.secretOutputs, in: history) { record in
      record.status = .succeeded
      record.attempts = result.attempts
    }
  }

  /// Takes the error, and returns when it is kept.
  @inline(never)
  func end(_ error: HostError, in history: ExecutionStore) async {
    await end(error.outputs, secrets: error.secretOutputs, in: history) { record in
      record.status = error.code == .cancelled ? .cancelled : .failed
      record.statusMessage = error.message
      record.errorCode = error.code
      record.attempts = record.started == nil ? 0 : error.attempts
    }
  }

  @inline(never)
  private func end(
    _ outputs: ValueMap,
    secrets: [JSONPointer],
    in history: ExecutionStore,
    _ finish: (inout ExecutionRecord) -> Void
  ) async {
    let hidden = hidesOutputs ? outputs.names.map { JSONPointer([$0]) } : secrets
    let duration = elapsed
    let isKnown = self.isKnown
    self.isKnown = true
    var mask = record.outputMask
    if !hidden.isEmpty { mask = OutputMask(places: hidden, redactor: mask?.redactor) }
    let kept = history.kept(outputs, mask)
    await history.end(self, isKnown: isKnown) { record in
      finish(&record)
      // Of one clock, so that what ended later never seems to have begun later.
      record.ended = record.created.advanced(by: duration)
      record.duration = duration
      record.rawOutput = kept.outputs
      record.outputMask = kept.mask
      record.droppedOutputSize = kept.droppedSize
    }
  }

  private var elapsed: Duration {
    .nanoseconds(MonotonicTime.now.nanoseconds - start.nanoseconds)
  }
}

extension ValueMap {
  /// Puts its size in the place of each member that is larger than a number of bytes.
  fileprivate mutating func shorten(to limit: Int) {
    for position in indices where members[position].value.isLarger(than: limit) {
      let size = members[position].value.approximateSize
      replace(at: position, .string("(about \(size) bytes, which are not kept)"))
    }
  }
}
