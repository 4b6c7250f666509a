/// Loads drivers, and runs connections through them.
///
/// ```swift
/// let host = try Host()
/// let result = try await host.connect(type: "REST", ["url": "https://example.org/items"])
/// print(result["status_code"])
/// ```
///
/// A host owns threads, one or more event loops and the instances of its drivers; a program makes one
/// and keeps it. Everything here may be called from any thread. Cancelling the task that waits for a
/// connection asks the driver to stop; a driver that does not obey within its grace costs that one
/// call and nothing else.
public final class Host: Sendable {
  let core: HostCore

  /// A host with the drivers of the search path that the configuration names.
  ///
  /// - Parameter configuration: Limits, the log and the search path.
  /// - Throws: `.unavailable` where the system has no thread or descriptor left for a loop.
  public init(_ configuration: HostConfiguration = HostConfiguration()) throws(HostError) {
    core = try HostCore(configuration)
  }

  deinit {
    // Sessions are closed and threads end also where nobody says so; nobody waits for it.
    let core = core
    Task.detached { await core.close() }
  }

  /// The drivers that were found, and those that were rejected.
  ///
  /// Nothing of theirs has run.
  public var catalog: Catalog { core.catalog }

  /// The loops on which non-blocking drivers live, as preferences for tasks.
  ///
  /// A connection of such a driver that a task makes which prefers one of them wakes no other thread:
  /// `Task(executorPreference: host.loops[0]) { try await host.connect(…) }`. Calls of drivers with
  /// sessions, and others with inputs that belong to a connection's identity, go to the loop that has the
  /// connection, whoever makes them.
  public var loops: [any TaskExecutor] { core.services.loops }

  /// Loads the driver of a type ahead of its first connection, which then need not wait for it.
  ///
  /// - Throws: At the stage `.driver`, why it could not be used.
  public func load(type: String) async throws(HostError) {
    _ = try await core.prepare(type, deadline: nil)
  }

  /// Runs one connection and waits for its end.
  ///
  /// Where the inputs `retry`, `rate_limit` and `max_concurrency`, the options or the driver's descriptor say so, it
  /// waits for its turn, and is made again after an error that its driver marks retryable: unless something that was
  /// put out has gone where it cannot be taken back, such as rows, a stream or a pipe, or something that was read
  /// cannot be read again.
  ///
  /// - Parameters:
  ///   - type: The connector type, such as the `name` that a driver's descriptor gives; `TYPE@id` picks
  ///     one driver of several for a type.
  ///   - inputs: What the driver's schema asks for; its defaults fill in the rest.
  ///   - options: The action, a time limit, what the channels are connected to.
  /// - Returns: What the driver put out.
  /// - Throws: At the stage `.input` what is wrong with the inputs, all faults at once; at `.driver` why
  ///   the driver could not be used; at `.call` how the call failed, with the outputs it had made.
  public func connect(
    type: String,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async throws(HostError) -> ConnectionResult {
    try await core.run(.type(type), inputs, options)
  }

  /// Runs a connector of the workspace and waits for its end.
  ///
  /// Its stored inputs are overridden by the secrets that are attached to it, and these by the inputs that are given
  /// here, key by key at the top. Then all is as with `connect(type:)`.
  ///
  /// - Parameters:
  ///   - connector: The connector's name.
  ///   - inputs: What is to be other than stored; a null takes a stored input away.
  ///   - options: The action, a time limit, what the channels are connected to.
  /// - Returns: What the driver put out.
  /// - Throws: At the stage `.input` that there is no such connector, or what is wrong with it or with the inputs,
  ///   with its line and column; at `.secret` which secrets could not be had, and why; the rest as
  ///   `connect(type:)`.
  public func connect(
    _ connector: String,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async throws(HostError) -> ConnectionResult {
    try await core.run(.connector(connector), inputs, options)
  }

  /// Runs one connection, whatever it goes to, and waits for its end.
  ///
  /// - Parameters:
  ///   - target: A connector, a type or a vault configuration.
  ///   - inputs: As with the other two.
  ///   - options: As with the other two.
  /// - Returns: What the driver put out.
  /// - Throws: As the other two do.
  public func connect(
    to target: ConnectionTarget,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async throws(HostError) -> ConnectionResult {
    try await core.run(target, inputs, options)
  }

  /// Creates an execution that is started, waited for and cancelled apart.
  ///
  /// - Parameters:
  ///   - target: A connector, a type or a vault configuration.
  ///   - inputs: As with `connect`.
  ///   - options: As with `connect`.
  /// - Returns: The execution, whose status is NEW.
  public func execution(
    of target: ConnectionTarget,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) -> Execution {
    let execution = Execution(core, target, inputs, options)
    execution.announce()
    return execution
  }

  /// Where connectors and vault configurations are; nil where the host was made without.
  public var workspace: Workspace? { core.configuration.workspace }

  /// What keeps the executions.
  public var history: any ExecutionHistory { core.configuration.history }

  /// Takes no new connections, asks those in flight to stop, and waits for them.
  ///
  /// Each has its driver's grace. Afterwards the sessions are closed, the drivers' instances are destroyed
  /// and the host's threads end, save those that a driver does not give back. Closing cannot be cancelled.
  ///
  /// - Returns: What would not end.
  @discardableResult
  public func close() async -> CloseReport { await core.close() }

  /// Runs work that may wait on a thread of the host's own.
  ///
  /// - Throws: `.unavailable` where the system has no thread left.
  package func runOnThread(_ work: @escaping @Sendable () -> Void) throws(HostError) {
    try core.services.helpers.submit { _ in work() }
  }

  /// How the host and its drivers fare at this moment.
  public var statistics: HostStatistics { core.statistics }
}
