import DriverABI
import Glibc

/// The place of one call at a time: its state, what its driver has put out, and what it borrows.
///
/// Everything mutable is guarded by `monitor`. All functions take the call's id and do nothing if the
/// slot has gone on to another call. This file holds a call's way from `begin` to its end; what happens
/// in between is in the extensions.
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
    /// It has ended, inside its own stop function, which is still running.
    case ending
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

  let index: UInt64
  let monitor = Monitor()

  // Guarded by `monitor`.
  var generation: UInt64 = 1
  var phase = Phase.free
  var driver: DriverRuntime?
  var request: CallRequest?
  var arena = Arena()
  var inputs: UnsafePointer<dh_value_v1>?
  var texts = unsafe (
    action: dh_text_v1(), execution: dh_text_v1(), connector: dh_text_v1(),
    traceparent: dh_text_v1()
  )
  var completion: (@Sendable (sending CallOutcome) -> Void)?
  var stop = Stop()
  var stopDescriptor: Int32 = -1
  var timer: DeadlineQueue.Handle?
  var worker: ThreadPool.Worker?
  var loop: DriverLoop?
  /// Whether the call holds the gate of a driver that serves one at a time.
  var holdsGate = false
  var outputs = ValueMap()
  var secretOutputs: [JSONPointer] = []
  var outputSize = 0
  var openedSession: SessionHandle?
  /// The stream of rows that its consumer still holds.
  var rows: RowSource?
  var redactor: Redactor?
  /// What `on_ready` has registered, by channel.
  var readyFunctions: [UInt32: ReadyFunction] = [:]
  var lastReadyRegistration: UInt64 = 0
  /// A failure of the host's own that outweighs a driver's success, such as outputs over the limit.
  var overrulingError: HostError?

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

  /// Whether the slot holds that call, given up or not.
  ///
  /// With the monitor locked.
  func holds(_ id: UInt64) -> Bool {
    id == self.id && phase != .free && phase != .ending
  }

  /// The id of the call that the slot holds; nil if it holds none.
  var currentCall: UInt64? {
    monitor.lock()
    defer { monitor.unlock() }
    return phase == .free || phase == .ending ? nil : id
  }

  /// What masks a call's secrets, if it is one of that driver's.
  func redactor(of call: UInt64, for driver: DriverRuntime) -> Redactor? {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && self.driver === driver ? redactor : nil
  }

  /// Whether a call is one of the host with those services.
  func belongs(_ call: UInt64, to services: DriverRuntime.Services) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && driver?.services.deadlines === services.deadlines
  }

  // MARK: - From the host

  /// Makes the slot a call's: its id.
  func begin(
    _ request: CallRequest,
    driver: DriverRuntime,
    completion: @escaping @Sendable (sending CallOutcome) -> Void
  ) -> UInt64 {
    monitor.lock()
    defer { monitor.unlock() }
    phase = .waiting
    self.driver = driver
    self.completion = completion
    redactor = request.redactor ?? Redactor(request.inputs, secrets: request.secrets)
    unsafe inputs = unsafe arena.inputs(request.inputs, secrets: request.secrets)
    unsafe texts = (
      arena.abiText(request.action), arena.abiText(request.execution),
      arena.abiText(request.connector), arena.abiText(request.traceparent)
    )
    let id = self.id
    if let deadline = request.deadline {
      timer = driver.deadlines.insert(.deadline(id), at: deadline)
    }
    self.request = request
    for case .output(let channel) in request.channels {
      channel.reportFailure { [self] error in overrule(id, error) }
    }
    return id
  }

  /// Notes that the call holds its driver's gate; false if it has ended meanwhile.
  func takeGate(_ call: UInt64) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), phase == .waiting else { return false }
    holdsGate = true
    return true
  }

  /// Marks a waiting call as running and tells what to start; nil if it has ended meanwhile.
  ///
  /// - Parameters:
  ///   - call: The call's id.
  ///   - worker: The thread, for a blocking driver.
  ///   - loop: The loop, for a non-blocking one.
  /// - Returns: What the driver's `start` is given.
  func start(
    _ call: UInt64,
    on worker: ThreadPool.Worker?,
    loop: DriverLoop?
  ) -> dh_request_v1? {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), phase == .waiting, let request, let driver, let inputs = unsafe inputs
    else { return nil }
    phase = .running
    self.worker = worker
    self.loop = loop
    return unsafe dh_request_v1(
      call: dh_call_v1(fn: driver.calls, id: call),
      session: request.session?.address,
      action: texts.action,
      inputs: inputs,
      deadline_ns: request.deadline?.nanoseconds ?? 0,
      execution: texts.execution,
      connector: texts.connector,
      traceparent: texts.traceparent,
      attempt: request.attempt,
      flags: 0
    )
  }

  /// Notes that the driver's `start` has returned, so that its thread is no longer the call's.
  func startReturned(_ call: UInt64) {
    monitor.lock()
    if holds(call) { worker = nil }
    monitor.unlock()
  }

  /// Ends a call that no driver has seen, or whose driver could not be made ready.
  func fail(_ call: UInt64, _ error: HostError) {
    monitor.lock()
    guard holds(call), phase == .waiting else {
      monitor.unlock()
      return
    }
    finish(CallOutcome(error: error, stop: stop.reason))
  }

  // MARK: - Ends

  /// What `done` comes to.
  enum Done {
    case ended
    /// The call had been given up; this is what it was waited for.
    case late
    /// The call had ended.
    case gone
  }

  /// The driver's `done`.
  func done(_ call: UInt64, _ error: dh_error_v1?) -> Done {
    monitor.lock()
    waitForStopFunction(of: call)
    guard holds(call) else {
      monitor.unlock()
      return .gone
    }
    if phase == .abandoned {
      let (driver, holdsGate) = (self.driver, self.holdsGate)
      let listener = request?.onLateEnd
      release()
      monitor.unlock()
      driver?.lateEnd(holdsGate: holdsGate)
      listener?()
      return .late
    }
    var outcome = CallOutcome(
      outputs: outputs,
      secretOutputs: secretOutputs,
      session: openedSession,
      stop: stop.reason
    )
    if let error = unsafe error {
      outcome.error =
        unsafe overrulingError ?? stopped(HostError(error, stage: .call, redactor: redactor))
      outcome.isSessionBroken = unsafe error.flags & DH_SESSION_BROKEN != 0
      outcome.session = nil
    } else {
      outcome.error = overrulingError
    }
    outcome.error?.outputs = outputs
    finish(outcome)
    return .ended
  }

  /// Whether the call was given up and its driver has not ended it yet.
  func isAbandoned(_ call: UInt64) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && phase == .abandoned
  }

  /// Answers the caller of a call that ignored its stop; the driver keeps what it has until its `done`.
  func giveUp(_ call: UInt64) {
    monitor.lock()
    guard isLive(call), phase == .running, let driver, let request else {
      monitor.unlock()
      return
    }
    phase = .abandoned
    timer = nil
    if let worker { driver.threads.markWedged(worker) }
    var error = overrulingError ?? stopError(reason: stop.reason ?? .cancelled, request)
    error.message +=
      "; the driver did not obey within its grace of \(driver.grace.inWords), so the call was given up"
    error.outputs = outputs
    let outcome = CallOutcome(
      outputs: outputs,
      secretOutputs: secretOutputs,
      error: error,
      isSessionBroken: true,
      isAbandoned: true,
      stop: stop.reason
    )
    guard let completion = self.completion else {
      monitor.unlock()
      return
    }
    self.completion = nil
    monitor.broadcast()
    monitor.unlock()
    driver.gaveUp(execution: request.execution, holdsThread: worker != nil)
    CallChannel.settle(request.channels, outcome, then: completion)
  }

  /// Frees the slot and tells the caller.
  ///
  /// With the monitor locked; unlocks it.
  func finish(_ outcome: sending CallOutcome) {
    let completion = self.completion
    let (driver, holdsGate) = (self.driver, self.holdsGate)
    let channels = request?.channels ?? []
    let rows = self.rows
    release()
    monitor.unlock()
    if let rows {
      driver?.reportMisuse("`done` came before the rows `\(rows.name)` were released")
      rows.callEnded()
    }
    driver?.callEnded(holdsGate: holdsGate)
    guard let completion else { return }
    CallChannel.settle(channels, outcome, then: completion)
  }

  /// Gives back all that the call held.
  ///
  /// With the monitor locked.
  private func release() {
    if let timer { driver?.deadlines.remove(timer) }
    if stopDescriptor >= 0 { close(stopDescriptor) }
    stopDescriptor = -1
    timer = nil
    completion = nil
    driver = nil
    request = nil
    unsafe inputs = nil
    arena.reset()
    worker = nil
    loop = nil
    holdsGate = false
    outputs = ValueMap()
    secretOutputs = []
    outputSize = 0
    openedSession = nil
    rows = nil
    redactor = nil
    overrulingError = nil
    readyFunctions.removeAll()
    generation += 1
    // Whoever waits for this call finds out that it is over.
    monitor.broadcast()
    if stop.runner != nil {
      phase = .ending
    } else {
      becomeFree()
    }
  }

  /// Lets another call have the slot.
  ///
  /// With the monitor locked.
  func becomeFree() {
    unsafe stop = Stop(registration: stop.registration)
    phase = .free
    CallTable.shared.put(self)
  }
}
