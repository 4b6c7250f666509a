import DriverABI
import Synchronization

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
        UnsafePointer<dh_host_v1>, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>,
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
    /// Nil save where a driver is being checked.
    var probing: Probing?
  }

  /// A class, so that a call which finds none has looked at one word.
  final class Probing: Sendable {
    let value: HostProbing

    init(_ value: HostProbing) { self.value = value }
  }

  /// Whether a runtime takes calls.
  private enum Phase: Int {
    case open
    /// Only those that close sessions.
    case closing
    case closed
  }

  /// So many calls may be given up before new ones are refused.
  private static let abandonedLimit = 8

  let traits: Traits
  let services: Services
  /// Nil save where the driver is being checked; here as well, since every call looks at it.
  let probing: Probing?
  private let gate: SerialGate?
  private(set) var functions: Functions?
  private var tables: DriverTables?
  private(set) var driverLoops: [DriverLoop] = []
  private let blocking = BlockingInstance()
  let counters = DriverCounters()
  private let phase = Atomic(Phase.open.rawValue)
  private let nextLoop = Atomic(0)
  /// Who waits until no call is in flight.
  private let idleWaiter = Lock<CheckedContinuation<Void, Never>?>(nil)
  /// What masks the secrets of open sessions, by the pool's name for them.
  private let sessionSecrets = Lock<[ObjectIdentifier: Redactor]>([:])

  /// A runtime whose driver is not loaded yet: `load` does that.
  init(_ traits: Traits, services: Services) {
    self.traits = traits
    self.services = services
    probing = services.probing
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
  var counts: DriverCounts { counters.counts }

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
  /// - Parameters:
  ///   - request: What is asked of the driver.
  ///   - receiver: Runs exactly once, on any thread, and returns at once.
  /// - Returns: The call's id, for `askToStop`.
  /// - Throws: Why the driver takes no call; the receiver is not run then.
  @discardableResult
  func call(
    _ request: CallRequest,
    receiver: @escaping CallSlot.Receiver
  ) throws(HostError) -> UInt64 {
    try begin(SharedRequest(request), receiver: receiver, mayStartHere: false).id
  }

  /// Begins a call.
  ///
  /// - Parameters:
  ///   - request: What is asked of the driver.
  ///   - receiver: Who is told of the end; nil: the caller asks the slot.
  ///   - mayStartHere: Whether the driver's `start` may run on this stack, where this is its loop.
  /// - Returns: The call's id and its slot.
  /// - Throws: Why the driver takes no call; the receiver is not run then.
  func begin(
    _ request: SharedRequest,
    receiver: CallSlot.Receiver?,
    mayStartHere: Bool
  ) throws(HostError) -> (id: UInt64, slot: CallSlot) {
    // Counted first and looked at then: `beginClosing` does it the other way round, so one of the two sees.
    counters.inFlight.add(1, ordering: .sequentiallyConsistent)
    if let refusal = refusal(request.value) {
      leaveFlight()
      throw refusal
    }
    let slot: CallSlot
    do {
      slot = try CallTable.shared.take()
    } catch {
      leaveFlight()
      throw error
    }
    let isHere =
      mayStartHere && gate == nil && loop(for: request.value.affinity)?.loop.isCurrent == true
    // A call that ends inside `start` needs no deadline; for one that does not it is set afterwards.
    let id = slot.begin(request, driver: self, receiver: receiver, hasDeadline: !isHere)
    if isHere, let driverLoop = loop(for: request.value.affinity) {
      start(id, slot, driverLoop)
      slot.setDeadline(id)
    } else {
      enter(id, slot, request.value.affinity)
    }
    if phase.load(ordering: .sequentiallyConsistent) != Phase.open.rawValue,
      !request.value.isClosing
    {
      slot.askToStop(id, .cancelled)
    }
    return (id, slot)
  }

  /// Why a call is not taken; nil if it is.
  private func refusal(_ request: CallRequest) -> HostError? {
    let phase = phase.load(ordering: .sequentiallyConsistent)
    if phase == Phase.closed.rawValue || phase == Phase.closing.rawValue && !request.isClosing {
      return HostError(.unavailable, stage: .call, "the host was closed")
    }
    guard counters.abandoned.load(ordering: .relaxed) >= DriverRuntime.abandonedLimit,
      !request.isClosing
    else { return nil }
    return HostError(
      .unavailable,
      stage: .driver,
      "the driver \(traits.name) has \(DriverRuntime.abandonedLimit) calls that ignored their stop and are still inside it; it takes no new ones until one of them ends. Restart the process, and report this to the driver's vendor"
    )
  }

  /// Takes a call through the gate, where there is one.
  private func enter(_ id: UInt64, _ slot: CallSlot, _ affinity: Int?) {
    guard let gate else {
      launch(id, slot, affinity, mayStartHere: false)
      return
    }
    switch gate.enter(SerialGate.Waiter(call: id, slot: slot, driver: self, affinity: affinity)) {
    case .entered:
      if slot.takeGate(id) {
        launch(id, slot, affinity, mayStartHere: false)
      } else {
        gate.leave()
      }
    case .queued: break
    case .wedged: slot.fail(id, SerialGate.wedged(self))
    }
  }

  /// Has a thread or a loop run the driver's `start`.
  func launch(_ id: UInt64, _ slot: CallSlot, _ affinity: Int?, mayStartHere: Bool) {
    if traits.isBlocking {
      do {
        try threads.submit { [self] worker in runBlocking(id, slot, worker) }
      } catch {
        slot.fail(id, error)
      }
      return
    }
    guard let driverLoop = loop(for: affinity) else { return }
    let isTaken = driverLoop.loop.post { [self] in start(id, slot, driverLoop) }
    if !isTaken { slot.fail(id, HostError(.unavailable, stage: .call, "the host was closed")) }
  }

  private func runBlocking(_ id: UInt64, _ slot: CallSlot, _ worker: ThreadPool.Worker) {
    guard slot.isWaiting(id) else { return }
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

  /// The loop that a call's affinity names, else the caller's own, else the next in turn; nil for a
  /// blocking driver.
  private func loop(for affinity: Int?) -> DriverLoop? {
    if driverLoops.count <= 1 { return driverLoops.first }
    if let affinity { return driverLoops[affinity % driverLoops.count] }
    if let here = driverLoops.first(where: { $0.loop.isCurrent }) { return here }
    let turn = nextLoop.add(1, ordering: .relaxed).newValue
    return driverLoops[turn % driverLoops.count]
  }

  /// The loop for the next session, of a driver whose sessions are all alike.
  func nextAffinity() -> Int { nextLoop.add(1, ordering: .relaxed).newValue & Int.max }

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

  /// Counts one call less; the last one tells whoever closes the host.
  private func leaveFlight() {
    let left = counters.inFlight.subtract(1, ordering: .sequentiallyConsistent).newValue
    // Counted first and looked at then: `untilIdle` does it the other way round, so one of the two sees.
    if left == 0, phase.load(ordering: .sequentiallyConsistent) != Phase.open.rawValue {
      wakeIdle()
    }
  }

  /// A call has ended as it should, and its caller is being told.
  func callEnded() {
    leaveFlight()
  }

  /// A call that held the gate is out of the driver.
  func leaveGate() { gate?.leave() }

  /// A call was given up.
  func gaveUp(execution: String, holdsThread: Bool, holdsGate: Bool) {
    counters.abandoned.add(1, ordering: .sequentiallyConsistent)
    if holdsGate { gate?.wedge() }
    log(
      .warning,
      "a call did not end within its grace of \(grace.inWords) and was given up"
        + (holdsThread ? "; its thread is wedged inside the driver" : ""),
      execution: execution
    )
    // At last: who looks in between must not find the driver unused, nor a host closed that still logs.
    leaveFlight()
  }

  /// A call that was given up has ended after all.
  func lateEnd(holdsGate: Bool) {
    counters.abandoned.subtract(1, ordering: .sequentiallyConsistent)
    log(.info, "a call that had been given up has ended", execution: nil)
    if holdsGate { leaveGate() }
  }

  /// The driver broke a rule of the ABI.
  ///
  /// - Parameters:
  ///   - rule: The rule's id in Docs/ABI.md.
  ///   - what: What was seen.
  func reportMisuse(_ rule: String, _ what: String) {
    counters.misuses.add(1, ordering: .relaxed)
    log(.warning, "the driver breaks the ABI: \(what) (\(rule))", execution: nil, rule: rule)
  }

  /// The driver handed over a value that is none: its own fault, or that of whoever wrote a document.
  func report(_ refusal: ValueReader.Refusal, of what: String) {
    let text = "\(what) \(refusal.reason)"
    if refusal.isMisuse {
      reportMisuse(refusal.rule, text)
    } else {
      log(.debug, text, execution: nil)
    }
  }

  /// A callback of a non-blocking driver held its loop up.
  func reportSlowCallback(_ what: String, _ duration: Duration) {
    counters.slowCallbacks.add(1, ordering: .relaxed)
    counters.slowestCallback.max(Int(duration.nanoseconds), ordering: .relaxed)
    log(
      .warning,
      "\(what) took \(duration.inWords): a non-blocking driver must return at once",
      execution: nil,
      rule: "CALL-4"
    )
  }

  /// Masks a session's secrets in texts of the driver that belong to no call, until `nil` is given.
  func setSecrets(ofSession session: ObjectIdentifier, _ redactor: Redactor?) {
    sessionSecrets.withLock { $0[session] = redactor }
  }

  /// A text of the driver's that belongs to no call, with the secrets of all its calls and sessions
  /// masked: it may have them from any of these.
  func maskingSecretsInFlight(_ text: String) -> String {
    var secrets = Set(sessionSecrets.withLock { $0.values.flatMap(\.texts) })
    CallTable.shared.forEachCall { id, slot in
      secrets.formUnion(slot.redactor(of: id, for: self)?.texts ?? [])
    }
    return secrets.isEmpty ? text : SecretSearch(Array(secrets), in: text.utf8.count).masking(text)
  }

  func isLogged(_ level: LogLevel) -> Bool { level >= services.log.level }

  func log(_ level: LogLevel, _ message: String, execution: String?, rule: String? = nil) {
    services.log(level, driver: traits.name, execution: execution, rule: rule, message)
  }

  // MARK: - The end

  /// Takes no new calls, save those that close sessions.
  func beginClosing() {
    phase.store(Phase.closing.rawValue, ordering: .sequentiallyConsistent)
  }

  /// Waits until no call is in flight: each ends, or is given up after its grace.
  ///
  /// To be called once, after `beginClosing`.
  func untilIdle() async {
    await withCheckedContinuation { continuation in
      idleWaiter.withLock { $0 = continuation }
      if counts.inFlight == 0 { wakeIdle() }
    }
  }

  private func wakeIdle() {
    idleWaiter.withLock { $0.take() }?.resume()
  }

  /// Takes no calls any more, and destroys the instances, unless calls are still inside the driver.
  ///
  /// To be called when the calls in flight have ended or were given up.
  ///
  /// - Parameters:
  ///   - limit: How long an instance is waited for; it still ends when its thread comes back after that.
  ///   - stuck: The loops that did not come back within such a time, which are not waited for again.
  /// - Returns: Whether all instances have ended that no call is in.
  func close(within limit: Duration, stuck: inout Set<ObjectIdentifier>) async -> Bool {
    phase.store(Phase.closed.rawValue, ordering: .sequentiallyConsistent)
    let counts = counts
    guard counts.inFlight + counts.abandoned == 0, let functions else {
      for driverLoop in driverLoops { driverLoop.close() }
      return true
    }
    let destroy = { @Sendable (instance: InstanceHandle) in
      unsafe functions.destroy(instance.address)
    }
    if traits.isBlocking {
      return await withinTime(limit) { [blocking] in
        if let instance = blocking.close() { destroy(instance) }
      }
    }
    var hasEnded = true
    for driverLoop in driverLoops {
      let loop = ObjectIdentifier(driverLoop.loop)
      if stuck.contains(loop), !driverLoop.isUnused {
        driverLoop.end(destroy) {}
      } else {
        if await services.deadlines.hears(within: limit, { driverLoop.end(destroy, $0) }) {
          continue
        }
        stuck.insert(loop)
      }
      driverLoop.close()
      hasEnded = false
    }
    return hasEnded
  }

  /// Runs something that may wait on a thread of the host's, here where there is none to be had.
  ///
  /// - Returns: Whether it has come back in time; where it has not, its thread counts as wedged.
  private func withinTime(_ limit: Duration, _ body: @escaping @Sendable () -> Void) async -> Bool {
    let runner = Lock<ThreadPool.Worker?>(nil)
    let isBack = await services.deadlines.hears(within: limit) { done in
      do {
        try services.helpers.submit { worker in
          runner.withLock { $0 = worker }
          body()
          runner.withLock { $0 = nil }
          done()
        }
      } catch {
        body()
        done()
      }
    }
    if !isBack { runner.withLock { $0?.markWedged() } }
    return isBack
  }
}
