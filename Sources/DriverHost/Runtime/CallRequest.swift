/// What one call asks of a driver.
struct CallRequest: Sendable {
  /// An action of the descriptor, or one of a session's own: `open`, `close`, `reset`, `check`.
  var action: String
  /// Complete and valid.
  var inputs: ValueMap = [:]
  /// Where the secret ones stand.
  var secrets: [JSONPointer] = []
  /// How many of them, the last ones, are secret only because a vault supplied them.
  var countFromVaultOnly = 0
  /// Masks the secrets of the inputs, and those that the driver knows although they are none; nil: there are none.
  var redactor: Redactor?
  /// The driver's session, as `opened` handed it over.
  var session: SessionHandle?
  /// Whether the call closes a session: it is taken also when no others are.
  var isClosing = false
  /// Which loop's instance must take the call, counted round; nil: any.
  var affinity: Int?
  /// When the call is asked to stop; nil: never.
  var deadline: MonotonicTime?
  /// For messages: how long that was when the call began.
  var timeout: Duration?
  /// A UUID.
  var execution: String
  /// The connector's name; empty where there is none.
  var connector = ""
  /// What the caller tells about it.
  var context = CallContext()
  /// From 1.
  var attempt: UInt32 = 1
  /// How many channels the action declares.
  var channelCount = 0
  /// What is connected to the action's channels, in the descriptor's order; nil: nothing.
  var channels: [CallChannel?] = []
  /// Takes streams of rows, on the driver's thread; returns at once, with false if nobody wants them after
  /// all.
  ///
  /// Nil: nobody wants rows.
  var onRows: (@Sendable (RowSource) -> Bool)?
  /// Hears that a call which was given up has left its driver after all.
  var onLateEnd: (@Sendable () -> Void)?
  /// Hears of progress, on the driver's thread; returns at once.
  var onProgress: (@Sendable (Progress) -> Void)?
}

/// What a caller tells about a call beside its inputs.
struct CallContext: Sendable {
  /// W3C trace context; empty: none.
  var traceparent = ""
  var tracestate = ""

  var isEmpty: Bool { traceparent.isEmpty && tracestate.isEmpty }
}

/// A request that whoever makes the call and the call's slot both keep, once for the two.
final class SharedRequest: Sendable {
  let value: CallRequest

  init(_ value: CallRequest) { self.value = value }
}

/// One connected channel of a call.
enum CallChannel: Sendable {
  case output(OutputChannel)
  case input(InputChannel)
}

/// How far a call is.
public struct Progress: Sendable, Hashable {
  /// What is done, in units that `text` names.
  public var done: UInt64
  /// What there is to do; nil where that is not known.
  public var total: UInt64?
  /// The unit or the step, in the driver's words.
  public var text: String
}

/// A driver's session: an address that only the driver knows the meaning of.
@safe
struct SessionHandle: @unchecked Sendable {
  // `@unchecked` because the host passes it on and never looks behind it.
  let address: UnsafeMutableRawPointer
}

/// How a call ended.
struct CallOutcome: Sendable {
  var outputs: ValueMap = [:]
  /// The places in `outputs` that the driver flagged as secret.
  var secretOutputs: [JSONPointer] = []
  /// Nil on success.
  var error: HostError?
  /// What the action `open` handed over.
  var session: SessionHandle?
  /// Whether the session must not be used again.
  var isSessionBroken = false
  /// Whether the call was given up: its driver still has it, and its session.
  var isAbandoned = false
  /// Why the call was asked to stop, if it was.
  var stop: StopReason?
  /// Whether no driver has seen the call, so that its channels are still to be ended.
  var isUnbegun = false
}

extension CallOutcome {
  /// How a call ends that no driver takes.
  init(unbegun error: HostError) {
    self.error = error
    isUnbegun = true
  }
}

/// Why a call is asked to stop.
///
/// The raw values are the ABI's.
enum StopReason: Int32, Sendable {
  case cancelled = 1
  case deadline = 2
}
