import DriverABI
import Glibc

/// The place of one call at a time: its state, what its driver has put out, and what it borrows.
///
/// Everything mutable is guarded by `monitor`. All functions take the call's id and do nothing if the
/// slot has gone on to another call. This file holds what a slot knows and how a call begins; how it ends is
/// in `CallSlot+End`, what happens in between in the other extensions.
@safe
final class CallSlot: @unchecked Sendable {
  enum Phase {
    /// No call.
    case free
    /// The call waits for a thread or its turn; no driver has seen it.
    case waiting
    /// The driver has it.
    case running
    /// Its caller was answered; the driver still has it.
    case abandoned
    /// The driver has ended it, and is not out of `start` or of the stop function yet.
    case over
    /// The driver is out; what it has sent down its channels is still on its way.
    case settling
    /// The outcome waits for its receiver.
    case settled
  }

  /// What `on_stop` has registered, and what has become of it.
  @safe
  struct Stop {
    var reason: StopReason?
    var function: dh_fn_v1?
    var context: UnsafeMutableRawPointer?
    /// Tells registrations apart.
    var registration: UInt64 = 0
    /// The thread that runs the function now.
    var runner: pthread_t?
  }

  /// Who is told how the call has ended; runs once, and returns at once.
  typealias Receiver = @Sendable (sending CallOutcome) -> Void

  let index: UInt64
  let monitor = Monitor()

  // Guarded by `monitor`.
  var generation: UInt64 = 1
  var phase = Phase.free
  var driver: DriverRuntime?
  var request: SharedRequest?
  var arena = Arena()
  var inputs: UnsafePointer<dh_value_v1>?
  var texts = unsafe (
    action: dh_text_v1(), execution: dh_text_v1(), connector: dh_text_v1()
  )
  var context = unsafe Arena.emptyMap
  var receiver: Receiver?
  /// How the call has ended, until its receiver has it.
  var outcome: CallOutcome?
  /// Whether the call was given up: its caller has, or will get, an answer without its driver.
  var isAnswered = false
  var stop = Stop()
  var stopDescriptor: Int32 = -1
  var deadlineTimer: DeadlineQueue.Handle?
  var graceTimer: DeadlineQueue.Handle?
  /// The thread that is inside the `start` of a blocking driver.
  var worker: ThreadPool.Worker?
  var loop: DriverLoop?
  /// Whether the call holds the gate of a driver that serves one at a time.
  var holdsGate = false
  var outputs = CallOutputs()
  var openedSession: SessionHandle?
  /// The stream of rows that its consumer still holds.
  var rows: RowSource?
  /// The thread that is inside the stream of rows.
  var puller: ThreadPool.Worker?
  /// What `on_ready` has registered, by channel.
  var readyFunctions: [UInt32: ReadyFunction] = [:]
  var lastReadyRegistration: UInt64 = 0
  /// How many pieces a driver has sent that nobody wanted, by channel.
  var unwantedPieces: [UInt32: Int] = [:]
  /// A failure of the host's own that outweighs a driver's success, such as outputs over the limit.
  var overrulingError: HostError?
  /// Whether the call was asked to stop while there were rows left, which is no success whatever its driver says.
  var rowsAreCutOff = false
  /// Channels whose sinks are still to be closed.
  var unsettledChannels = 0
  private var madeRedactor: Redactor??

  init(index: UInt64) {
    self.index = index
  }

  /// The id of the call that the slot holds now.
  private var id: UInt64 { generation << CallTable.indexBits | index }

  /// Whether the slot holds that call and its driver may still act.
  ///
  /// With the monitor locked.
  func isLive(_ id: UInt64) -> Bool {
    id == self.id && (phase == .running || phase == .waiting)
  }

  /// Whether the slot holds that call, whatever has become of it.
  ///
  /// With the monitor locked.
  func holds(_ id: UInt64) -> Bool {
    id == self.id && phase != .free
  }

  /// The id of the call that the slot holds; nil if it holds none.
  var currentCall: UInt64? {
    monitor.lock()
    defer { monitor.unlock() }
    return phase == .free ? nil : id
  }

  /// What masks the call's secrets; made when it is first asked for.
  ///
  /// With the monitor locked.
  var redactor: Redactor? {
    if let madeRedactor { return madeRedactor }
    guard let request else { return nil }
    let redactor =
      request.value.redactor ?? Redactor(request.value.inputs, secrets: request.value.secrets)
    madeRedactor = .some(redactor)
    return redactor
  }

  /// What masks a call's secrets, if it is one of that driver's.
  func redactor(of call: UInt64, for driver: DriverRuntime) -> Redactor? {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && self.driver === driver ? redactor : nil
  }

