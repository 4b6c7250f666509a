/// What a connection put out.
public struct ConnectionResult: Sendable {
  /// The outputs by name, in the order in which the driver first set them.
  public var outputs: ValueMap
  /// The execution's id, a UUID of version 7.
  public var execution: String
  /// The driver's id.
  public var driver: String
  /// The driver's version.
  public var driverVersion: String
  /// From the call to its end.
  public var duration: Duration
  /// The places in `outputs` that the driver flagged as secret.
  public var secretOutputs: [JSONPointer]

  /// An output; null where there is none of that name.
  public subscript(name: String) -> Value { outputs[name] ?? .null }
}

/// One call on its way through the host.
struct Connection: Sendable {
  let host: Host
  let driver: PreparedDriver
  let action: Descriptor.Action
  let request: CallRequest
  let collected: [String: CollectingSink]
  /// Takes each stream of rows; nil: they are collected as values.
  let onRows: (@Sendable (RowStream) async throws -> Void)?
  /// What opens a session; nil for drivers that have none.
  let sessionInputs: CompleteInputs.Session?

  /// Runs the call, within a session where the driver has sessions.
  func run() async throws(HostError) -> ConnectionResult {
    let start = MonotonicTime.now
    var request = request
    request.deadline = request.timeout.map { start.advanced(by: $0) }
    var outcome: CallOutcome
    if let sessionInputs, let sessions = driver.sessions {
      outcome = try await runInSession(request, sessionInputs, sessions)
    } else {
      outcome = try await runWithRows(request)
    }
    for (name, sink) in collected {
      let contents = sink.contents
      outcome.outputs[name] =
        contents.values.isEmpty ? .bytes(contents.bytes) : .list(contents.values)
    }
    if var error = outcome.error {
      error.outputs = outcome.outputs
      error.secretOutputs = outcome.secretOutputs
      throw error
    }
    return ConnectionResult(
      outputs: outcome.outputs,
      execution: request.execution,
      driver: driver.descriptor.id,
      driverVersion: "\(driver.descriptor.version)",
      duration: .nanoseconds(MonotonicTime.now.nanoseconds - start.nanoseconds),
      secretOutputs: outcome.secretOutputs
    )
  }

  /// Runs the call, and the consumer of its rows beside it.
  private func runWithRows(_ request: CallRequest) async throws(HostError) -> CallOutcome {
    guard action.outputKinds.contains(.rows) else { return try await driver.runtime.run(request) }
    let (sources, announced) = AsyncStream.makeStream(of: RowSource.self)
    var request = request
    request.onRows = { announced.yield($0) }
    let asked = request
    async let running: Result<CallOutcome, HostError> = {
      defer { announced.finish() }
      do throws(HostError) {
        return .success(try await driver.runtime.run(asked))
      } catch {
        return .failure(error)
      }
    }()
    var rows = ValueMap()
    var failure: HostError?
    for await source in sources {
      let stream = RowStream(source, threads: driver.runtime.threads)
      do {
        if let onRows {
          try await onRows(stream)
        } else {
          rows[source.name] = .list(
            try await stream.collect(limit: driver.runtime.outputLimit)
          )
        }
      } catch let error as HostError {
        failure = error
      } catch {
        failure = HostError(
          .cancelled,
          stage: .call,
          "the receiver of the rows refused them: \(error)"
        )
      }
      await stream.release()
    }
    var outcome = try await running.get()
    for (name, value) in rows { outcome.outputs[name] = value }
    // What the consumer says outweighs that the rows were then cancelled.
    if let failure, outcome.error == nil || outcome.error?.code == .cancelled {
      outcome.error = failure
    }
    return outcome
  }

  /// Runs the call in a session of the pool.
  private func runInSession(
    _ request: CallRequest,
    _ inputs: CompleteInputs.Session,
    _ sessions: SessionPool
  ) async throws(HostError) -> CallOutcome {
    var opening = request
    opening.action = "open"
    opening.inputs = inputs.values
    opening.secrets = inputs.secrets
    opening.channels = []
    opening.channelCount = 0
    let key = SessionKey(inputs.values)
    let entry = try await sessions.acquire(key, opening: opening)
    var inside = request
    inside.session = entry.handle
    inside.affinity = key.affinity
    inside.onLateEnd = { sessions.abandonedCallEnded(entry) }
    do {
      let outcome = try await runWithRows(inside)
      sessions.release(entry, after: outcome)
      return outcome
    } catch {
      sessions.release(entry, after: nil)
      throw error
    }
  }
}
