import DriverABI

/// How a call ends.
///
/// Its driver says `done`. Then the driver must come out of `start`, where it is a blocking one, and of its stop
/// function: only then may others use the session, the instance and the gate. Then the channels bring what is
/// queued to where it goes. Then the caller is told. A call that does not get that far within its grace is given
/// up: its caller is told at once, and the rest happens when the driver lets it.
extension CallSlot {
  /// What `done` comes to.
  enum Done {
    case ended
    /// The call had been given up; this is what it was waited for.
    case late
    /// The call had ended.
    case gone
  }

  /// Says so where a driver calls by a copy of its table.
  func checkTable(_ call: UInt64, _ table: UnsafePointer<dh_calls_v1>) {
    monitor.lock()
    defer { monitor.unlock() }
    guard holds(call), let driver, unsafe driver.calls != table else { return }
    driver.reportMisuse(
      "MEM-3",
      "the table of a call's functions was copied: pass on the pointer as it was given"
    )
  }

  /// The driver's `done`.
  func done(_ call: UInt64, _ error: dh_error_v1?) -> Done {
    monitor.lock()
    waitForStopFunction(of: call)
    guard holds(call), phase == .running || phase == .abandoned else {
      monitor.unlock()
      return .gone
    }
    let isLate = phase == .abandoned
    if !isLate { outcome = unsafe ending(with: error) }
    phase = .over
    arena.callIsDone()
    let rows = takeRows()
    let driver = self.driver
    if worker != nil || stop.runner != nil {
      // The driver is on its way out, most likely: `startReturned` or the stop function's end goes on.
      if !isLate { armGrace(call) }
      let channels = request?.value.channels ?? []
      monitor.unlock()
      // A thread of the driver's may wait in one of them, and it is what keeps `start` from returning.
      for channel in channels { channel?.driverIsDone() }
    } else {
      driverIsOut(call)
    }
    if let rows {
      driver?.reportMisuse("ROWS-1", "`done` came before the rows `\(rows.name)` were released")
      rows.stop()
    }
    return isLate ? .late : .ended
  }

  /// Notes that the `start` of a blocking driver has returned, so that its thread is no longer the call's.
  func startReturned(_ call: UInt64) {
    monitor.lock()
    guard holds(call) else {
      monitor.unlock()
      return
    }
    worker = nil
    if phase == .over, stop.runner == nil { driverIsOut(call) } else { monitor.unlock() }
  }

  /// Ends a call that no driver has seen, or whose driver could not be made ready.
  func fail(_ call: UInt64, _ error: HostError) {
    monitor.lock()
    guard holds(call), phase == .waiting else {
      monitor.unlock()
      return
    }
    endWaiting(call, error)
  }

  /// Ends a call that no driver has seen.
  ///
  /// With the monitor locked; unlocks it.
  func endWaiting(_ call: UInt64, _ error: HostError) {
    outcome = CallOutcome(error: error, stop: stop.reason)
    phase = .over
    driverIsOut(call)
  }

