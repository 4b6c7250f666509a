import Synchronization

/// One call on its way through the host.
///
/// A class, so that a task that waits for it keeps a reference and not all of this.
final class Connection: Sendable {
  let host: HostCore
  let driver: PreparedDriver
  /// Whether the action puts out rows.
  private let putsOutRows: Bool
  private let shared: SharedRequest
  var request: CallRequest { shared.value }
  let collected: [String: CollectingSink]
  /// Takes each stream of rows; nil: they are collected as values.
  let onRows: (@Sendable (RowStream) async throws -> Void)?
  /// What opens a session; nil for drivers that have none, and actions that take none.
  let sessionInputs: CompleteInputs.Session?
  /// What tells calls of one identity from others; nil where nobody asks.
  let identity: SessionKey?
  /// Whether a receiver of rows has been given some.
  private let hasGivenRows = Atomic(false)

  init(
    host: HostCore,
    driver: PreparedDriver,
    putsOutRows: Bool,
    request: CallRequest,
    collected: [String: CollectingSink],
    onRows: (@Sendable (RowStream) async throws -> Void)?,
    sessionInputs: CompleteInputs.Session?,
    identity: SessionKey?
  ) {
    self.host = host
    self.driver = driver
    self.putsOutRows = putsOutRows
    shared = SharedRequest(request)
    self.collected = collected
    self.onRows = onRows
    self.sessionInputs = sessionInputs
    self.identity = identity
  }

  /// Whether the call can be made again as if this had never been: nothing that it put out has gone where it
  /// cannot be taken back, and nothing was read that cannot be read again.
  var canBeRepeated: Bool {
    !hasGivenRows.load(ordering: .relaxed)
      && request.channels.allSatisfy { channel in
        switch channel {
        case .output(let output): output.canBeRepeated
        case .input(let input): input.canBeRepeated
        case nil: true
        }
      }
  }

  // None of those that wait is inlined, nor what they call: tasks keep room for all that is in them, which most
  // calls do not need.

  /// Runs the call, within a session where the action takes one.
  @inline(never)
  func run() async -> CallOutcome {
    if let sessionInputs, let sessions = driver.sessions {
      return await runInSession(sessionInputs, sessions)
    }
    return putsOutRows ? await runWithRows() : await runAlone()
  }

  /// What the call has put out, or how it failed.
  @inline(never)
  func result(
    _ outcome: consuming CallOutcome,
    since start: MonotonicTime
  ) throws(HostError) -> ConnectionResult {
    if outcome.isUnbegun, let error = outcome.error {
      // No driver has seen the call, so nobody else ends its channels.
      for channel in request.channels { channel?.finish(error) { _ in } }
      throw error
    }
    for (name, sink) in collected {
      let contents = sink.contents
      outcome.outputs[name] =
        contents.values.isEmpty ? .bytes(contents.bytes) : .list(contents.values)
    }
    if var error = outcome.error {
      error.outputs = outcome.outputs
      error.secretOutputs = outcome.secretOutputs
      error.redactor = request.redactor
      throw error
    }
    return ConnectionResult(
      outputs: outcome.outputs,
      execution: request.execution,
      driver: driver.descriptor.id,
      driverVersion: driver.version,
      duration: .nanoseconds(MonotonicTime.now.nanoseconds - start.nanoseconds),
      secretOutputs: outcome.secretOutputs,
      redactor: request.redactor
    )
  }

  /// Runs the call where it takes no session and puts out no rows.
  @inline(never)
  private func runAlone() async -> CallOutcome {
    if Task.isCancelled { return await driver.runtime.endUnbegun(request.channels) }
    switch begin() {
    case .success(let begun): return await DriverRuntime.wait(for: begun.id, in: begun.slot)
    case .failure(let error): return CallOutcome(unbegun: error)
    }
  }

