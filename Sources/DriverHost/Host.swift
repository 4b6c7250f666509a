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
  /// The drivers that were found, and those that were rejected.
  ///
  /// Nothing of theirs has run.
  public let catalog: Catalog

  let configuration: HostConfiguration
  let services: DriverRuntime.Services
  private let forkDepth: Int
  private let state = Lock(State())
  private let loading = Monitor()

  private struct State {
    var prepared: [String: PreparedDriver] = [:]
    var isClosed = false
  }

  /// A host with the drivers of the search path that the configuration names.
  ///
  /// - Parameter configuration: Limits, the log and the search path.
  /// - Throws: `.unavailable` where the system has no thread or descriptor left for a loop.
  public init(_ configuration: HostConfiguration = HostConfiguration()) throws(HostError) {
    self.configuration = configuration
    catalog = Catalog(searchPath: configuration.searchPath)
    var loops: [EventLoop] = []
    for index in 0..<max(1, configuration.loops) {
      loops.append(try EventLoop(name: "dh-loop-\(index)"))
    }
    services = DriverRuntime.Services(
      threads: ThreadPool(name: "dh-blocking", limit: max(1, configuration.threads)),
      helpers: ThreadPool(name: "dh-helper", limit: 4096),
      deadlines: DeadlineQueue(),
      loops: loops,
      resolver: NameResolver(),
      log: Log(level: configuration.logLevel, write: configuration.log),
      outputLimit: configuration.outputLimit
    )
    forkDepth = Fork.depth.current
  }

  deinit {
    endThreads()
  }

  /// The loop on which non-blocking drivers live, as a preference for tasks.
  ///
  /// A connection of such a driver that a task makes which prefers this executor wakes no other thread:
  /// `Task(executorPreference: host.loop) { try await host.connect(…) }`.
  public var loop: any TaskExecutor { services.loops[0] }

  /// Runs one connection and waits for its end.
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
    let driver = try await prepare(type)
    let connection = try driver.connection(inputs, options, of: self)
    return try await connection.run()
  }

  /// The driver of a type, loaded and ready; loading happens once, on a thread of the host's.
  func prepare(_ type: String) async throws(HostError) -> PreparedDriver {
    guard Fork.depth.current == forkDepth else { throw Fork.error }
    let present: PreparedDriver? = try state.withLock { state throws(HostError) in
      if state.isClosed {
        throw HostError(.unavailable, stage: .call, "the host was closed")
      }
      return state.prepared[type]
    }
    if let present { return present }
    let result = await withCheckedContinuation { continuation in
      do throws(HostError) {
        try services.threads.submit { [self] _ in
          continuation.resume(
            returning: Result { () throws(HostError) in try load(type) }
          )
        }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  private func load(_ type: String) throws(HostError) -> PreparedDriver {
    loading.lock()
    defer { loading.unlock() }
    if let present = state.withLock({ $0.prepared[type] }) { return present }
    let prepared = try PreparedDriver(try catalog.driver(for: type), services, configuration)
    state.withLock { $0.prepared[type] = prepared }
    return prepared
  }

  /// Takes no new connections, asks those in flight to stop, and waits for them.
  ///
  /// Each has its driver's grace. Afterwards the drivers' instances are destroyed and the host's threads
  /// end, save those that a driver does not give back.
  ///
  /// - Returns: What would not end.
  @discardableResult
  public func close() async -> CloseReport {
    let drivers = state.withLock { state in
      state.isClosed = true
      return Array(state.prepared.values)
    }
    CallTable.shared.forEachCall { id, slot in
      if slot.belongs(id, to: services) { slot.askToStop(id, .cancelled) }
    }
    while drivers.contains(where: { $0.runtime.counts.inFlight > 0 }) {
      // Each call ends or is given up after its grace, so this ends too.
      try? await Task.sleep(for: .milliseconds(1))
      if Task.isCancelled { break }
    }
    var report = CloseReport()
    for driver in drivers {
      await driver.sessions?.close()
      driver.runtime.close()
      let left = driver.runtime.counts.abandoned
      if left > 0 { report.abandoned[driver.descriptor.name] = left }
    }
    endThreads()
    return report
  }

  private func endThreads() {
    for loop in services.loops { loop.close() }
    services.threads.close()
    services.helpers.close()
    services.resolver.close()
    services.deadlines.close()
  }

  /// How the host and its drivers fare at this moment.
  public var statistics: HostStatistics {
    let drivers = state.withLock { Array($0.prepared.values) }
    var statistics = HostStatistics()
    let threads = services.threads.counts
    statistics.threads = threads.busy + threads.idle + threads.wedged
    statistics.wedgedThreads = threads.wedged
    statistics.waitingCalls = threads.queued
    for driver in drivers {
      let counts = driver.runtime.counts
      statistics.drivers[driver.descriptor.name] = DriverStatistics(
        callsInFlight: counts.inFlight,
        abandonedCalls: counts.abandoned,
        misuses: counts.misuses,
        slowCallbacks: counts.slowCallbacks
      )
    }
    return statistics
  }
}
