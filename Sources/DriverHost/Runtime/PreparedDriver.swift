import DriverABI

/// An action of a driver that is loaded.
///
/// A class, so that a call takes one reference to it and not one to each of its parts.
final class PreparedAction: Sendable {
  let action: Descriptor.Action
  /// Whether it puts out rows.
  let hasRows: Bool

  init(_ action: Descriptor.Action) {
    self.action = action
    hasRows = action.outputKinds.contains(.rows)
  }
}

/// A driver that is loaded and whose schema is compiled: all that a call needs.
final class PreparedDriver: Sendable {
  let descriptor: Descriptor
  /// The descriptor's version, as text.
  let version: String
  /// What the descriptor's `defaults` say of the host's own inputs.
  let defaults: HostInputs
  let schema: InputSchema
  private let actions: [PreparedAction]
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
    defaults = HostInputs(defaults: descriptor.defaults)
    schema = try InputSchema(descriptor)
    actions = descriptor.actions.map(PreparedAction.init)
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
  ///
  /// - Parameters:
  ///   - inputs: The inputs, without the host's own.
  ///   - options: Those of the call.
  ///   - host: The host.
  ///   - start: When the call began.
  ///   - execution: The execution's id.
  ///   - attempt: Which of several attempts it is, from 1; nil where there is only one.
  /// - Throws: What is wrong with the inputs.
  /// - Returns: The connection.
  // Not inlined: tasks would keep room for it.
  @inline(never)
  func connection(
    _ inputs: CallInputs,
    _ options: CallOptions,
    of host: HostCore,
    since start: MonotonicTime,
    execution: String,
    attempt: Int? = nil
  ) throws(HostError) -> Connection {
    let prepared = try action(options.action)
    let action = prepared.action
    let complete = try schema.complete(
      inputs.values,
      action: action.name,
      nullsUnset: inputs.unsetNulls,
      secrets: inputs.secrets,
      locations: inputs.location
    )
    if let own = options.ownInputs {
      try FanOut.check(complete, own: own, options, type: descriptor.name, inputs.location)
    }
    let timeout = options.timeout ?? defaults.maxRuntime
    var request = CallRequest(
      action: action.name,
      inputs: complete.values,
      secrets: complete.secrets,
      countFromVaultOnly: complete.countFromVaultOnly,
      deadline: timeout.map { start.advanced(by: $0) },
      timeout: timeout,
      execution: execution,
      connector: options.connector,
      context: CallContext(traceparent: options.traceparent, tracestate: options.tracestate),
      attempt: UInt32(clamping: attempt ?? 1),
      channelCount: action.channels.count,
      onProgress: options.onProgress
    )
    if !complete.secrets.isEmpty || !inputs.secretParts.isEmpty {
      request.redactor = Redactor(
        complete.values,
        secrets: complete.secrets,
        parts: inputs.secretParts
      )
    }
    // Calls of a session go where it was opened; those without one meet there if their inputs of that kind are
    // equal, for what the driver keeps between calls, such as connections.
    let takesSession = descriptor.session != nil && action.takesSession
    if !takesSession, runtime.driverLoops.count > 1 {
      request.affinity = SessionKey(complete.sessionInputs.values).affinity
    }
    var collected: [String: CollectingSink] = [:]
    let isConnected = !options.outputs.isEmpty || !options.sources.isEmpty
    if isConnected || !complete.sinks.isEmpty || !complete.sources.isEmpty {
      let channels = try ChannelPlan(action, complete, options, services: runtime.services)
        .connect(isBlocking: runtime.traits.isBlocking)
      request.channels = channels.channels
      collected = channels.collected
    }
    return Connection(
      host: host,
      driver: self,
      putsOutRows: prepared.hasRows,
      request: request,
      collected: collected,
      onRows: options.onRows,
      sessionInputs: takesSession ? complete.sessionInputs : nil,
      identity: attempt == nil ? nil : SessionKey(complete.sessionInputs.values)
    )
  }

  /// An action that can be called, by its name; without one, the default action.
  private func action(_ name: String?) throws(HostError) -> PreparedAction {
    let name = name ?? descriptor.defaultAction
    for action in actions where action.action.name == name {
      try descriptor.checkUse(of: action.action)
      return action
    }
    // Throws: the descriptor has no other actions than those.
    return PreparedAction(try descriptor.existingAction(name))
  }
}
