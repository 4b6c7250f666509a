internal import DriverABI

/// What the values of one call share: the request as it came, and the closures that C holds.
///
/// The address of this object is the context of the call's stop function. It is kept alive from the
/// first registration until the call has ended, so C never meets a freed context, whatever the order
/// of stop and end. A call that the driver lets go of without ending it, and without a stop function
/// that still may, is ended here with an error that says so.
@safe
final class CallState: @unchecked Sendable {
  // `@unchecked` because the request never changes, its functions may be called from any thread, and
  // the rest is guarded by `lock` or touched on the call's loop only.

  let request: dh_request_v1

  private let lock = SpinLock()
  // Guarded by `lock`.
  private var stopFunction: (() -> Void)?
  private var isHeldByC = false
  private var hasEnded = false
  private var endsLater = false

  /// What waits for a channel.
  ///
  /// On the call's loop only.
  private var readyFunctions: [UInt32: ReadyFunction] = [:]

  init(_ request: dh_request_v1) {
    unsafe self.request = unsafe request
  }

  deinit {
    if hasEnded { return }
    let error = DriverError(
      .internal,
      "the driver let go of the call without ending it; report this to the driver's vendor"
    )
    _ = unsafe error.withABI { unsafe functions.pointee.done(call, $0) }
  }

  var call: dh_call_v1 { unsafe request.call }
  var functions: UnsafePointer<dh_calls_v1> { unsafe request.call.fn }

  // MARK: - Stops

  /// Runs `body` once when the call is asked to stop; nil takes the earlier one back.
  ///
  /// When this has returned, the earlier one is not running and will not run.
  func setStopFunction(_ body: (() -> Void)?) {
    let context = unsafe Unmanaged.passUnretained(self)
    // The closure is in its place before C knows of it, so that the trampoline always finds it. It is
    // taken out to be run, so it runs once even if C calls for this registration and the one before.
    let (earlier, isOver): ((() -> Void)?, Bool) = lock.withLock {
      if hasEnded { return (nil, true) }
      if body != nil, !isHeldByC {
        isHeldByC = true
        _ = unsafe context.retain()
      }
      defer { stopFunction = body }
      return (stopFunction, false)
    }
    if isOver { return }
    if body == nil {
      _ = unsafe functions.pointee.on_stop(call, nil, nil)
    } else {
      _ = unsafe functions.pointee.on_stop(call, CallState.stop, context.toOpaque())
    }
    // The earlier closure is freed here, when it is certain not to be running.
    withExtendedLifetime(earlier) {}
  }

  /// What C calls when the call is asked to stop.
  private static let stop: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    guard let context = unsafe context else { return }
    let state = unsafe Unmanaged<CallState>.fromOpaque(context).takeUnretainedValue()
    let body = state.lock.withLock {
      defer { state.stopFunction = nil }
      return state.stopFunction
    }
    body?()
  }

  // MARK: - Channels

  /// Runs `body` once on the loop when a channel has room or bytes; nil takes the earlier one back.
  func setReadyFunction(_ channel: UInt32, _ body: (() -> Void)?) -> Int32 {
    guard let body else {
      let status = unsafe functions.pointee.on_ready(call, channel, nil, nil)
      readyFunctions[channel] = nil
      return status
    }
    let function = ReadyFunction(body, state: self, channel: channel)
    let earlier = readyFunctions.updateValue(function, forKey: channel)
    let status = unsafe functions.pointee.on_ready(
      call,
      channel,
      ReadyFunction.run,
      Unmanaged.passUnretained(function).toOpaque()
    )
    withExtendedLifetime(earlier) {}
    if status < 0 { readyFunctions[channel] = nil }
    return status
  }

  /// A closure that waits for a channel: the context of its C function.
  @safe
  private final class ReadyFunction {
    private let body: () -> Void
    // Unowned because the call owns this object.
    private unowned let state: CallState
    private let channel: UInt32

    init(_ body: @escaping () -> Void, state: CallState, channel: UInt32) {
      self.body = body
      self.state = state
      self.channel = channel
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      guard let context = unsafe context else { return }
      let function = unsafe Unmanaged<ReadyFunction>.fromOpaque(context).takeUnretainedValue()
      let state = function.state
      if state.readyFunctions[function.channel] === function {
        state.readyFunctions[function.channel] = nil
      }
      function.body()
    }
  }

  // MARK: - The end

  /// Ends the call, and lets go of the closures; false if it had ended already.
  ///
  /// The first one wins, such as a stop function's over the error that `run` throws for the same stop;
  /// the host hears of no second one.
  func end(_ error: DriverError?) -> Bool {
    let isFirst = lock.withLock {
      defer { hasEnded = true }
      return !hasEnded
    }
    guard isFirst else { return false }
    let status =
      if let error {
        unsafe error.withABI { unsafe functions.pointee.done(call, $0) }
      } else {
        unsafe functions.pointee.done(call, nil)
      }
    // Only now is it certain that C calls the stop function no more.
    let (stop, wasHeldByC): ((() -> Void)?, Bool) = lock.withLock {
      defer {
        stopFunction = nil
        isHeldByC = false
      }
      return (stopFunction, isHeldByC)
    }
    withExtendedLifetime(stop) {}
    readyFunctions.removeAll()
    // The caller holds this object too, so it is not gone yet.
    if wasHeldByC { unsafe Unmanaged.passUnretained(self).release() }
    return status == DH_OK
  }

  /// The call goes on after a blocking driver's `run` has returned.
  func setEndsLater() { lock.withLock { endsLater = true } }

  /// Whether a blocking driver's `run` has left anything to end.
  var mustEnd: Bool { lock.withLock { !hasEnded && !endsLater } }
}
