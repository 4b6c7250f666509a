/// A call that waits for its turn, and is made again where it may.
///
/// A class, so that a task that waits for it keeps a reference and not all of this.
final class GovernedCall: Sendable {
  private let driver: PreparedDriver
  private let inputs: CallInputs
  private let recorder: ExecutionRecorder
  private let options: CallOptions
  private let core: HostCore
  private let start: MonotonicTime
  private let policy: RetryPolicy?
  private let limits: CallLimiter.Limits
  private let deadline: MonotonicTime?

  /// Finds out what holds for a call: what its options say, else its inputs, else its driver's descriptor.
  ///
  /// - Throws: What is wrong with the host's own inputs.
  // Not inlined: tasks would keep room for it.
  @inline(never)
  init(
    _ driver: PreparedDriver,
    _ inputs: CallInputs,
    _ options: CallOptions,
    of core: HostCore,
    since start: MonotonicTime,
    _ recorder: ExecutionRecorder
  ) throws(HostError) {
    var others = inputs
    let (own, faults) = HostInputs.take(
      from: &others.values,
      secrets: inputs.secrets,
      locations: inputs.location
    )
    if !faults.isEmpty {
      // Together with all that is wrong with the others.
      _ = try driver.schema.completeAll(
        inputs.values,
        action: options.action ?? driver.descriptor.defaultAction,
        nullsUnset: inputs.unsetNulls,
        secrets: inputs.secrets,
        locations: inputs.location
      )
    }
    let defaults = driver.defaults
    var options = options
    options.timeout = options.timeout ?? own.maxRuntime ?? defaults.maxRuntime
    self.driver = driver
    self.inputs = others
    self.recorder = recorder
    self.options = options
    self.core = core
    self.start = start
    let retry = options.retry.map { HostInputs.Retry.policy($0) } ?? own.retry ?? defaults.retry
    if case .policy(let policy) = retry { self.policy = policy } else { policy = nil }
    limits = CallLimiter.Limits(
      rate: options.rateLimit ?? own.rateLimit ?? defaults.rateLimit,
      concurrency: options.maxConcurrency ?? own.maxConcurrency ?? defaults.maxConcurrency
    )
    deadline = options.timeout.map { start.advanced(by: $0) }
  }

  /// Makes attempts until one succeeds, or there is none to be made any more.
  func run() async throws(HostError) -> ConnectionResult {
    var attempt = 1
    while true {
      let connection = try driver.connection(
        inputs,
        options,
        of: core,
        since: start,
        execution: recorder.id,
        attempt: attempt
      )
      if attempt == 1 { recorder.begin(connection, inputs, in: core.executions) }
      do throws(HostError) {
        var result = try connection.result(await runInTurn(connection), since: start)
        result.attempts = attempt
        return result
      } catch {
        var error = error
        error.attempts = attempt
        guard let wait = wait(after: error, attempt, connection) else { throw error }
        driver.runtime.log(
          .info,
          "attempt \(attempt) failed (\(error.message)); the next one follows after \(wait.inWords)",
          execution: recorder.id
        )
        try await sleep(wait, after: error)
        attempt += 1
      }
    }
  }

  private func runInTurn(_ connection: Connection) async -> CallOutcome {
    if limits.isEmpty { return await connection.run() }
    let limiter = core.limiters.limiter(for: key(connection))
    do throws(HostError) {
      try await limiter.enter(limits, deadline: deadline)
    } catch {
      return CallOutcome(unbegun: error)
    }
    defer { limiter.leave() }
    return await connection.run()
  }

  private func key(_ connection: Connection) -> CallLimiter.Key {
    guard options.connector.isEmpty else { return .connector(options.connector) }
    return .identity(driver: driver.descriptor.id, connection.identity ?? SessionKey([:]))
  }

  /// How long to wait for the next attempt; nil where there is none.
  private func wait(
    after error: HostError,
    _ attempt: Int,
    _ connection: Connection
  ) -> Duration? {
    guard let policy, error.isRetryable, error.stage == .call, error.code != .cancelled,
      attempt < policy.attempts ?? .max, connection.canBeRepeated, !Task.isCancelled
    else { return nil }
    var generator = SystemRandomNumberGenerator()
    let wait = policy.wait(
      before: attempt + 1,
      retryAfter: error.retryAfter,
      using: &generator
    )
    // An attempt that could not begin in time is not waited for.
    let next = MonotonicTime.now.advanced(by: wait)
    let end = min(start.advanced(by: policy.deadline), deadline ?? next.advanced(by: .seconds(1)))
    return next < end ? wait : nil
  }

  private func sleep(_ wait: Duration, after error: HostError) async throws(HostError) {
    if core.isClosed { throw error }
    let answer = await core.pauses.answer(
      for: 0,
      deadline: MonotonicTime.now.advanced(by: wait),
      { "the call waited for its next attempt" },
      begin: {}
    )
    if Task.isCancelled { throw stopped(after: error) }
    // Else the time was up, which is what was waited for.
    if case .failure(let reason) = answer, reason.code != .timedOut { throw error }
  }

  private func stopped(after error: HostError) -> HostError {
    HostError(
      .cancelled,
      stage: .call,
      "the call was cancelled while it waited for its next attempt",
      detail: "the attempt before: \(error.message)"
    )
  }
}

extension PreparedDriver {
  /// Whether its descriptor wants more of the host than a deadline.
  var hasPolicies: Bool {
    defaults.retry != nil || defaults.rateLimit != nil || defaults.maxConcurrency != nil
  }
}

extension CallOptions {
  /// Whether they want more of the host than a deadline.
  var hasPolicies: Bool { retry != nil || rateLimit != nil || maxConcurrency != nil }
}
