import DriverABI
import DriverKit
import Testing

@testable import DriverHost

private let open = Lock(0)

private final class CountingSession {
  var uses = 0
  init() { open.withLock { $0 += 1 } }
  deinit { open.withLock { $0 -= 1 } }
}

private final class SessionDriver: BlockingSessionDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func open(_ call: Call) throws(DriverError) -> CountingSession {
    if call.inputs["fail"] != nil { throw DriverError(.unavailable, "nobody answers") }
    return CountingSession()
  }

  func run(_ call: Call, in session: CountingSession) throws(DriverError) {
    session.uses += 1
    try call.output("uses", .int(Int64(session.uses)))
  }

  func reset(_ session: CountingSession, _ call: Call) throws(DriverError) { session.uses = 0 }
}

private final class LoopSessionDriver: NonblockingSessionDriver {
  private let loop: Loop

  init(_ context: DriverContext, loop: Loop) throws(DriverError) { self.loop = loop }

  func open(_ opening: Opening<CountingSession>) {
    guard opening.call.inputs["fail"] == nil else {
      opening.fail(DriverError(.unavailable, "nobody answers"))
      return
    }
    loop.post { opening.succeed(with: CountingSession()) }
  }

  func start(_ call: Call, in session: CountingSession) {
    session.uses += 1
    do throws(DriverError) {
      try call.output("uses", .int(Int64(session.uses)))
      call.succeed()
    } catch {
      call.fail(error)
    }
  }

  func reset(_ session: CountingSession, _ call: Call) {
    session.uses = 0
    call.succeed()
  }
}

@Suite("Sessions", .serialized)
struct SessionTests {
  @Test("live from open to close, and are freed once", arguments: [true, false])
  func life(isBlocking: Bool) async throws {
    let host = try KitHost(
      isBlocking
        ? DriverEntry { DriverEntry.create(SessionDriver.self, $0, $1, $2, $3) }
        : DriverEntry { DriverEntry.create(LoopSessionDriver.self, $0, $1, $2, $3) },
      isBlocking: isBlocking
    )
    let session = try #require(try await host.run(action: "open").session)
    #expect(open.withLock { $0 } == 1)
    #expect(try await host.run(session: session).outputs["uses"] == 1)
    #expect(try await host.run(session: session).outputs["uses"] == 2)
    #expect(try await host.run(action: "reset", session: session).error == nil)
    #expect(try await host.run(session: session).outputs["uses"] == 1)
    let check = try await host.run(action: "check", session: session)
    #expect(check.error?.code == .internal)
    #expect(check.error?.message.contains("the action check") == true)
    #expect(try await host.run(action: "close", session: session).error == nil)
    try await eventually { open.withLock { $0 } == 0 }
  }

  @Test("that cannot be opened end with the reason", arguments: [true, false])
  func refused(isBlocking: Bool) async throws {
    let host = try KitHost(
      isBlocking
        ? DriverEntry { DriverEntry.create(SessionDriver.self, $0, $1, $2, $3) }
        : DriverEntry { DriverEntry.create(LoopSessionDriver.self, $0, $1, $2, $3) },
      isBlocking: isBlocking
    )
    let outcome = try await host.run(["fail": true], action: "open")
    #expect(outcome.error?.message == "nobody answers")
    #expect(outcome.session == nil)
    let bare = try await host.run()
    #expect(bare.error?.code == .internal)
  }
}

/// What becomes of a session between `opened` and `done`.
extension SessionTests {
  @Test("are let go of when the call was given up after they were handed over")
  func givenUp() {
    let host = FakeHost(DriverEntry { DriverEntry.create(SessionDriver.self, $0, $1, $2, $3) })
    let handedOver = Lock(0)
    host.opened = { _ in
      handedOver.withLock { $0 += 1 }
      return DH_OK
    }
    host.done = { _ in DH_GONE }
    host.start(action: "open")
    host.destroy()
    #expect(handedOver.withLock { $0 } == 1)
    #expect(open.withLock { $0 } == 0)
  }

  @Test("are let go of when the call ends with an error after they were handed over")
  func failed() {
    let host = FakeHost(DriverEntry { DriverEntry.create(StoppedDriver.self, $0, $1, $2, $3) })
    nonisolated(unsafe) var stop: FakeHost.Stop?
    host.onStop = { next in
      stop = next
      return DH_OK
    }
    host.opened = { _ in
      if let stop { stop.function(stop.context) }
      return DH_OK
    }
    let failures = Lock<[String]>([])
    host.done = { failure in
      failures.withLock { $0.append(failure?.message ?? "") }
      return DH_OK
    }
    host.start(action: "open")
    host.destroy()
    #expect(failures.withLock { $0 } == ["stopped"])
    #expect(open.withLock { $0 } == 0)
  }

  @Test("are the host's when the call ends well")
  func handedOver() {
    let host = FakeHost(DriverEntry { DriverEntry.create(SessionDriver.self, $0, $1, $2, $3) })
    nonisolated(unsafe) var session: UnsafeMutableRawPointer?
    host.opened = { opened in
      session = opened
      return DH_OK
    }
    host.start(action: "open")
    #expect(open.withLock { $0 } == 1)
    host.start(action: "close", session: session)
    host.destroy()
    #expect(open.withLock { $0 } == 0)
  }
}

/// Ends its call in a stop function.
private final class StoppedDriver: BlockingSessionDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func open(_ call: Call) throws(DriverError) -> CountingSession {
    call.onStop { call.fail(DriverError(.cancelled, "stopped")) }
    return CountingSession()
  }

  func run(_ call: Call, in session: CountingSession) throws(DriverError) {}
}

private let initializations = Lock(0)

/// Initializes its library once, failing the first time.
private final class OnceDriver: BlockingDriver {
  private let context: DriverContext

  init(_ context: DriverContext) throws(DriverError) { self.context = context }

  func run(_ call: Call) throws(DriverError) {
    try context.once("driverkit.tests.library") { () throws(DriverError) in
      let count = initializations.withLock {
        $0 += 1
        return $0
      }
      if count == 1 { throw DriverError(.unavailable, "not yet") }
    }
    context.log(.info, "\(context.hostName) \(context.hostVersion)")
  }
}

@Suite("An entry")
struct EntryTests {
  @Test("answers the interface that it has, and nothing else")
  func ids() {
    let entry = DriverEntry { DriverEntry.create(OnceDriver.self, $0, $1, $2, $3) }
    #expect(entry.answer("dh.driver/1") != nil)
    #expect(entry.answer("dh.driver/1") == entry.answer("dh.driver/1"))
    #expect(entry.answer("dh.driver/2") == nil)
    #expect(entry.answer("") == nil)
  }

  @Test("gives a guard that initializes once, again after a failure, and names the reason")
  func once() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(OnceDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    #expect(try await host.run().error?.message == "not yet")
    for _ in 0..<3 { #expect(try await host.run().error == nil) }
    #expect(initializations.withLock { $0 } == 2)
    #expect(host.logged.all.contains { $0.hasSuffix(Version.text) })
  }
}
