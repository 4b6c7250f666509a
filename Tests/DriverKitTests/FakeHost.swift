import DriverABI
import DriverKit
import Foundation

@testable import DriverHost

/// A host of one driver and one call, whose functions answer what a test says.
///
/// For what the real host does at moments that no test can choose. Its loop is the thread that makes it.
final class FakeHost: @unchecked Sendable {
  // `@unchecked` because a test sets the functions before it starts anything.
  typealias Stop = (function: dh_fn_v1, context: UnsafeMutableRawPointer?)

  var onStop: (Stop?) -> Int32 = { _ in DH_OK }
  var opened: (UnsafeMutableRawPointer) -> Int32 = { _ in DH_OK }
  var done: (DriverFailure?) -> Int32 = { _ in DH_OK }
  var post: (dh_fn_v1, UnsafeMutableRawPointer?) -> Int32 = { _, _ in DH_OK }
  var unwatch: (Int64) -> Int32 = { _ in DH_OK }

  /// An error that a driver ended a call with.
  struct DriverFailure: Sendable {
    var code: UInt32
    var message: String
  }

  private let driver: dh_driver_v1
  private var instance: UnsafeMutableRawPointer?

  /// Makes the driver's instance, with a loop unless it is blocking.
  init(_ entry: DriverEntry, isBlocking: Bool = true) {
    driver = entry.functions.pointee
    let loop = isBlocking ? nil : OpaquePointer(Unmanaged.passUnretained(self).toOpaque())
    FakeHost.current.withLock { $0 = self }
    let report = dh_report_v1(fn: { _, _ in }, context: nil)
    _ = driver.create(FakeHost.table, loop, &instance, report)
  }

  /// Runs the driver's `start` and, where it does not end the call in there, returns all the same.
  func start(action: StaticString = "run", session: UnsafeMutableRawPointer? = nil) {
    var request = dh_request_v1(
      call: dh_call_v1(fn: FakeHost.calls, id: 1),
      session: session,
      action: FakeHost.text(action),
      inputs: FakeHost.inputs,
      deadline_ns: 0,
      execution: FakeHost.text("an execution"),
      connector: dh_text_v1(),
      context: FakeHost.inputs,
      attempt: 1,
      flags: 0
    )
    driver.start(instance, &request)
  }

  func destroy() { driver.destroy(instance) }

  // MARK: - Tables, which C reads and which know no closures

  private static let current = Lock<FakeHost?>(nil)

  private static var shared: FakeHost {
    current.withLock { $0 }!
  }

  private static func text(_ string: StaticString) -> dh_text_v1 {
    dh_text_v1(
      ptr: UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self),
      len: string.utf8CodeUnitCount
    )
  }

  private static func immortal<Value>(_ value: Value) -> UnsafePointer<Value> {
    let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    place.initialize(to: value)
    return UnsafePointer(place)
  }

  nonisolated(unsafe) private static let inputs = immortal(dh_map(nil, 0))

  nonisolated(unsafe) private static let calls = immortal(
    dh_calls_v1(
      stopped: { _ in 0 },
      stop_fd: { _ in DH_FAILED },
      on_stop: { _, function, context in
        FakeHost.shared.onStop(function.map { ($0, context) })
      },
      log: { _, _, _ in },
      progress: { _, _, _, _ in },
      output: { _, _, _ in DH_OK },
      send: { _, _, _ in DH_UNWANTED },
      wanted: { _, _ in 0 },
      write: { _, _, _, _ in DH_UNWANTED },
      read: { _, _, _, _ in 0 },
      length: { _, _ in Int64(DH_UNWANTED) },
      seek: { _, _, _ in DH_UNWANTED },
      on_ready: { _, _, _, _ in DH_UNWANTED },
      rows: { _, _, _ in DH_UNWANTED },
      opened: { _, session in FakeHost.shared.opened(session) },
      done: { _, error in
        FakeHost.shared.done(
          error.map { error in
            let message = error.pointee.message
            let bytes = UnsafeRawBufferPointer(start: message.ptr, count: message.len)
            return DriverFailure(
              code: error.pointee.code,
              message: String(decoding: bytes, as: UTF8.self)
            )
          }
        )
      }
    )
  )

  nonisolated(unsafe) private static let reactor = immortal(
    dh_reactor_v1(
      watch: { _, _, _, _, _ in 7 },
      change: { _, _, _ in DH_OK },
      unwatch: { _, watch in FakeHost.shared.unwatch(watch) },
      timer: { _, _, _, _ in 7 },
      cancel: { _, _ in DH_OK },
      post: { _, function, context in FakeHost.shared.post(function, context) }
    )
  )

  nonisolated(unsafe) private static let table = immortal(
    dh_host_v1(
      name: text("fake"),
      version: text("1"),
      log: { _, _, _ in },
      once: { _, _, body, context in body(context) },
      interface: { _, id in
        dh_same(id, DH_REACTOR_V1) != 0 ? UnsafeRawPointer(FakeHost.reactor) : nil
      }
    )
  )
}

/// Runs `body` on a thread of its own and waits for it, as long as a deadlock is told from a wait.
///
/// - Returns: Whether it ended.
@discardableResult
func onAnotherThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  let ended = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    body()
    ended.signal()
  }
  return ended.wait(timeout: .now() + 10) == .success
}
