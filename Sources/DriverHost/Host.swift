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
    let start = MonotonicTime.now
    do throws(HostError) {
      let driver = try await core.prepare(type, deadline: options.timeout.map(start.advanced(by:)))
      if driver.hasPolicies || options.hasPolicies || HostInputs.areIn(inputs) {
        return try await GovernedCall(driver, inputs, options, of: core, since: start).run()
      }
      let connection = try driver.connection(inputs, options, of: core, since: start)
      return try connection.result(await connection.run(), since: start)
    } catch {
      Host.end(options, error)
      throw error
    }
  }

  /// Ends the streams of a call: whoever reads one must not wait for a call that has not begun.
  // Not inlined: tasks would keep room for it.
  @inline(never)
  private static func end(_ options: CallOptions, _ error: HostError) {
    for destination in options.outputs.values { destination.end(with: error) }
  }

  /// Takes no new connections, asks those in flight to stop, and waits for them.
  ///
  /// Each has its driver's grace. Afterwards the sessions are closed, the drivers' instances are destroyed
  /// and the host's threads end, save those that a driver does not give back. Closing cannot be cancelled.
  ///
  /// - Returns: What would not end.
  @discardableResult
  public func close() async -> CloseReport { await core.close() }

  /// How the host and its drivers fare at this moment.
  public var statistics: HostStatistics { core.statistics }
}
