import DriverABI

/// A loaded driver as one host runs it: its instances, its calls, and what it got wrong.
///
/// The tables that the driver was given point here, and a driver may keep them until the process ends.
/// So a runtime is never freed: see `Immortals`.
@safe
final class DriverRuntime: @unchecked Sendable {
  // `@unchecked` because of the pointers and C functions, which never change; the rest is guarded.

  /// What a driver gives, checked at load.
  @safe
  struct Functions: @unchecked Sendable {
    // `@unchecked` because they are the addresses of functions that any thread may call.
    let create:
      @convention(c) (
        UnsafePointer<dh_host_v1>, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        dh_report_v1
      ) -> Int32
    let destroy: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let start: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dh_request_v1>) -> Void
  }

  /// What the descriptor says that matters here.
  struct Traits: Sendable {
    /// The connector type.
    var name: String
    var id: String
    var isBlocking: Bool
    /// Whether the driver can serve one call at a time only.
    var isSerial: Bool
    var grace: Duration
  }

  /// What the host lends to all of its drivers.
  struct Services: Sendable {
    /// For blocking drivers.
    var threads: ThreadPool
    /// For what must go on while those are all busy: stop functions, sinks and sources, rows.
    var helpers: ThreadPool
    var deadlines: DeadlineQueue
    var loops: [EventLoop]
    var resolver: NameResolver
    var log: Log
    var outputLimit: Int
  }

  /// How a driver fares.
  struct Counts: Sendable {
    var inFlight = 0
    var abandoned = 0
    var misuses = 0
    var slowCallbacks = 0
  }

  private struct State {
    var counts = Counts()
    var nextLoop = 0
    var isClosed = false
  }

  /// So many calls may be given up before new ones are refused.
  private static let abandonedLimit = 8

  let traits: Traits
  let services: Services
  private let gate: SerialGate?
  private(set) var functions: Functions?
  private var tables: DriverTables?
  private(set) var driverLoops: [DriverLoop] = []
  private let blocking = BlockingInstance()
  private let state = Lock(State())
  /// What masks the secrets of open sessions, by the pool's name for them.
  private let sessionSecrets = Lock<[ObjectIdentifier: Redactor]>([:])

  /// A runtime whose driver is not loaded yet: `load` does that.
  init(_ traits: Traits, services: Services) {
    self.traits = traits
    self.services = services
    gate = traits.isSerial ? SerialGate.forDriver(id: traits.id) : nil
    Immortals.keep(self)
    tables = DriverTables(for: self)
    driverLoops = traits.isBlocking ? [] : services.loops.map { DriverLoop($0, driver: self) }
  }

  /// Sets the functions that the driver's entry answered.
  ///
  /// Before the first call.
  func adopt(_ functions: Functions) {
    self.functions = functions
  }

  var threads: ThreadPool { services.threads }
  var deadlines: DeadlineQueue { services.deadlines }
  var grace: Duration { traits.grace }
  var outputLimit: Int { services.outputLimit }
  var counts: Counts { state.withLock { $0.counts } }

  /// The table for `dh_request_v1.call`.
  var calls: UnsafePointer<dh_calls_v1> {
    // Set in init, never changed: nil only inside init.
    guard let tables else { preconditionFailure("a runtime makes its tables before anything else") }
    return unsafe tables.calls
  }

  /// The table for the entry and `create`.
  var hostTable: UnsafePointer<dh_host_v1> {
    guard let tables else { preconditionFailure("a runtime makes its tables before anything else") }
    return unsafe tables.host
  }

  // MARK: - Calls

  /// Begins a call.
  ///
  /// `completion` runs exactly once, on any thread, and returns at once.
  ///
  /// - Returns: The call's id, for `askToStop`.
  func call(
    _ request: CallRequest,
    completion: @escaping @Sendable (sending CallOutcome) -> Void
  ) throws(HostError) -> UInt64 {
    let isRefused = state.withLock { state in
      if state.isClosed || state.counts.abandoned >= DriverRuntime.abandonedLimit { return true }
      state.counts.inFlight += 1
      return false
    }
    if isRefused { throw refusal() }
    let slot: CallSlot
    do {
      slot = try CallTable.shared.take()
    } catch {
      state.withLock { $0.counts.inFlight -= 1 }
      throw error
    }
    let id = slot.begin(request, driver: self, completion: completion)
    guard let gate else {
      launch(id, slot, request.affinity)
      return id
    }
    gate.enter { [self] in
      if slot.takeGate(id) { launch(id, slot, request.affinity) } else { gate.leave() }
    }
    return id
  }

  private func refusal() -> HostError {
    if state.withLock({ $0.isClosed }) {
      return HostError(.unavailable, stage: .call, "the host was closed")
    }
    return HostError(
      .unavailable,
      stage: .driver,
      "the driver \(traits.name) has \(DriverRuntime.abandonedLimit) calls that ignored their stop and are still inside it; it takes no new ones until one of them ends. Restart the process, and report this to the driver's vendor"
    )
  }

  private func launch(_ id: UInt64, _ slot: CallSlot, _ affinity: Int?) {
    if traits.isBlocking {
      do {
        try threads.submit { [self] worker in runBlocking(id, slot, worker) }
      } catch {
        slot.fail(id, error)
      }
      return
    }
    let driverLoop = affinity.map { driverLoops[$0 % driverLoops.count] } ?? loopForCall()
    if driverLoop.loop.isCurrent {
      start(id, slot, driverLoop)
    } else {
      driverLoop.loop.post { [self] in start(id, slot, driverLoop) }
    }
  }

  private func runBlocking(_ id: UInt64, _ slot: CallSlot, _ worker: ThreadPool.Worker) {
    do {
      let instance = try blocking.get(of: self)
      guard let functions, var request = unsafe slot.start(id, on: worker, loop: nil) else {
        return
      }
      unsafe functions.start(instance.address, &request)
      slot.startReturned(id)
    } catch {
      slot.fail(id, error)
    }
  }

  private func start(_ id: UInt64, _ slot: CallSlot, _ driverLoop: DriverLoop) {
    do {
      let instance = try driverLoop.getInstance()
      guard let functions, var request = unsafe slot.start(id, on: nil, loop: driverLoop) else {
        return
      }
      driverLoop.measured("start") { unsafe functions.start(instance.address, &request) }
    } catch {
      slot.fail(id, error)
    }
  }

  /// The caller's own loop, else the next in turn.
  private func loopForCall() -> DriverLoop {
    if driverLoops.count == 1 { return driverLoops[0] }
    if let here = driverLoops.first(where: { $0.loop.isCurrent }) { return here }
    let turn = state.withLock { state in
      state.nextLoop += 1
      return state.nextLoop
    }
    return driverLoops[turn % driverLoops.count]
  }

  /// Runs a stop function: on the loop of a non-blocking driver, on a thread of its own otherwise.
  func runStopFunction(on loop: DriverLoop?, _ body: @escaping @Sendable () -> Void) {
    if let loop {
      loop.loop.post { loop.measured("a stop function", body) }
      return
    }
    do {
      try services.helpers.submit { _ in body() }
    } catch {
      log(.error, "a stop function could not be run: \(error.message)", execution: nil)
    }
  }

  // MARK: - What becomes of calls

  /// A call has ended as it should.
  func callEnded(holdsGate: Bool) {
    state.withLock { $0.counts.inFlight -= 1 }
    if holdsGate { gate?.leave() }
  }

  /// A call was given up.
  func gaveUp(execution: String, holdsThread: Bool) {
    state.withLock { state in
      state.counts.inFlight -= 1
      state.counts.abandoned += 1
    }
    log(
      .warning,
      "a call ignored its stop for \(grace.inWords) and was given up"
        + (holdsThread ? "; its thread is wedged inside the driver" : ""),
      execution: execution
    )
  }

  /// A call that was given up has ended after all.
  func lateEnd(holdsGate: Bool) {
    state.withLock { $0.counts.abandoned -= 1 }
    log(.info, "a call that had been given up has ended", execution: nil)
    if holdsGate { gate?.leave() }
  }

  /// The driver broke a rule of the ABI.
  func reportMisuse(_ what: String) {
    state.withLock { $0.counts.misuses += 1 }
    log(.warning, "the driver breaks the ABI: \(what)", execution: nil)
  }

  /// A callback of a non-blocking driver held its loop up.
  func reportSlowCallback(_ what: String, _ duration: Duration) {
    state.withLock { $0.counts.slowCallbacks += 1 }
    log(
      .warning,
      "\(what) took \(duration.inWords): a non-blocking driver must return at once",
      execution: nil
    )
  }

  /// Masks a session's secrets in texts of the driver that belong to no call, until `nil` is given.
  func setSecrets(ofSession session: ObjectIdentifier, _ redactor: Redactor?) {
    sessionSecrets.withLock { $0[session] = redactor }
  }

  /// A text of the driver's that belongs to no call, with the secrets of all its calls and sessions
  /// masked: it may have them from any of these.
  func maskingSecretsInFlight(_ text: String) -> String {
    var text = text
    for redactor in sessionSecrets.withLock({ Array($0.values) }) { text = redactor.masking(text) }
    CallTable.shared.forEachCall { id, slot in
      if let redactor = slot.redactor(of: id, for: self) { text = redactor.masking(text) }
    }
    return text
  }

  func isLogged(_ level: LogLevel) -> Bool { level >= services.log.level }

  func log(_ level: LogLevel, _ message: String, execution: String?) {
    services.log(level, driver: traits.name, execution: execution, message)
  }

  // MARK: - The end

  /// Takes no new calls, and destroys the instances that no call is in.
  ///
  /// To be called when the calls in flight have ended or were given up. An instance that a call is
  /// still inside of stays.
  func close() {
    let isInUse = state.withLock { state in
      state.isClosed = true
      return state.counts.inFlight + state.counts.abandoned > 0
    }
    guard !isInUse, let functions else { return }
    if let instance = blocking.take() { unsafe functions.destroy(instance.address) }
    for driverLoop in driverLoops {
      driverLoop.loop.post {
        if let instance = driverLoop.takeInstance() { unsafe functions.destroy(instance.address) }
      }
    }
  }
}
