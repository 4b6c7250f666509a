import CLinux
import DriverABI
import Glibc

/// How a call is asked to stop, and how its driver hears of it.
extension CallSlot {
  /// Asks a call to stop.
  ///
  /// The first reason counts.
  ///
  /// A call that no driver has seen ends at once. One that has been started gets its grace; so does what a
  /// driver has sent down its channels and nobody has taken yet.
  func askToStop(_ call: UInt64, _ reason: StopReason) {
    monitor.lock()
    guard holds(call), stop.reason == nil, let request else {
      monitor.unlock()
      return
    }
    switch phase {
    case .waiting:
      stop.reason = reason
      endWaiting(call, stopError(reason: reason, request))
      return
    case .running:
      stop.reason = reason
      signalStopDescriptor()
      if unsafe stop.function != nil { scheduleStopFunction(of: call) }
    case .settling:
      stop.reason = reason
      signalStopDescriptor()
      if outcome?.error == nil {
        outcome?.error = overrulingError ?? stopError(reason: reason, request)
      }
    case .free, .abandoned, .over, .settled:
      monitor.unlock()
      return
    }
    armGrace(call)
    let rows = self.rows
    monitor.unlock()
    // Wakes a driver that waits in `read` or `write`, and takes the rows from a consumer that holds them.
    for channel in request.value.channels { channel?.stop() }
    rows?.stop()
  }

  /// What no revision has until now.
  private static let unknownReason: Int32 = 0x7FF0

  /// `stopped`: 0, why, or that the call has ended.
  func stopStatus(_ call: UInt64) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call) else { return DH_GONE }
    guard let reason = stop.reason else { return DH_OK }
    return driver?.probing?.value.isNewer == true ? CallSlot.unknownReason : reason.rawValue
  }

  /// `stop_fd`: made on first use.
  func descriptorForStop(_ call: UInt64) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call) else { return DH_GONE }
    if stopDescriptor < 0 {
      stopDescriptor = eventfd(stop.reason == nil ? 0 : 1, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }
    return stopDescriptor < 0 ? DH_FAILED : stopDescriptor
  }

  /// Makes the descriptor of `stop_fd` readable, where there is one: in every phase, so that one that is not was read.
  ///
  /// With the monitor locked.
  private func signalStopDescriptor() {
    guard stopDescriptor >= 0 else { return }
    var one: UInt64 = 1
    unsafe Glibc.write(stopDescriptor, &one, 8)
  }

  /// Gives the descriptor of `stop_fd` back, and says so where the driver has closed or read it.
  ///
  /// With the monitor locked.
  func closeStopDescriptor() {
    let descriptor = stopDescriptor
    stopDescriptor = -1
    if stop.reason != nil, fcntl(descriptor, F_GETFD) >= 0 {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&entry, 1, 0) == 0 {
        driver?.reportMisuse(
          "STOP-8",
          "it read the descriptor of `stop_fd`, which others wait for: look at it with poll(2) only"
        )
      }
    }
    if close(descriptor) != 0 {
      driver?.reportMisuse("STOP-8", "it closed the descriptor of `stop_fd`, which is the host's")
    }
  }

  /// `on_stop`: registers a function, or takes it back with nil.
  func setStopFunction(
    _ call: UInt64,
    _ function: dh_fn_v1?,
    _ context: UnsafeMutableRawPointer?
  ) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    waitForStopFunction(of: call)
    guard isLive(call) else { return DH_GONE }
    stop.registration += 1
    unsafe stop.function = unsafe function
    unsafe stop.context = unsafe context
    guard stop.reason != nil, unsafe function != nil else { return DH_OK }
    scheduleStopFunction(of: call)
    return DH_STOPPED
  }

  /// After this, or a driver's grace, a stop function that `on_stop` or `done` waits for is taken to be stuck.
  private static let stopFunctionLimit = Duration.seconds(1)

  /// Waits while another thread runs the call's stop function.
  ///
  /// With the monitor locked.
  func waitForStopFunction(of call: UInt64) {
    guard stop.runner != nil else { return }
    let limit = min(CallSlot.stopFunctionLimit, driver?.grace ?? CallSlot.stopFunctionLimit)
    let isLate = MonotonicTime.now.advanced(by: limit)
    var isReported = false
    while holds(call), let runner = stop.runner,
      pthread_equal(runner, pthread_self()) == 0
    {
      if isReported {
        monitor.wait()
      } else if !monitor.wait(until: isLate) {
        isReported = true
        driver?.reportMisuse(
          "STOP-5",
          "its stop function has been running for \(limit.inWords) while it waits in `on_stop` or `done`: most likely the one wants a lock that is held across the other"
        )
      }
    }
  }

  /// What the caller is told of a call that was stopped.
  func stopError(reason: StopReason, _ request: SharedRequest) -> HostError {
    switch reason {
    case .cancelled:
      return HostError(.cancelled, stage: .call, "the call was cancelled")
    case .deadline:
      let limit = request.value.timeout.map { " after \($0.inWords)" } ?? ""
      var error = HostError(
        .timedOut,
        stage: .call,
        "the call ran into its deadline\(limit): give it more time, or find out what it waits for"
      )
      error.isRetryable = true
      return error
    }
  }

  /// A driver's error after a stop says what stopped it, and keeps the driver's words as detail.
  func stopped(_ error: HostError) -> HostError {
    guard let reason = stop.reason, let request,
      error.code == .cancelled || error.code == .timedOut
    else { return error }
    var result = stopError(reason: reason, request)
    result.detail = [error.message, error.detail].compactMap(\.self).joined(separator: "\n")
    result.status = error.status
    result.vendorCode = error.vendorCode
    result.vendorState = error.vendorState
    result.details = error.details
    return result
  }

  /// Has the registered function run, never on this thread's stack.
  ///
  /// With the monitor locked.
  private func scheduleStopFunction(of call: UInt64) {
    let registration = stop.registration
    driver?.runStopFunction(on: loop) { [self] in
      runStopFunction(of: call, registration)
    }
  }

  private func runStopFunction(of call: UInt64, _ registration: UInt64) {
    monitor.lock()
    guard isLive(call), stop.registration == registration, stop.runner == nil,
      let function = unsafe stop.function
    else {
      monitor.unlock()
      return
    }
    let context = unsafe stop.context
    unsafe stop.function = nil
    stop.runner = pthread_self()
    monitor.unlock()
    unsafe function(context)
    monitor.lock()
    stop.runner = nil
    monitor.broadcast()
    if phase == .over, worker == nil {
      driverIsOut(call)
      return
    }
    // One that was registered meanwhile, by this function itself or beside it.
    if isLive(call), unsafe stop.function != nil { scheduleStopFunction(of: call) }
    monitor.unlock()
  }
}
