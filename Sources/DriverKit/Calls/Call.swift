internal import DriverABI

/// One call of a driver: what was asked, and the way to answer.
///
/// A value: copy it freely, keep it as long as the call lasts. It may be used from any thread. After the
/// call has ended its functions have no effect.
///
/// A blocking driver's call ends when `run` returns or throws. A non-blocking driver's call ends by
/// `succeed` or `fail`, in `start` or later, exactly once.
public struct Call: Sendable {
  let state: CallState

  init(_ state: CallState) {
    self.state = state
  }

  /// The action to run, one of the descriptor's; empty once the call has ended.
  public var action: String { unsafe state.text { unsafe $0.action } }

  /// The inputs: validated against the descriptor's schema, with its defaults.
  ///
  /// Views of memory of the host's that is there until the call has ended; asked for later, they are
  /// empty. The compiler refuses to keep one in an object or an escaping closure; a function that ends
  /// the call, or waits for another thread that may, looks at none of them afterwards.
  public var inputs: InputMap {
    @_lifetime(immortal)
    get { unsafe InputMap(state.inputs, path: .root) }
  }

  /// When the call will be asked to stop, in nanoseconds of CLOCK_MONOTONIC; nil: never.
  ///
  /// For the timeouts of the library underneath.
  public var deadlineNanoseconds: Int64? {
    state.deadline == 0 ? nil : state.deadline
  }

  /// The execution's UUID, which is the same for all attempts; empty once the call has ended.
  public var execution: String { unsafe state.text { unsafe $0.execution } }

  /// The connector's name; empty where there is none, and once the call has ended.
  public var connector: String { unsafe state.text { unsafe $0.connector } }

  /// The caller's W3C trace context, to be passed on: the header `traceparent`; empty where there is none, and
  /// once the call has ended.
  public var traceparent: String { state.context("traceparent") }

  /// The header `tracestate` beside it; empty where there is none, and once the call has ended.
  public var tracestate: String { state.context("tracestate") }

  /// Which attempt this is, from 1.
  public var attempt: Int { Int(state.attempt) }

  // MARK: - Stops

  /// Why a call is asked to stop.
  public enum Stop: Sendable, Hashable {
    /// Somebody cancelled it.
    case cancelled
    /// Its deadline has passed.
    case deadline
    /// It has ended, or was given up.
    case gone

    /// The error that the call is to end with.
    public var error: DriverError {
      switch self {
      case .cancelled, .gone: DriverError(.cancelled, "the call was cancelled")
      case .deadline: DriverError(.timedOut, "the call's time was up", isRetryable: true)
      }
    }
  }

  /// Why the call is to stop; nil: go on.
  ///
  /// Costs nanoseconds.
  public var stop: Stop? {
    switch unsafe state.functions.pointee.stopped(state.call) {
    case 0: nil
    case DH_STOP_DEADLINE: .deadline
    case let status where status < 0: .gone
    default: .cancelled
    }
  }

  /// Whether the call is to stop.
  public var isStopped: Bool { stop != nil }

  /// Throws the stop's error if the call is to stop.
  public func checkStop() throws(DriverError) {
    if let stop { throw stop.error }
  }

  /// A descriptor that becomes readable when the call is to stop, for poll(2) beside one's own.
  ///
  /// The host's: neither read nor close it, nor use it after the call's end.
  public func stopDescriptor() throws(DriverError) -> Int32 {
    let descriptor = unsafe state.functions.pointee.stop_fd(state.call)
    if descriptor < 0 { throw DriverError(status: descriptor, of: "stop_fd") }
    return descriptor
  }

  /// Runs `body` once when the call is asked to stop, on another thread; nil takes it back.
  ///
  /// A second one replaces the first. `body` may end the call; `run` must then look at no input any
  /// more that it has not copied, since the host takes their memory back. When this or the end of the
  /// call has returned, the earlier one is not running and will not run: so hold no lock across them
  /// that the earlier one takes.
  public func onStop(_ body: (@Sendable () -> Void)?) {
    state.setStopFunction(body, on: nil)
  }

  /// Runs `body` once on the loop when the call is asked to stop; nil takes it back.
  ///
  /// A second one replaces the first. Whichever thread ends the call, what `body` holds is let go of on
  /// the loop.
  ///
  /// - Parameters:
  ///   - loop: The loop that the driver was made with, which the caller is on.
  ///   - body: May end the call.
  public func onStop(on loop: Loop, _ body: (() -> Void)?) {
    state.setStopFunction(body, on: loop)
  }

  // MARK: - On the way

  /// A line for the host's log.
  ///
  /// Free of secrets, without a line end.
  public func log(_ level: LogLevel, _ message: String) {
    var message = message
    message.withUTF8 { utf8 in
      unsafe state.functions.pointee.log(state.call, level.rawValue, dh_text_v1(utf8))
    }
  }

  /// How far the call is; as often as it suits, since the host keeps the newest.
  ///
  /// - Parameters:
  ///   - done: What is done.
  ///   - total: What there is to do; nil where that is not known.
  ///   - unit: What is counted, such as `bytes`.
  public func progress(_ done: UInt64, of total: UInt64? = nil, _ unit: StaticString) {
    unsafe state.functions.pointee.progress(
      state.call,
      done,
      total ?? 0,
      OutputBuilder.text(unit)
    )
  }

  // MARK: - The end

  /// Ends the call successfully; false if it had ended, or was given up before.
  @discardableResult
  public func succeed() -> Bool { state.end(nil) }

  /// Ends the call with an error; false if it had ended, or was given up before.
  @discardableResult
  public func fail(_ error: DriverError) -> Bool { state.end(error) }

  /// Says that the call goes on after a blocking driver's `run` has returned.
  ///
  /// It then ends by `succeed` or `fail`, from any thread.
  public func endsLater() { state.setEndsLater() }
}

/// How much a log line matters.
public enum LogLevel: UInt32, Sendable, Hashable {
  case trace = 0
  case debug, info, warning, error
}

extension dh_text_v1 {
  /// A text over bytes that outlive it.
  init(_ utf8: UnsafeBufferPointer<UInt8>) {
    unsafe self.init(
      ptr: UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self),
      len: utf8.count
    )
  }
}
