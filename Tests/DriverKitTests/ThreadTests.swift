import DriverABI
import DriverKit
import Glibc
import Testing

@testable import DriverHost

/// What closures hold: whether it is alive, and whether it was freed on the thread that made it.
private struct Freed {
  var alive = 0
  var elsewhere = 0
  var runs = 0
}

private let freed = Lock(Freed())

private final class ThreadProbe {
  private let thread = pthread_self()
  init() { freed.withLock { $0.alive += 1 } }
  func heard() { freed.withLock { $0.runs += 1 } }
  deinit {
    let isHere = pthread_equal(thread, pthread_self()) != 0
    freed.withLock { freed in
      freed.alive -= 1
      if !isHere { freed.elsewhere += 1 }
    }
  }
}

/// Makes what the action names on its loop, and lets go of it on another thread while the loop waits.
private final class CarelessDriver: NonblockingDriver {
  private let loop: Loop

  init(_ context: DriverContext, loop: Loop) throws(DriverError) { self.loop = loop }

  func start(_ call: Call) {
    do throws(DriverError) {
      switch try call.inputs.required("what").string() {
      case "watch": try drop(watch(), call)
      case "timer": try drop(timer(), call)
      case "lookup": try drop(lookUp(), call)
      case "stop": stop(call)
      case let what: try wait(for: what == "bytes" ? 1 : 0, call)
      }
      let ending = call
      onAnotherThread { ending.succeed() }
    } catch {
      call.fail(error)
    }
  }

  private func drop(_ object: Unmanaged<some AnyObject>, _ call: Call) {
    nonisolated(unsafe) let object = object
    onAnotherThread { object.release() }
  }

  private func watch() throws(DriverError) -> Unmanaged<Watch> {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw DriverError(.internal, "no pipe") }
    let (reader, writer) = (ends[0], ends[1])
    _ = write(writer, "x", 1)
    let probe = ThreadProbe()
    let watch = Unmanaged.passRetained(
      try loop.watch(reader, for: .readable) { _ in probe.heard() }
    )
    // After the removal, which is posted first.
    loop.post {
      self.loop.post {
        close(reader)
        close(writer)
      }
    }
    return watch
  }

  private func timer() throws(DriverError) -> Unmanaged<LoopTimer> {
    let probe = ThreadProbe()
    let timer = loop.timer { probe.heard() }
    try timer.arm(afterNanoseconds: 0)
    return .passRetained(timer)
  }

  private func lookUp() throws(DriverError) -> Unmanaged<Lookup> {
    let probe = ThreadProbe()
    return .passRetained(try loop.resolve("localhost") { _ in probe.heard() })
  }

  private func stop(_ call: Call) {
    let probe = ThreadProbe()
    call.onStop(on: loop) { probe.heard() }
  }

  private func wait(for channel: Int, _ call: Call) throws(DriverError) {
    let block = [UInt8](repeating: 1, count: 1 << 20)
    if channel == 0 { while try call.write(block, to: 0) == .taken {} }
    let probe = ThreadProbe()
    try call.onReady(channel, on: loop) { probe.heard() }
    // A second one takes the first one's place, which is freed.
    let other = ThreadProbe()
    try call.onReady(channel, on: loop) { other.heard() }
  }
}

/// Makes watches that the test lets go of.
private final class WatchingDriver: NonblockingDriver {
  nonisolated(unsafe) static var watches: [Unmanaged<Watch>] = []

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    WatchingDriver.watches = []
    for descriptor in Int32(0)...1 {
      let probe = ThreadProbe()
      let watch = try loop.watch(descriptor, for: .readable) { _ in probe.heard() }
      WatchingDriver.watches.append(Unmanaged.passRetained(watch))
    }
  }

  func start(_ call: Call) { call.succeed() }
}

@Suite("What lives on a loop", .serialized)
struct ThreadTests {
  @Test(
    "is taken back and freed on it, whichever thread lets go of it or ends the call",
    arguments: ["watch", "timer", "lookup", "stop", "room", "bytes"]
  )
  func letGo(what: String) async throws {
    freed.withLock { $0 = Freed() }
    let host = try KitHost(
      DriverEntry { DriverEntry.create(CarelessDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    for _ in 0..<20 {
      let body = OutputChannel(name: "body", content: .bytes, way: .streamed)
      let outcome = try await host.run(
        ["what": .string(what)],
        channels: [.output(body), .input(InputChannel(fedByTask: "source"))]
      )
      #expect(outcome.error == nil)
    }
    try await eventually { freed.withLock { $0.alive } == 0 }
    #expect(freed.withLock { $0.elsewhere } == 0)
    #expect(freed.withLock { $0.runs } == 0)
    #expect(host.runtime.counts.misuses == 0)
  }

  @Test("is freed at the end of destroy where no posts are taken, and later where it is let go of")
  func afterTheEnd() throws {
    freed.withLock { $0 = Freed() }
    let host = FakeHost(
      DriverEntry { DriverEntry.create(WatchingDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    let calls = Lock<[String]>([])
    host.post = { _, _ in
      calls.withLock { $0.append("post") }
      return DH_GONE
    }
    host.unwatch = { _ in
      calls.withLock { $0.append("unwatch") }
      return DH_OK
    }
    try #require(WatchingDriver.watches.count == 2)
    nonisolated(unsafe) let first = WatchingDriver.watches[0]
    nonisolated(unsafe) let second = WatchingDriver.watches[1]
    #expect(onAnotherThread { first.release() })
    #expect(calls.withLock { $0 } == ["post"])
    #expect(freed.withLock { $0.alive } == 2)
    host.destroy()
    #expect(calls.withLock { $0 } == ["post", "unwatch"])
    #expect(freed.withLock { $0.alive } == 1 && freed.withLock { $0.elsewhere } == 0)
    #expect(onAnotherThread { second.release() })
    #expect(calls.withLock { $0 } == ["post", "unwatch", "post"])
    #expect(freed.withLock { $0.alive } == 0)
  }
}