  /// Whether the call was given up and its driver has not ended it yet.
  func isAbandoned(_ call: UInt64) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return holds(call) && phase == .abandoned
  }

  /// Answers the caller of a call that is not over although its grace is; the driver keeps what it has until
  /// it comes out.
  func giveUp(_ call: UInt64) {
    monitor.lock()
    guard holds(call), !isAnswered, let driver, let request else {
      monitor.unlock()
      return
    }
    graceTimer = nil
    switch phase {
    case .running:
      let error = overrulingError ?? givenUpError(request, driver)
      outcome = CallOutcome(
        outputs: outputs.values,
        secretOutputs: outputs.secrets,
        error: error
      )
      phase = .abandoned
    case .over: break
    case .settling:
      settleWithoutReceivers(call)
      return
    case .free, .waiting, .abandoned, .settled:
      monitor.unlock()
      return
    }
    isAnswered = true
    outcome?.isSessionBroken = true
    outcome?.isAbandoned = true
    outcome?.stop = stop.reason
    worker?.markWedged()
    puller?.markWedged()
    let (holdsThread, holdsGate) = (worker != nil || puller != nil, self.holdsGate)
    let rows = takeRows()
    let answer = takeAnswer()
    // Whoever waits for this call finds out that it is over.
    monitor.broadcast()
    monitor.unlock()
    rows?.stop()
    driver.gaveUp(
      execution: request.value.execution,
      holdsThread: holdsThread,
      holdsGate: holdsGate
    )
    for channel in request.value.channels { channel?.abandon() }
    if let (receiver, outcome) = answer { receiver(outcome) }
  }

  /// What the caller of a call that was given up is told.
  private func givenUpError(_ request: SharedRequest, _ driver: DriverRuntime) -> HostError {
    guard let reason = stop.reason else {
      return HostError(
        .internal,
        stage: .call,
        "the driver \(driver.traits.name) did not end the call within \(driver.grace.inWords) after its rows were released, so it was given up. Report this to the driver's vendor"
      )
    }
    var error = stopError(reason: reason, request)
    error.message +=
      "; the driver did not obey within its grace of \(driver.grace.inWords), so the call was given up"
    return error
  }

  // MARK: - Step by step

  /// How a call ends by `done`.
  private func ending(with error: dh_error_v1?) -> CallOutcome {
    var outcome = CallOutcome(
      outputs: outputs.values,
      secretOutputs: outputs.secrets,
      session: openedSession,
      stop: stop.reason
    )
    if let error = unsafe error {
      if unsafe error.message.len == 0 {
        driver?.reportMisuse("ERR-1", "`done` was given an error without a message")
      }
      if let probing = driver?.probing { unsafe probing.note(error) }
      unsafe checkPointer(error.pointer)
      outcome.error =
        unsafe overrulingError ?? stopped(HostError(error, stage: .call, redactor: redactor))
      outcome.isSessionBroken = unsafe error.flags & DH_SESSION_BROKEN != 0
      outcome.session = nil
    } else {
      outcome.error = overrulingError ?? cutOffError
    }
    return outcome
  }

  /// What a call comes to whose rows were cut off by its stop.
  ///
  /// With the monitor locked.
  private var cutOffError: HostError? {
    guard rowsAreCutOff, let reason = stop.reason, let request else { return nil }
    return stopError(reason: reason, request)
  }

  /// Says so where an error points at no input.
  private func checkPointer(_ text: dh_text_v1) {
    guard unsafe text.len > 0 else { return }
    let pointer = unsafe ValueReader.text(text)
    guard pointer.flatMap(JSONPointer.init(text:)) == nil else { return }
    driver?.reportMisuse(
      "ERR-4",
      "the `pointer` of an error is no JSON Pointer (RFC 6901): \(pointer.map { "`\($0)`" } ?? "not UTF-8")"
    )
  }

  /// The driver has nothing more to do with the call: others may use what it held.
  ///
  /// With the monitor locked; unlocks it.
  func driverIsOut(_ call: UInt64) {
    let (driver, holdsGate) = (self.driver, self.holdsGate)
    self.holdsGate = false
    // Whoever waits for this call finds out that it is over.
    monitor.broadcast()
    if isAnswered {
      let listener = request?.value.onLateEnd
      // An answer that nobody has asked for yet stays.
      if outcome == nil { becomeFree() } else { phase = .settled }
      monitor.unlock()
      driver?.lateEnd(holdsGate: holdsGate)
      listener?()
      return
    }
    if let graceTimer { driver?.deadlines.remove(graceTimer) }
    graceTimer = nil
    let hasChannels = request?.value.channels.contains { $0 != nil } ?? false
    if !hasChannels {
      complete()
    } else {
      let channels = request?.value.channels.compactMap(\.self) ?? []
      phase = .settling
      unsettledChannels = channels.count
      let failure = outcome?.error
      monitor.unlock()
      for channel in channels {
        channel.finish(failure) { [self] problem in channelSettled(call, problem) }
      }
    }
    if holdsGate { driver?.leaveGate() }
  }

  private func channelSettled(_ call: UInt64, _ failure: HostError?) {
    monitor.lock()
    guard holds(call), phase == .settling else {
      monitor.unlock()
      return
    }
    if outcome?.error == nil, let failure {
      // Not all of the output has come, because the call was stopped.
      let stopped = stop.reason.flatMap { reason in request.map { stopError(reason: reason, $0) } }
      outcome?.error = stopped ?? failure
    }
    unsettledChannels -= 1
    if unsettledChannels == 0 { complete() } else { monitor.unlock() }
  }

  /// The receivers of the channels do not take what is queued: the caller is told without them.
  ///
  /// With the monitor locked; unlocks it.
  private func settleWithoutReceivers(_ call: UInt64) {
    let channels = request?.value.channels ?? []
    complete()
    for channel in channels { channel?.abandon() }
  }

  /// Hands the outcome to its receiver, or keeps it until one comes.
  ///
  /// With the monitor locked; unlocks it.
  private func complete() {
    removeTimers()
    phase = .settled
    guard let receiver else {
      monitor.unlock()
      return
    }
    let (driver, outcome) = (self.driver, self.outcome.take())
    becomeFree()
    monitor.unlock()
    driver?.callEnded()
    if let outcome { receiver(outcome) }
  }

  /// With the monitor locked.
  private func takeAnswer() -> (Receiver, CallOutcome)? {
    guard let receiver, let outcome else { return nil }
    self.receiver = nil
    self.outcome = nil
    return (receiver, outcome)
  }

  /// With the monitor locked.
  private func takeRows() -> RowSource? {
    defer { rows = nil }
    return rows
  }

  /// With the monitor locked.
  func removeTimers() {
    if let deadlineTimer { driver?.deadlines.remove(deadlineTimer) }
    if let graceTimer { driver?.deadlines.remove(graceTimer) }
    deadlineTimer = nil
    graceTimer = nil
  }

  /// From now on the driver has its grace.
  ///
  /// With the monitor locked.
  func armGrace(_ call: UInt64) {
    guard let driver else { return }
    if let graceTimer { driver.deadlines.remove(graceTimer) }
    graceTimer = driver.deadlines.insert(
      .grace(call),
      at: MonotonicTime.now.advanced(by: driver.grace)
    )
  }

  // MARK: - Whoever began without a receiver

  /// The outcome of a call that has ended already; nil while it goes on.
  ///
  /// To be asked by whoever began it without a receiver, before `attach`.
  func claim(_ call: UInt64) -> CallOutcome? {
    monitor.lock()
    guard holds(call), phase == .settled else {
      monitor.unlock()
      return nil
    }
    let (driver, outcome, isAnswered) = (self.driver, self.outcome.take(), self.isAnswered)
    becomeFree()
    monitor.unlock()
    if !isAnswered { driver?.callEnded() }
    return outcome
  }

  /// Sets who is told of the end of a call that was begun without a receiver.
  func attach(_ call: UInt64, _ receiver: @escaping Receiver) {
    if let outcome = claim(call) {
      receiver(outcome)
      return
    }
    monitor.lock()
    if phase == .settled {
      // It has ended in between.
      monitor.unlock()
      if let outcome = claim(call) { receiver(outcome) }
      return
    }
    self.receiver = receiver
    // A call that was given up before anybody asked has its answer ready.
    let answer = isAnswered ? takeAnswer() : nil
    monitor.unlock()
    if let (receiver, outcome) = answer { receiver(outcome) }
  }
}