  /// Adds a call to the statistics of its driver, if it is one of that driver's; its execution where it was
  /// given up.
  func count(_ call: UInt64, of driver: DriverRuntime, in statistics: inout DriverStatistics)
    -> String?
  {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), self.driver === driver else { return nil }
    switch phase {
    case .free: break
    case .waiting: statistics.waitingCalls += 1
    case .running where stop.reason != nil: statistics.stoppingCalls += 1
    case .running: statistics.runningCalls += 1
    case .over where isAnswered: return request?.value.execution
    case .over, .settling, .settled: statistics.settlingCalls += 1
    case .abandoned: return request?.value.execution
    }
    return nil
  }

  /// Whether a call is one of the host with those services, and stops with it: one that closes a session goes on.
  func stops(_ call: UInt64, with services: DriverRuntime.Services) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && driver?.services.deadlines === services.deadlines
      && request?.value.isClosing != true
  }

  // MARK: - The beginning

  /// Makes the slot a call's: its id.
  ///
  /// - Parameters:
  ///   - request: What is asked of the driver.
  ///   - driver: The driver.
  ///   - receiver: Who is told of the end; nil: `claim` or `attach` will ask.
  ///   - hasDeadline: Whether the deadline counts from now on; if not, `setDeadline` will say so.
  /// - Returns: The call's id.
  func begin(
    _ request: SharedRequest,
    driver: DriverRuntime,
    receiver: Receiver?,
    hasDeadline: Bool
  ) -> UInt64 {
    monitor.lock()
    defer { monitor.unlock() }
    phase = .waiting
    self.driver = driver
    self.receiver = receiver
    lend(request, driver)
    let id = self.id
    if hasDeadline, let deadline = request.value.deadline {
      deadlineTimer = driver.deadlines.insert(.deadline(id), at: deadline)
    }
    for case .output(let channel) in request.value.channels {
      channel.reportFailure { [self] error in overrule(id, error) }
    }
    self.request = request
    return id
  }

  /// Copies what the driver borrows.
  private func lend(_ request: SharedRequest, _ driver: DriverRuntime) {
    var action = request.value.action
    if let probing = driver.probing {
      if probing.value.guardsInputs {
        arena.guardPages(untilDone: probing.value.revokesInputs)
      }
      action = probing.action(of: request.value) ?? action
    }
    unsafe inputs = unsafe arena.inputs(
      request.value.inputs,
      secrets: request.value.secrets,
      probing: driver.probing
    )
    unsafe texts = (
      arena.abiText(action), arena.abiText(request.value.execution),
      arena.abiText(request.value.connector)
    )
    unsafe context = unsafe arena.context(request.value.context, probing: driver.probing)
  }

  /// Lets a call that has outlived its `start` have its deadline.
  func setDeadline(_ call: UInt64) {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), phase == .running, deadlineTimer == nil, stop.reason == nil,
      let driver, let deadline = request?.value.deadline
    else { return }
    deadlineTimer = driver.deadlines.insert(.deadline(call), at: deadline)
  }

  /// Notes that the call holds its driver's gate; false if it has ended meanwhile.
  func takeGate(_ call: UInt64) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), phase == .waiting else { return false }
    holdsGate = true
    return true
  }

  /// Whether a call still waits for its beginning.
  func isWaiting(_ call: UInt64) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && phase == .waiting
  }

  /// Marks a waiting call as running and tells what to start; nil if it has ended meanwhile.
  ///
  /// - Parameters:
  ///   - call: The call's id.
  ///   - worker: The thread, for a blocking driver: `startReturned` follows.
  ///   - loop: The loop, for a non-blocking one.
  /// - Returns: What the driver's `start` is given.
  func start(
    _ call: UInt64,
    on worker: ThreadPool.Worker?,
    loop: DriverLoop?
  ) -> dh_request_v1? {
    monitor.lock()
    defer { monitor.unlock() }
    // Member by member: a copy of the whole request would count a dozen references up and down.
    guard holds(call), phase == .waiting, let driver, let inputs = unsafe inputs else { return nil }
    phase = .running
    self.worker = worker
    self.loop = loop
    return unsafe dh_request_v1(
      call: dh_call_v1(fn: driver.calls, id: call),
      session: request?.value.session?.address,
      action: texts.action,
      inputs: inputs,
      deadline_ns: request?.value.deadline?.nanoseconds ?? 0,
      execution: texts.execution,
      connector: texts.connector,
      context: context,
      attempt: request?.value.attempt ?? 1,
      flags: 0
    )
  }

  /// Gives back all that the call held, and lets another one have the slot.
  ///
  /// With the monitor locked.
  func becomeFree() {
    removeTimers()
    if stopDescriptor >= 0 { closeStopDescriptor() }
    receiver = nil
    outcome = nil
    isAnswered = false
    driver = nil
    request = nil
    unsafe inputs = nil
    arena.reset()
    worker = nil
    loop = nil
    holdsGate = false
    outputs = CallOutputs()
    openedSession = nil
    puller = nil
    madeRedactor = nil
    overrulingError = nil
    rowsAreCutOff = false
    if !readyFunctions.isEmpty { readyFunctions.removeAll() }
    if !unwantedPieces.isEmpty { unwantedPieces.removeAll() }
    unsafe stop = Stop(registration: stop.registration)
    phase = .free
    generation += 1
    // One whose generations are used up rests for ever, so that no id is ever good again.
    if generation >> (64 - CallTable.indexBits) == 0 { CallTable.shared.put(self) }
  }
}
