import DriverABI
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DriverHost

@Suite("A driver that neglects its channels")
struct ChannelMisuseTests {
  private func request(_ channels: CallChannel...) -> CallRequest {
    var request = InProcessDriver.request()
    request.channelCount = channels.count
    request.channels = channels
    return request
  }

  @Test(
    "and never reads holds its source back, which is let go of when the call ends",
    arguments: [true, false]
  )
  func neverReads(isBlocking: Bool) async throws {
    let driver = try InProcessDriver.make(isBlocking: isBlocking, grace: .seconds(10)) {
      _,
      request in
      // Ends when it is asked to, and not before.
      let call = request.pointee.call
      _ = call.fn.pointee.on_stop(
        call,
        { context in
          let call = context!.assumingMemoryBound(to: dh_call_v1.self)
          _ = dh_fail(call.pointee, DH_ERROR_CANCELLED, "stopped")
          call.deallocate()
        },
        {
          let copy = UnsafeMutablePointer<dh_call_v1>.allocate(capacity: 1)
          copy.initialize(to: call)
          return UnsafeMutableRawPointer(copy)
        }()
      )
    }
    let given = Lock(0)
    let source = AsyncThrowingStream<[UInt8], any Error> {
      given.withLock { $0 += 1 << 16 }
      return [UInt8](repeating: 1, count: 1 << 16)
    }
    let channel = InputChannel(name: "in", sequence: source)
    let task = Task { [request = request(.input(channel))] in try await driver.run(request) }
    try await eventually("the queue is full") { given.withLock { $0 } > 1 << 20 }
    try await Task.sleep(for: .milliseconds(50))
    #expect(given.withLock { $0 } <= 1 << 20 + 2 << 16)
    task.cancel()
    #expect(try await task.value.error?.code == .cancelled)
    let before = given.withLock { $0 }
    try await Task.sleep(for: .milliseconds(20))
    // Its task has left: nothing more is asked for.
    #expect(given.withLock { $0 } == before)
  }

  @Test("and never writes leaves its reader with nothing, and no wait", arguments: [true, false])
  func neverWrites(isBlocking: Bool) async throws {
    let driver = try InProcessDriver.make(isBlocking: isBlocking) { _, request in
      _ = dh_succeed(request.pointee.call)
    }
    let channel = OutputChannel(name: "out", content: .bytes, way: .streamed)
    async let outcome = driver.run(request(.output(channel)))
    #expect(try await channel.next() == nil)
    #expect(try await outcome.error == nil)
  }

  @Test("and floods one whose reader is slow is refused what is over a queue, for ever")
  func floods() async throws {
    let driver = try InProcessDriver.make(isBlocking: false) { _, request in
      let call = request.pointee.call
      let block = [UInt8](repeating: 7, count: 64 << 10)
      var taken: Int64 = 0
      var refused: Int64 = 0
      for _ in 0..<10_000 {
        let status = block.withUnsafeBytes {
          call.fn.pointee.write(call, 0, $0.baseAddress, $0.count)
        }
        if status == DH_OK { taken += 1 }
        if status == DH_AGAIN { refused += 1 }
      }
      for (name, count) in [("taken", taken), ("refused", refused)] {
        var value = dh_int(count)
        _ = name.withCString { call.fn.pointee.output(call, dh_text($0), &value) }
      }
      _ = dh_succeed(call)
    }
    let channel = OutputChannel(name: "out", content: .bytes, way: .streamed)
    async let outcome = driver.run(request(.output(channel)))
    // Before the first is read, the whole flood has been there.
    let outputs = try await outcome.outputs
    #expect(outputs["taken"] == 16)
    #expect(outputs["refused"] == 9984)
    var total = 0
    while case .bytes(let bytes) = try await channel.next() { total += bytes.count }
    #expect(total == 1 << 20)
  }

  @Test("or asks for their readiness on the wrong thread is refused, and named")
  func wrongThread() async throws {
    let driver = try InProcessDriver.make(isBlocking: false) { _, request in
      let copy = UnsafeMutablePointer<dh_call_v1>.allocate(capacity: 1)
      copy.initialize(to: request.pointee.call)
      var thread = pthread_t()
      pthread_create(
        &thread,
        nil,
        { context in
          let copy = context!.assumingMemoryBound(to: dh_call_v1.self)
          let call = copy.pointee
          copy.deallocate()
          var status = dh_int(Int64(call.fn.pointee.on_ready(call, 0, { _ in }, nil)))
          _ = "status".withCString { call.fn.pointee.output(call, dh_text($0), &status) }
          _ = dh_succeed(call)
          return nil
        },
        copy
      )
      pthread_detach(thread)
    }
    let channel = OutputChannel(name: "out", content: .bytes, way: .streamed)
    let outcome = try await driver.run(request(.output(channel)))
    #expect(outcome.outputs["status"] == .int(Int64(DH_REFUSED)))
    #expect(driver.counters.misuses.load(ordering: .relaxed) == 1)
  }
}