  @inline(never)
  private func begin() -> Result<(id: UInt64, slot: CallSlot), HostError> {
    Result { () throws(HostError) in
      try driver.runtime.begin(shared, receiver: nil, mayStartHere: true)
    }
  }

  @inline(never)
  private func runWithRows() async -> CallOutcome {
    do throws(HostError) {
      return try await runWithRows(request)
    } catch {
      return CallOutcome(unbegun: error)
    }
  }

  @inline(never)
  private func runInSession(
    _ inputs: CompleteInputs.Session,
    _ sessions: SessionPool
  ) async -> CallOutcome {
    do throws(HostError) {
      return try await run(inputs, in: sessions)
    } catch {
      return CallOutcome(unbegun: error)
    }
  }

  /// Runs the call in a session of the pool.
  @inline(never)
  private func run(
    _ inputs: CompleteInputs.Session,
    in sessions: SessionPool
  ) async throws(HostError) -> CallOutcome {
    let key = SessionKey(inputs.values)
    let entry = try await sessions.acquire(key, deadline: request.deadline) {
      var opening = request
      opening.action = "open"
      opening.inputs = inputs.values
      opening.secrets = inputs.secrets
      opening.channels = []
      opening.channelCount = 0
      return opening
    }
    var inside = request
    inside.session = entry.handle
    inside.affinity = entry.affinity
    inside.onLateEnd = { sessions.abandonedCallEnded(entry) }
    do {
      let outcome =
        putsOutRows ? try await runWithRows(inside) : try await driver.runtime.run(inside)
      sessions.release(entry, after: outcome)
      return outcome
    } catch {
      // No driver has seen the call.
      sessions.release(entry, after: nil)
      throw error
    }
  }

  /// Runs the call, and the consumer of its rows beside it.
  @inline(never)
  private func runWithRows(_ request: CallRequest) async throws(HostError) -> CallOutcome {
    let (sources, announced) = AsyncStream.makeStream(of: RowSource.self)
    var request = request
    request.onRows = { source in
      if case .enqueued = announced.yield(source) { true } else { false }
    }
    let asked = request
    async let running: Result<CallOutcome, HostError> = { [driver] in
      defer { announced.finish() }
      do throws(HostError) {
        return .success(try await driver.runtime.run(asked))
      } catch {
        return .failure(error)
      }
    }()
    var consumed = ConsumedRows()
    for await source in sources { await consume(source, into: &consumed) }
    return consumed.completing(try await running.get())
  }

  /// What became of a call's rows on the consumer's side.
  private struct ConsumedRows {
    var outputs = ValueMap()
    /// What the consumer has against them.
    var refusal: HostError?
    /// Why they broke off.
    var failure: HostError?

    /// The call's outcome with its rows; what the driver says of a failure is worth more than what its
    /// stream said, and what the consumer says more than that the rows were then cancelled.
    func completing(_ outcome: CallOutcome) -> CallOutcome {
      var outcome = outcome
      for (name, value) in outputs { outcome.outputs[name] = value }
      if let refusal, outcome.error == nil || outcome.error?.code == .cancelled {
        outcome.error = refusal
      }
      if outcome.error == nil { outcome.error = failure }
      return outcome
    }
  }

  private func consume(_ source: RowSource, into consumed: inout ConsumedRows) async {
    let stream = RowStream(source)
    do {
      if let onRows {
        hasGivenRows.store(true, ordering: .relaxed)
        try await onRows(stream)
      } else {
        consumed.outputs[source.name] = .list(
          try await stream.collect(limit: driver.runtime.outputLimit)
        )
      }
    } catch {
      let problem =
        error as? HostError
        ?? HostError(
          .cancelled,
          stage: .call,
          "the receiver of the rows refused them: \(error)"
        )
      if source.hasBrokenOff { consumed.failure = problem } else { consumed.refusal = problem }
    }
    stream.letGo()
    // A consumer that has heard of it need not say so, as one behind a C interface cannot.
    if consumed.failure == nil { consumed.failure = source.breakOff }
  }
}
