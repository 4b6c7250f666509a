import Synchronization

/// All that a host consists of; it lives until the last of its calls has ended.
final class HostCore: Sendable {
  let catalog: Catalog
  let configuration: HostConfiguration
  let services: DriverRuntime.Services
  /// What calls share that wait for their turn.
  let limiters: CallLimiters
  let secrets: SecretResolver
  let executions: ExecutionStore
  /// How many calls there are, also those that no driver has.
  let running = Atomic(0)
  /// Calls that wait for their next attempt, until the host is closed.
  let pauses: SingleFlight<Int, Void>
  private let forkDepth: Int
  private let state = Lock(State())

  private let loading: SingleFlight<String, PreparedDriver>

  private struct State {
    var drivers: [String: PreparedDriver] = [:]
    var isClosed = false
    var closing: Task<CloseReport, Never>?
  }

  init(_ configuration: HostConfiguration) throws(HostError) {
    self.configuration = configuration
    catalog = Catalog(searchPath: configuration.searchPath)
    services = DriverRuntime.Services(
      threads: ThreadPool(name: "dh-blocking", limit: max(1, configuration.threads)),
      helpers: ThreadPool(name: "dh-helper", limit: 4096),
      deadlines: DeadlineQueue(),
      loops: try HostCore.loops(max(1, configuration.loops)),
      resolver: NameResolver(),
      log: Log(level: configuration.logLevel, write: configuration.log),
      outputLimit: configuration.outputLimit,
      probing: configuration.probing.map(DriverRuntime.Probing.init)
    )
    limiters = CallLimiters(services.deadlines)
    loading = SingleFlight(services.deadlines)
    pauses = SingleFlight(services.deadlines)
    secrets = SecretResolver(configuration, services.deadlines)
    executions = ExecutionStore(configuration.history)
    forkDepth = Fork.depth.current
  }

  private static func loops(_ count: Int) throws(HostError) -> [EventLoop] {
    var loops: [EventLoop] = []
    for index in 0..<count {
      do {
        loops.append(try EventLoop(name: "dh-loop-\(index)"))
      } catch {
        for loop in loops { loop.close() }
        throw error
      }
    }
    return loops
  }

  // MARK: - Drivers

  /// The driver of a type, loaded and ready; loading happens once, on a thread of the host's.
  func prepare(
    _ type: String,
    deadline: MonotonicTime?
  ) async throws(HostError) -> PreparedDriver {
    guard Fork.depth.current == forkDepth else { throw Fork.error }
    let present: PreparedDriver? = try state.withLock { state throws(HostError) in
      if state.isClosed { throw HostCore.closed }
      return state.drivers[type]
    }
    if let present { return present }
    return try await loading.answer(
      for: type,
      deadline: deadline,
      { "\(type) was being loaded" },
      begin: { [self] in
        do throws(HostError) {
          try services.helpers.submit { [self] _ in loading.finish(type, load(type)) }
        } catch {
          loading.finish(type, .failure(error))
        }
      }
    ).get()
  }

  static var closed: HostError {
    HostError(.unavailable, stage: .call, "the host was closed")
  }

  /// Loads a driver, unless another thread has done so just before.
  ///
  /// One that fails is tried again by the next call: what was missing may be there then.
  private func load(_ type: String) -> Result<PreparedDriver, HostError> {
    Result { () throws(HostError) in
      if let present = state.withLock({ $0.drivers[type] }) { return present }
      let driver = try PreparedDriver(try catalog.driver(for: type), services, configuration)
      try state.withLock { state throws(HostError) in
        if state.isClosed { throw HostCore.closed }
        state.drivers[type] = driver
      }
      return driver
    }
  }

  /// Whether the host takes no calls any more.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  // MARK: - The end

  /// Hosts that are closing: a task that sleeps is found by no tool that looks for lost memory.
  private static let closing = Lock<[ObjectIdentifier: HostCore]>([:])

  /// See `Host.close`; once, whoever calls.
  func close() async -> CloseReport {
    let task = state.withLock { state in
      if let task = state.closing { return task }
      state.isClosed = true
      // A task of its own, so that nobody's cancellation leaves the host half closed.
      let task = Task.detached { [self, drivers = Array(state.drivers.values)] in
        HostCore.closing.withLock { $0[ObjectIdentifier(self)] = self }
        defer { HostCore.closing.withLock { $0[ObjectIdentifier(self)] = nil } }
        return await shutDown(drivers)
      }
      state.closing = task
      return task
    }
    return await task.value
  }

  private func shutDown(_ drivers: [PreparedDriver]) async -> CloseReport {
    // No driver has these.
    limiters.close()
    pauses.finish(0, .failure(HostCore.closed))
    for driver in drivers {
      driver.runtime.beginClosing()
      driver.sessions?.beginClosing()
    }
    CallTable.shared.forEachCall { id, slot in
      if slot.stops(id, with: services) { slot.askToStop(id, .cancelled) }
    }
    // Each call ends or is given up after its grace, so each of these waits ends too.
    for driver in drivers { await driver.runtime.untilIdle() }
    for driver in drivers { await driver.sessions?.close() }
    var report = CloseReport()
    var stuck: Set<ObjectIdentifier> = []
    for driver in drivers {
      let hasEnded = await driver.runtime.close(within: configuration.graceLimit, stuck: &stuck)
      if !hasEnded { report.stuck.append(driver.descriptor.name) }
      let left = driver.runtime.statistics.abandoned
      if !left.isEmpty { report.abandoned[driver.descriptor.name] = left }
    }
    report.stuck.sort()
    // Their ends are still to be recorded.
    let end = MonotonicTime.now.advanced(by: configuration.graceLimit)
    while running.load(ordering: .acquiring) > 0, MonotonicTime.now < end {
      try? await Task.sleep(for: .milliseconds(1))
    }
    await endThreads()
    await configuration.history.close()
    return report
  }

  /// Ends the threads, and waits for those that are no driver's: code of theirs must not run while the
  /// process tears its libraries down.
  private func endThreads() async {
    for loop in services.loops { loop.close() }
    services.threads.close()
    services.helpers.close()
    services.resolver.close()
    let end = MonotonicTime.now.advanced(by: configuration.graceLimit)
    // Looked at and not told: a thread that could tell has still to leave, and what libraries do at the end
    // of a thread runs after that.
    while !areThreadsGone, MonotonicTime.now < end {
      try? await Task.sleep(for: .milliseconds(1))
    }
    services.deadlines.close()
  }

  private var areThreadsGone: Bool {
    let left = services.threads.counts.alive + services.helpers.counts.alive
    return left == 0 && services.loops.allSatisfy(\.isEnded)
  }

  // MARK: - Statistics

  var statistics: HostStatistics {
    var statistics = HostStatistics()
    let threads = services.threads.counts
    let helpers = services.helpers.counts
    statistics.threads = threads.alive + threads.wedged
    statistics.wedgedThreads = threads.wedged + helpers.wedged
    statistics.helperThreads = helpers.alive + helpers.wedged
    statistics.waitingCalls = threads.queued
    for driver in state.withLock({ Array($0.drivers.values) }) {
      var entry = driver.runtime.statistics.statistics
      entry.sessions = driver.sessions?.counts
      statistics.drivers[driver.descriptor.name] = entry
    }
    return statistics
  }
}
