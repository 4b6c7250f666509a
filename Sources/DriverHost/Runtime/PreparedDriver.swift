import DriverABI

/// A driver that is loaded and whose schema is compiled: all that a call needs.
final class PreparedDriver: Sendable {
  let descriptor: Descriptor
  /// The descriptor's version, as text.
  let version: String
  /// `max_runtime` of the descriptor's `defaults`.
  private let defaultTimeout: Duration?
  let schema: InputSchema
  let runtime: DriverRuntime
  /// Nil for drivers without sessions.
  let sessions: SessionPool?

  /// Compiles the schema, then loads the file: code of the driver runs only if its descriptor holds.
  init(
    _ driver: CatalogDriver,
    _ services: DriverRuntime.Services,
    _ configuration: HostConfiguration
  ) throws(HostError) {
    descriptor = driver.descriptor
    version = "\(descriptor.version)"
    defaultTimeout = descriptor.defaults["max_runtime"]?.doubleValue.map { .seconds($0) }
    schema = try InputSchema(descriptor)
    // Before the runtime, which is never freed: what fails here fails again at the next call.
    let mapped = try MappedDriver(driver)
    runtime = DriverRuntime(
      DriverRuntime.Traits(
        name: descriptor.name,
        id: descriptor.id,
        isBlocking: descriptor.execution == .blocking,
        isSerial: descriptor.concurrency == .driverSerial,
        grace: min(descriptor.grace, configuration.graceLimit)
      ),
      services: services
    )
    let loaded = try unsafe mapped.load(host: runtime.hostTable)
    runtime.adopt(loaded.functions)
    sessions = descriptor.session.map { [runtime, descriptor] session in
      SessionPool(
        runtime,
        SessionPool.Traits(
          canReset: session.reset,
          canCheck: session.check,
          isConcurrent: descriptor.concurrency == .sessionConcurrent
        ),
        configuration.sessions
      )
    }
  }

  /// A connection that has not begun: its inputs are complete and its channels connected.
  func connection(
    _ inputs: ValueMap,
    _ options: CallOptions,
    of host: HostCore,
    since start: MonotonicTime
  ) throws(HostError) -> Connection {
    let action = try descriptor.existingAction(options.action)
    let complete = try schema.complete(
      inputs,
      action: action.name,
      locations: options.locations
    )
    let timeout = options.timeout ?? defaultTimeout
    var request = CallRequest(
      action: action.name,
      inputs: complete.values,
      secrets: complete.secrets,
      deadline: timeout.map { start.advanced(by: $0) },
      timeout: timeout,
      execution: UUID.makeV7(),
      connector: options.connector,
      traceparent: options.traceparent,
      channelCount: action.channels.count,
      onProgress: options.onProgress
    )
    // Calls of a session go where it was opened; without sessions those with equal inputs of that kind
    // meet here, for what the driver keeps between calls, such as connections.
    if descriptor.session == nil, runtime.driverLoops.count > 1 {
      request.affinity = SessionKey(complete.sessionInputs.values).affinity
    }
    var collected: [String: CollectingSink] = [:]
    if !action.channels.isEmpty || !options.outputs.isEmpty || !options.sources.isEmpty {
      let channels = try ChannelPlan(action, complete, options, services: runtime.services)
        .connect(isBlocking: runtime.traits.isBlocking)
      request.channels = channels.channels
      collected = channels.collected
    }
    return Connection(
      host: host,
      driver: self,
      action: action,
      request: request,
      collected: collected,
      onRows: options.onRows,
      sessionInputs: descriptor.session == nil ? nil : complete.sessionInputs
    )
  }
}
