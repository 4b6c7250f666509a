/// All that a host consists of; it lives until the last of its calls has ended.
final class HostCore: Sendable {
  let catalog: Catalog
  let configuration: HostConfiguration
  let services: DriverRuntime.Services
  /// What calls share that wait for their turn.
  let limiters: CallLimiters
  private let forkDepth: Int
  private let state = Lock(State())

  /// In this order: the first case holds its address as it is, so that tools which look for lost memory find it.
  private enum Preparation {
    case done(PreparedDriver)
    /// A thread is at it; these wait for it.
    case underWay([Waiter])
  }

  private typealias Answer = Result<PreparedDriver, HostError>

  private struct Waiter {
    let id: UInt64
    let answer: @Sendable (Answer) -> Void
  }

  private struct State {
    var drivers: [String: Preparation] = [:]
    var lastWaiter: UInt64 = 0
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
      if case .done(let driver) = state.drivers[type] { return driver }
      return nil
    }
    if let present { return present }
    return try await waitForDriver(type, deadline).get()
  }

  private static var closed: HostError {
    HostError(.unavailable, stage: .call, "the host was closed")
  }

  // Not inlined: every task that makes a call would keep room for what only the first one needs.
  @inline(never)
  private func waitForDriver(_ type: String, _ deadline: MonotonicTime?) async -> Answer {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let timer = deadline.map { deadline in
      services.deadlines.insert(
        .action { [self] in
          stopWaiting(
            id,
            for: type,
            HostError(.timedOut, stage: .call, "the time ran out while \(type) was being loaded")
          )
        },
        at: deadline
      )
    }
    defer { if let timer { services.deadlines.remove(timer) } }
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(Waiter(id: id) { continuation.resume(returning: $0) }, for: type)
      }
    } onCancel: {
      stopWaiting(
        id,
        for: type,
        HostError(.cancelled, stage: .call, "the call was cancelled while \(type) was being loaded")
      )
    }
    // The thread sanitizer does not see that a continuation was resumed before it was waited for; the lock under
    // which the driver was handed over it sees.
    state.withLock { _ in }
    return answer
  }

  private func enqueue(_ waiter: Waiter, for type: String) {
    let isCancelled = Task.isCancelled
    let (answer, isFirst): (Answer?, Bool) = state.withLock { state in
      if state.isClosed { return (.failure(HostCore.closed), false) }
      if isCancelled {
        return (.failure(HostError(.cancelled, stage: .call, "the call was cancelled")), false)
      }
      switch state.drivers[type] {
      case .done(let driver): return (.success(driver), false)
      case .underWay(let waiters):
        state.drivers[type] = .underWay(waiters + [waiter])
        return (nil, false)
      case nil:
        state.drivers[type] = .underWay([waiter])
        return (nil, true)
      }
    }
    if let answer { waiter.answer(answer) }
    guard isFirst else { return }
    do {
      try services.helpers.submit { [self] _ in load(type) }
    } catch {
      finish(type, .failure(error))
    }
  }

  private func stopWaiting(_ id: UInt64, for type: String, _ error: HostError) {
    let waiter = state.withLock { state -> Waiter? in
      guard case .underWay(var waiters) = state.drivers[type],
        let place = waiters.firstIndex(where: { $0.id == id })
      else { return nil }
      defer { state.drivers[type] = .underWay(waiters) }
      return waiters.remove(at: place)
    }
    waiter?.answer(.failure(error))
  }

  private func load(_ type: String) {
    finish(
      type,
      Result { () throws(HostError) in
        try PreparedDriver(try catalog.driver(for: type), services, configuration)
      }
    )
  }

  private func finish(_ type: String, _ answer: Answer) {
    let (waiters, answer): ([Waiter], Answer) = state.withLock { state in
      guard case .underWay(let waiters) = state.drivers[type] else { return ([], answer) }
      switch answer {
      case .success where state.isClosed:
        state.drivers[type] = nil
        return (waiters, .failure(HostCore.closed))
      case .success(let driver): state.drivers[type] = .done(driver)
      // The next one tries again: what was missing may be there then.
      case .failure: state.drivers[type] = nil
      }
      return (waiters, answer)
    }
    for waiter in waiters { waiter.answer(answer) }
  }

  private func prepared(_ state: State) -> [PreparedDriver] {
    state.drivers.values.compactMap { preparation in
      if case .done(let driver) = preparation { driver } else { nil }
    }
  }

  // MARK: - The end

  /// Hosts that are closing: a task that sleeps is found by no tool that looks for lost memory.
  private static let closing = Lock<[ObjectIdentifier: HostCore]>([:])

  /// See `Host.close`; once, whoever calls.
  func close() async -> CloseReport {
    let task = state.withLock { state in
      if let task = state.closing { return task }
      state.isClosed = true
      // A task of its own, so that nobody's cancellation leaves the host half closed.
      let task = Task.detached { [self, drivers = prepared(state)] in
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
    for driver in drivers {
      driver.runtime.beginClosing()
      driver.sessions?.beginClosing()
    }
    CallTable.shared.forEachCall { id, slot in
      if slot.belongs(id, to: services) { slot.askToStop(id, .cancelled) }
    }
    // Each call ends or is given up after its grace, so each of these waits ends too.
    for driver in drivers { await driver.runtime.untilIdle() }
    for driver in drivers { await driver.sessions?.close() }
    var report = CloseReport()
    for driver in drivers {
      await driver.runtime.close()
      let left = driver.runtime.statistics.abandoned
      if !left.isEmpty { report.abandoned[driver.descriptor.name] = left }
    }
    await endThreads()
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
    for driver in state.withLock({ prepared($0) }) {
      var entry = driver.runtime.statistics.statistics
      entry.sessions = driver.sessions?.counts
      statistics.drivers[driver.descriptor.name] = entry
    }
    return statistics
  }
}
