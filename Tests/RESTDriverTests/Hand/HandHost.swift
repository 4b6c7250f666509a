import CurlKit
import DriverABI
import Foundation
import TestSupport

@testable import DriverHost
@testable import DriverKit
@testable import HTTPKit
@testable import RESTDriver

/// A small host for one instance of the driver, turned by hand: it shows what the real one hides, such as
/// how often the driver was called and what it holds on to.
///
/// libcurl is the real one, and so are the servers.
final class HandHost {
  let loop = HandLoop()
  private var calls: [HandCall] = []
  private var instance: UnsafeMutableRawPointer?

  private static let entry = DriverEntry { DriverEntry.create(RESTDriver.self, $0, $1, $2, $3) }

  init() throws {
    let report = dh_report_v1(fn: { _, _ in }, context: nil)
    let status = HandHost.entry.functions.pointee.create(
      HandHost.table,
      loop.address,
      &instance,
      report
    )
    guard status == DH_OK else { throw TestSupportError("the driver was not made") }
  }

  deinit {
    HandHost.entry.functions.pointee.destroy(instance)
    // A test that waited may be on another thread by now, and then the driver has posted its last work.
    while loop.hasPostedWork { loop.runPosted() }
  }

  /// Begins a call; `loop` has to be turned for it.
  func start(
    _ inputs: ValueMap,
    action: String = "request",
    secrets: [JSONPointer] = [],
    traceparent: String = "",
    sink: HandCall.Sink? = nil
  ) throws -> HandCall {
    let complete = try descriptorFile.schema.complete(inputs, action: action)
    let call = HandCall(loop)
    calls.append(call)
    call.sink = sink
    var request = call.request(
      action,
      complete.values,
      secrets: complete.secrets + secrets,
      traceparent: traceparent
    )
    HandHost.entry.functions.pointee.start(instance, &request)
    return call
  }

  /// Runs a call to its end.
  func run(
    _ inputs: ValueMap,
    action: String = "request",
    secrets: [JSONPointer] = [],
    traceparent: String = ""
  ) throws -> HandCall {
    let call = try start(inputs, action: action, secrets: secrets, traceparent: traceparent)
    try loop.run("the call's end") { call.isDone }
    return call
  }

  /// What requests of a loop share, for a look at what it holds.
  static func client(_ loop: HandLoop) throws -> HTTPClient {
    let context = DriverContext(table)
    // It is this process's libcurl, which the driver initializes when it is made.
    _ = try RESTDriver(context, loop: try Loop(loop.address, host: table))
    return try HTTPClient(
      try Loop(loop.address, host: table),
      userAgent: "hand",
      connections: 64
    )
  }

  /// A request on a client that the test can look into.
  static func begin(
    _ client: HTTPClient,
    _ loop: HandLoop,
    _ inputs: ValueMap,
    secrets: [JSONPointer] = []
  ) throws -> (call: HandCall, exchange: Exchange) {
    let complete = try descriptorFile.schema.complete(inputs, action: "request")
    let hand = HandCall(loop)
    let request = hand.request(
      "request",
      complete.values,
      secrets: complete.secrets + secrets,
      traceparent: ""
    )
    let call = Call(CallState(request))
    let inputs = try RESTInputs(call.inputs, memory: client.memory)
    let running = RequestCall(client, call, inputs)
    running.begin()
    return (hand, running.exchange)
  }

  /// The table, for ever at one place and never changed, which is why it may be shared.
  nonisolated(unsafe) private static let table: UnsafePointer<dh_host_v1> = {
    let place = UnsafeMutablePointer<dh_host_v1>.allocate(capacity: 1)
    place.initialize(
      to: dh_host_v1(
        name: constant("hand"),
        version: constant("1"),
        log: { _, _, _ in },
        once: { _, _, run, context in run(context) },
        interface: { _, id in
          switch String(cString: id) {
          case DH_REACTOR_V1: UnsafeRawPointer(HandLoop.reactor)
          case DH_RESOLVE_V1: UnsafeRawPointer(HandLoop.resolver)
          default: nil
          }
        }
      )
    )
    return UnsafePointer(place)
  }()

  private static func constant(_ text: StaticString) -> dh_text_v1 {
    dh_text_v1(
      ptr: UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self),
      len: text.utf8CodeUnitCount
    )
  }
}
