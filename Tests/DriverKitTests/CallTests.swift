import DriverABI
import DriverKit
import Glibc
import Testing

@testable import DriverHost

private let alive = Lock(0)
private let stopsSeen = Lock<[String]>([])
private let isRegistered = Lock(false)

/// Registers stop functions in the way that `way` names, then waits for the stop or ends.
private final class StoppableDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    let way = try call.inputs.required("way").string()
    register(call, "first", way)
    switch way {
    case "replaced": register(call, "second", way)
    case "taken back": call.onStop(nil)
    default: break
    }
    isRegistered.withLock { $0 = true }
    if way == "not stopped" { return }
    if way == "dropped" {
      call.endsLater()
      return
    }
    while !call.isStopped { usleep(1000) }
    // The function runs soon after the stop: it is waited for where one is registered.
    if way != "taken back" { while stopsSeen.withLock(\.isEmpty) { usleep(1000) } }
    try call.checkStop()
  }

  private func register(_ call: Call, _ name: String, _ way: String) {
    let probe = Probe(alive)
    call.onStop {
      withExtendedLifetime(probe) { stopsSeen.withLock { $0.append(name) } }
      if way == "ends inside" { call.fail(DriverError(.cancelled, "ended by the stop function")) }
      if way == "dropped" { call.succeed() }
    }
  }
}

/// Fails with an error that has everything.
private final class FailingDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    try call.output("partial", "result")
    var error = DriverError(
      .rateLimited,
      "too many requests",
      detail: "the server said so",
      pointer: "/url",
      isRetryable: true
    )
    error.status = 429
    error.retryAfter = .milliseconds(1500)
    error.vendorCode = -7
    error.vendorState = "HY000"
    error.isSessionBroken = true
    error.details = ["limit": 10]
    throw error
  }
}

private final class WaitingDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    var descriptor = pollfd(fd: try call.stopDescriptor(), events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, -1)
    try call.checkStop()
  }
}

private final class RefusingDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {
    throw DriverError(
      .unavailable,
      "libfoo.so.1 is missing; install it by `apt-get install libfoo1`"
    )
  }

  func run(_ call: Call) throws(DriverError) {}
}

@Suite("A call", .serialized)
struct CallTests {
  @Test(
    "frees what it holds for its stop exactly once, whatever the order of stop and end",
    arguments: [
      ("plain", ["first"]), ("replaced", ["second"]), ("taken back", []),
      ("ends inside", ["first"]), ("dropped", ["first"]), ("not stopped", []),
    ]
  )
  func stops(way: String, expected: [String]) async throws {
    stopsSeen.withLock { $0 = [] }
    isRegistered.withLock { $0 = false }
    let host = try KitHost(
      DriverEntry { DriverEntry.create(StoppableDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let task = Task { try await host.run(["way": .string(way)]) }
    try await eventually { isRegistered.withLock { $0 } }
    task.cancel()
    let outcome = try await task.value
    // What ended the call without an error did so before the stop, or in the stop function.
    let isSuccess = way == "not stopped" || way == "dropped"
    #expect(outcome.error?.code == (isSuccess ? nil : .cancelled))
    if way == "ends inside" {
      #expect(outcome.error?.detail?.contains("ended by the stop function") == true)
    }
    try await eventually { alive.withLock { $0 } == 0 }
    #expect(stopsSeen.withLock { $0 } == expected)
    #expect(host.runtime.counts.abandoned == 0)
    #expect(host.runtime.counts.misuses == 0)
  }

  @Test("hands an error over with everything that it holds, beside the partial result")
  func error() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(FailingDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run()
    let error = try #require(outcome.error)
    #expect(error.code == .rateLimited && error.status == 429 && error.isRetryable)
    #expect(error.message == "too many requests" && error.detail == "the server said so")
    #expect(error.pointer?.description == "/url" && error.retryAfter == .milliseconds(1500))
    #expect(error.vendorCode == -7 && error.vendorState == "HY000")
    #expect(error.details == ["limit": 10])
    #expect(outcome.isSessionBroken)
    #expect(outcome.outputs["partial"] == "result")
  }

  @Test("gives a descriptor that wakes its driver at the deadline")
  func stopDescriptor() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(WaitingDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run(timeout: .milliseconds(20))
    #expect(outcome.error?.code == .timedOut)
    #expect(host.runtime.counts.abandoned == 0)
  }

  @Test("of a blocking driver whose descriptor says otherwise ends with what to write there")
  func blockingOnLoop() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(WaitingDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    let outcome = try await host.run(timeout: .seconds(1))
    #expect(outcome.error?.code == .internal)
    #expect(outcome.error?.message.contains(#"must say `"execution": "blocking"`"#) == true)
    #expect(host.runtime.counts.slowCallbacks == 0)
  }

  @Test("of a driver that cannot be made ends with the reason that it threw")
  func refused() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(RefusingDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run()
    #expect(
      outcome.error?.message.contains(
        "libfoo.so.1 is missing; install it by `apt-get install libfoo1`"
      ) == true
    )
    #expect(outcome.error?.code == .unavailable)
  }

  @Test(
    "has the ABI's code for each of DriverKit's",
    arguments: [
      (DriverError.Code.invalidInput, HostError.Code.invalidInput),
      (.unauthenticated, .unauthenticated), (.forbidden, .forbidden), (.notFound, .notFound),
      (.conflict, .conflict), (.rateLimited, .rateLimited), (.timedOut, .timedOut),
      (.cancelled, .cancelled), (.unavailable, .unavailable), (.dns, .dns), (.tls, .tls),
      (.hostKey, .hostKey), (.protocolViolation, .protocolViolation),
      (.remoteFailure, .remoteFailure), (.tooLarge, .tooLarge), (.unsupported, .unsupported),
      (.internal, .internal),
    ]
  )
  func codes(kit: DriverError.Code, host: HostError.Code) async throws {
    let runtime = try KitHost(
      DriverEntry { DriverEntry.create(CodeDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    CodeDriver.code.withLock { $0 = kit }
    #expect(try await runtime.run().error?.code == host)
  }
}

private final class CodeDriver: BlockingDriver {
  static let code = Lock(DriverError.Code.internal)

  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    throw DriverError(CodeDriver.code.withLock { $0 }, "a failure")
  }
}
