/// A connection that is created now and may be started, waited for and cancelled apart.
///
/// It is NEW until it is started, once, by `start` or by the first that waits for it. Letting go of it does not stop
/// it. From any thread.
public final class Execution: Sendable {
  /// A UUID of version 7.
  public var id: String { recorder.id }
  private let recorder: ExecutionRecorder
  private let core: HostCore
  private let target: ConnectionTarget
  private let inputs: ValueMap
  private let options: CallOptions
  private let state = Lock(State())
  private let waiting: SingleFlight<Int, ConnectionResult>

  /// How it ended.
  public typealias Outcome = Result<ConnectionResult, HostError>

  private struct State {
    var isStarted = false
    var isCancelled = false
    var task: Task<Void, Never>?
    var outcome: Outcome?
    var listeners: [@Sendable (Outcome) -> Void] = []
  }

  init(
    _ core: HostCore,
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    _ options: CallOptions
  ) {
    recorder = ExecutionRecorder(UUID.makeV7(), target, options, since: .now)
    self.core = core
    self.target = target
    self.inputs = inputs
    self.options = options
    waiting = SingleFlight(core.services.deadlines)
  }

  deinit {
    // What runs holds its execution, so nobody will ever start this one.
    guard state.withLock({ !$0.isStarted }) else { return }
    Task.detached { [core, options, recorder] in
      let error = HostError(
        .cancelled,
        stage: .call,
        "the execution was let go of before it was started"
      )
      _ = await core.ended(error, options, recorder)
    }
  }

  /// Lets the history see an execution that is not started at once.
  func announce() { recorder.announce(in: core.executions) }

  /// Where it is on its way.
  public var status: ExecutionStatus {
    state.withLock { state in
      switch state.outcome {
      case nil: state.isStarted ? .running : .new
      case .success: .succeeded
      case .failure(let error): error.code == .cancelled ? .cancelled : .failed
      }
    }
  }

  /// How it ended; nil before that.
  public var outcome: Outcome? { state.withLock { $0.outcome } }

  /// Starts it if nobody has; returns at once.
  public func start() { start(on: nil) }

  /// Starts it if nobody has, in a task with a preference: an executor whose thread waits for the execution saves
  /// the waking of others.
  package func start(on executor: (any TaskExecutor)?) {
    begin(on: executor) { [self] () async throws(HostError) in
      try await core.run(target, inputs, options, recorder)
    }
  }

  /// Asks it to stop, on the remote side too; one that has not been started ends as cancelled.
  public func cancel() {
    let task = state.withLock { state in
      state.isCancelled = true
      return state.task
    }
    task?.cancel()
    begin(on: nil) { [self] () async throws(HostError) in
      let error = HostError(
        .cancelled,
        stage: .call,
        "the execution was cancelled before it was started"
      )
      throw await core.ended(error, options, recorder)
    }
  }

  /// Runs the execution, or what stands for it, unless it has been started.
  private func begin(
    on executor: (any TaskExecutor)?,
    _ run: @escaping @Sendable () async throws(HostError) -> ConnectionResult
  ) {
    // The task may be at its end before it is known here, and may be cancelled before that.
    let isCancelled = state.withLock { state -> Bool in
      guard !state.isStarted else { return false }
      state.isStarted = true
      state.task = Task(executorPreference: executor) { [self] in
        do throws(HostError) {
          end(.success(try await run()))
        } catch {
          end(.failure(error))
        }
      }
      return state.isCancelled
    }
    if isCancelled { state.withLock { $0.task }?.cancel() }
  }

  /// Hears of its end, on any thread; at once if it has ended.
  ///
  /// - Parameter listener: Called once; it returns at once.
  public func onEnd(_ listener: @escaping @Sendable (Outcome) -> Void) {
    let outcome = state.withLock { state -> Outcome? in
      if state.outcome == nil { state.listeners.append(listener) }
      return state.outcome
    }
    if let outcome { listener(outcome) }
  }

  /// Starts it if nobody has, and waits for its end.
  ///
  /// - Parameter timeout: For how long to wait; nil: until it ends. The execution goes on when the time is up, and
  ///   when the task that waits is cancelled.
  /// - Returns: What the driver put out.
  /// - Throws: How it failed; `.timedOut` when the time to wait was up, `.cancelled` when the task was cancelled, both
  ///   without an `execution`.
  public func result(timeout: Duration? = nil) async throws(HostError) -> ConnectionResult {
    if let outcome { return try outcome.get() }
    start()
    return try await waiting.answer(
      for: 0,
      deadline: timeout.map(MonotonicTime.now.advanced(by:)),
      { [recorder] in "the execution \(recorder.id) went on" },
      begin: { [self] in if let outcome { waiting.finish(0, outcome) } }
    ).get()
  }

  private func end(_ outcome: Outcome) {
    let listeners = state.withLock { state -> [@Sendable (Outcome) -> Void] in
      state.outcome = outcome
      state.task = nil
      defer { state.listeners = [] }
      return state.listeners
    }
    waiting.finish(0, outcome)
    for listener in listeners { listener(outcome) }
  }
}
