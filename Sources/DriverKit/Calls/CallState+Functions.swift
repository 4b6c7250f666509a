internal import DriverABI

// MARK: - The stop function

/// What C may run for a call.
///
/// The context of the stop function is the call's state, which C holds by one retain while anything
/// may be registered: so C never meets a freed context, whatever the order of stop and end. The context
/// of a channel's function is an object of its own, since the loop alone touches it.
extension CallState {
  /// Runs `body` once when the call is asked to stop; nil takes the earlier one back.
  ///
  /// When this has returned, the earlier one is not running and will not run.
  func setStopFunction(_ body: (() -> Void)?, on loop: Loop?) {
    let function = unsafe body.map { unsafe Unmanaged.passRetained(CallClosure($0, on: loop)) }
    let isSetting = lock.withLock {
      if hasEnded { return false }
      settersOfStop += 1
      if settersOfStop > 1 { settersHaveMet = true }
      return true
    }
    guard isSetting else {
      if let function = unsafe function { unsafe CallClosure.release(function) }
      return
    }
    // Taken back before the new one can be found: C may be running the registration that it has, and
    // that must not meet a closure which waits for what the caller of this holds.
    if lock.withLock({ hasSetStop }) { _ = unsafe functions.pointee.on_stop(call, nil, nil) }
    unsafe replaceStopFunction(nil)
    if let function = unsafe function, unsafe replaceStopFunction(function) {
      let context = unsafe Unmanaged.passUnretained(self).toOpaque()
      _ = unsafe functions.pointee.on_stop(call, CallState.stop, context)
    }
    lock.withLock { settersOfStop -= 1 }
    giveUpHold()
  }

  /// Puts another function in the place of the one that C finds; false if the call is over.
  @discardableResult
  private func replaceStopFunction(_ function: Unmanaged<CallClosure>?) -> Bool {
    let (unused, isSet) = unsafe lock.withLock {
      if hasEnded { return unsafe (function, false) }
      if unsafe function != nil, !isHeldByC {
        hasSetStop = true
        isHeldByC = true
        _ = unsafe Unmanaged.passUnretained(self).retain()
      }
      defer { unsafe stopFunction = unsafe function }
      return unsafe (stopFunction, true)
    }
    if let unused = unsafe unused { unsafe CallClosure.release(unused) }
    return isSet
  }

  /// What C calls when the call is asked to stop.
  private static let stop: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    guard let context = unsafe context else { return }
    let state = unsafe Unmanaged<CallState>.fromOpaque(context).takeUnretainedValue()
    let function = unsafe state.lock.withLock {
      defer { unsafe state.stopFunction = nil }
      return unsafe state.stopFunction
    }
    unsafe function?.takeRetainedValue().body()
    state.giveUpHold()
  }

  /// Gives C's hold on this object up if C certainly has no use for it any more.
  ///
  /// The caller holds this object too.
  private func giveUpHold() {
    let mayGiveUp = lock.withLock {
      guard isHeldByC, unsafe stopFunction == nil, settersOfStop == 0, !settersHaveMet
      else { return false }
      isHeldByC = false
      return true
    }
    if mayGiveUp { unsafe Unmanaged.passUnretained(self).release() }
  }

  // MARK: - Channels

  /// Runs `body` once on the loop when a channel has room or bytes; nil takes the earlier one back.
  ///
  /// On the loop.
  func setReadyFunction(_ channel: UInt32, _ body: (() -> Void)?, on loop: Loop) -> Int32 {
    guard let body else {
      let status = unsafe functions.pointee.on_ready(call, channel, nil, nil)
      if status >= 0 { unsafe replaceReadyFunction(channel, nil) }
      return status
    }
    let function = unsafe Unmanaged.passRetained(
      ReadyFunction(body, on: loop, for: channel, of: self)
    )
    let status = unsafe functions.pointee.on_ready(
      call,
      channel,
      CallState.ready,
      function.toOpaque()
    )
    if status < 0 {
      unsafe CallClosure.release(function)
    } else {
      unsafe replaceReadyFunction(channel, function)
    }
    return status
  }

  /// Notes what C holds for a channel, and lets go of what it held before.
  private func replaceReadyFunction(_ channel: UInt32, _ function: Unmanaged<ReadyFunction>?) {
    let unused = unsafe lock.withLock {
      if hasEnded { return unsafe function }
      defer { unsafe readyFunctions[channel] = unsafe function }
      return unsafe readyFunctions[channel]
    }
    if let unused = unsafe unused { unsafe CallClosure.release(unused) }
  }

  /// What C calls when a channel has room or bytes.
  private static let ready: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    guard let context = unsafe context else { return }
    let held = unsafe Unmanaged<ReadyFunction>.fromOpaque(context)
    let function = unsafe held.takeUnretainedValue()
    let state = function.state
    // C has called, so it holds nothing; at the call's end that is seen to elsewhere.
    let isNoted = state.lock.withLock {
      guard unsafe state.readyFunctions[function.channel]?.toOpaque() == held.toOpaque()
      else { return false }
      unsafe state.readyFunctions[function.channel] = nil
      return true
    }
    if isNoted { unsafe held.release() }
    function.body()
  }
}
