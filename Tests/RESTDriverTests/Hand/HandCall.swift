import DriverABI
import Foundation

@testable import DriverHost

/// A call of a driver on a loop that is turned by hand.
final class HandCall {
  /// How a call failed.
  struct Failure: Equatable {
    var code: UInt32
    var message: String
    var detail: String
    var pointer: String
    var isRetryable: Bool
    var vendorCode: Int64
  }

  /// Whoever reads the channel 0, as slowly as a test wants.
  struct Sink {
    /// How many bytes may wait; more are taken only where none do.
    var limit = 1 << 20
    /// Whether what is taken waits to be drained.
    var isSlow = false
    /// How many bytes wait.
    fileprivate(set) var waiting = 0
    /// How many bytes have come.
    fileprivate(set) var count = 0
    /// How many came in the callback in which most did.
    fileprivate(set) var mostAtOnce = 0
    fileprivate var ofCallback = (number: -1, count: 0)
    /// How often a write was refused.
    fileprivate(set) var refusalCount = 0
    /// How often the driver was told that there is room.
    fileprivate(set) var readyCount = 0
    /// What a write is answered with from then on, such as DH_UNWANTED.
    var answer: Int32?
    fileprivate var refused = 0
  }

  let loop: HandLoop
  private(set) var outputs: [String: Value] = [:]
  /// The places in the outputs that the driver flagged as secret.
  private(set) var secrets: [JSONPointer] = []
  private(set) var isDone = false
  /// Nil before the end, and after a success.
  private(set) var failure: Failure?
  /// Nil: nobody reads.
  var sink: Sink?
  /// Why it is to stop; 0: it is not.
  private var stopReason: Int32 = 0
  private var stopFunction: (() -> Void)?
  private var readyFunction: (() -> Void)?
  private var arena = Arena()

  init(_ loop: HandLoop) { self.loop = loop }

  /// What the driver is asked.
  func request(
    _ action: String,
    _ inputs: ValueMap,
    secrets: [JSONPointer],
    traceparent: String
  ) -> dh_request_v1 {
    dh_request_v1(
      call: dh_call_v1(
        fn: HandCall.functions,
        id: UInt64(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
      ),
      session: nil,
      action: arena.abiText(action),
      inputs: UnsafePointer(arena.inputs(inputs, secrets: secrets)),
      deadline_ns: 0,
      execution: arena.abiText(""),
      connector: arena.abiText(""),
      context: UnsafePointer(
        arena.inputs(
          traceparent.isEmpty ? [:] : ["traceparent": .string(traceparent)],
          secrets: []
        )
      ),
      attempt: 1,
      flags: 0
    )
  }

  /// Asks the driver to stop.
  func stop(_ reason: Int32 = DH_STOP_CANCELLED) {
    stopReason = reason
    guard let function = stopFunction else { return }
    stopFunction = nil
    loop.post(function)
  }

  /// Takes what waits for the slow reader.
  func drain(_ count: Int = .max) {
    guard let sink else { return }
    self.sink?.waiting = max(0, sink.waiting - min(count, sink.waiting))
    tellRoom()
  }

  // MARK: - What the driver calls

  private static func at(_ call: dh_call_v1) -> HandCall {
    Unmanaged<HandCall>.fromOpaque(UnsafeRawPointer(bitPattern: UInt(call.id))!)
      .takeUnretainedValue()
  }

  private func write(_ count: Int) -> Int32 {
    guard var sink else { return DH_UNWANTED }
    if let answer = sink.answer { return answer }
    if sink.waiting > 0, sink.waiting + count > sink.limit {
      sink.refusalCount += 1
      sink.refused = count
      self.sink = sink
      return DH_AGAIN
    }
    if sink.isSlow { sink.waiting += count }
    sink.count += count
    let before = sink.ofCallback.number == loop.callbackCount ? sink.ofCallback.count : 0
    sink.ofCallback = (loop.callbackCount, before + count)
    sink.mostAtOnce = max(sink.mostAtOnce, before + count)
    self.sink = sink
    return DH_OK
  }

  /// Room means that what was refused fits.
  private func tellRoom() {
    guard let sink, let function = readyFunction,
      sink.answer != nil || sink.waiting == 0 || sink.waiting + sink.refused <= sink.limit
    else { return }
    readyFunction = nil
    self.sink?.readyCount += 1
    loop.post(function)
  }

  private func end(_ error: dh_error_v1?) -> Int32 {
    if isDone { return DH_GONE }
    isDone = true
    failure = error.map { error in
      func text(_ text: dh_text_v1) -> String { ValueReader.text(text) ?? "(not UTF-8)" }
      return Failure(
        code: error.code,
        message: text(error.message),
        detail: text(error.detail),
        pointer: text(error.pointer),
        isRetryable: error.flags & DH_RETRYABLE != 0,
        vendorCode: error.vendor_code
      )
    }
    stopFunction = nil
    readyFunction = nil
    return DH_OK
  }

  private func output(_ name: dh_text_v1, _ value: dh_value_v1) -> Int32 {
    var reader = ValueReader()
    guard !isDone, let name = ValueReader.text(name), let read = try? reader.read(value) else {
      return isDone ? DH_GONE : DH_INVALID
    }
    outputs[name] = read
    secrets += reader.secrets.map { JSONPointer([name] + $0.tokens) }
    return DH_OK
  }

  /// The table, for ever at one place and never changed, which is why it may be shared.
  nonisolated(unsafe) private static let functions: UnsafePointer<dh_calls_v1> = {
    let place = UnsafeMutablePointer<dh_calls_v1>.allocate(capacity: 1)
    place.initialize(
      to: dh_calls_v1(
        stopped: { at($0).isDone ? DH_GONE : at($0).stopReason },
        stop_fd: { _ in DH_REFUSED },
        on_stop: { call, function, context in
          at(call).stopFunction = function.map { function in { function(context) } }
          return DH_OK
        },
        log: { _, _, _ in },
        progress: { _, _, _, _ in },
        output: { at($0).output($1, $2.pointee) },
        send: { _, _, _ in DH_REFUSED },
        wanted: { call, channel in channel == 0 && at(call).sink != nil ? 1 : 0 },
        write: { call, _, _, count in at(call).write(count) },
        read: { _, _, _, _ in Int64(DH_REFUSED) },
        length: { _, _ in Int64(DH_REFUSED) },
        seek: { _, _, _ in DH_REFUSED },
        on_ready: { call, _, function, context in
          at(call).readyFunction = function.map { function in { function(context) } }
          at(call).tellRoom()
          return DH_OK
        },
        rows: { _, _, _ in DH_REFUSED },
        opened: { _, _ in DH_REFUSED },
        done: { call, error in at(call).end(error?.pointee) }
      )
    )
    return UnsafePointer(place)
  }()
}
