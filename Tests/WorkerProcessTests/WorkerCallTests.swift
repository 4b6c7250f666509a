import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A driver in a process of its own", .requires(.gcc))
struct WorkerCallTests {
  @Test("gets every kind of input and gives it back, with what is secret")
  func values() async throws {
    let pair = try await DriverPair(.fixture("echo"), type: "ECHO")
    var deep: Value = "bottom"
    for _ in 0..<200 { deep = [deep] }
    let inputs: ValueMap = [
      "bool": true, "int": .int(.min), "double": .double(.leastNonzeroMagnitude),
      "decimal": "123456789012345678901234567890.5", "string": "Grüße", "nul": "a\u{0}b",
      "bytes": "AAEC/w==", "secret": "s3cr3t", "list": [1, nil, "two", [3.5]],
      "map": ["z": 1, "a": ["": .null]], "any": deep,
    ]
    let outcome = try await pair.expectEqual("echo", inputs)
    #expect(outcome.outputs["int"] == .int(.min))
    #expect(outcome.outputs["bytes"] == .bytes([0, 1, 2, 255]))
    #expect(outcome.secretOutputs == [JSONPointer(["secret"])])
    try await pair.expectEqual("document", ["string": #"{"b": [1, 2.50], "a": null}"#])
    try await pair.expectEqual("document", ["string": #"{"a": 1, "a": 2}"#])
    try await pair.expectEqual("about", ignoring: ["execution"]) {
      $0.connector = "a connector"
      $0.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      $0.tracestate = "vendor=value"
    }
    // On one machine a moment of CLOCK_MONOTONIC is the same for all processes.
    let deadline = try await pair.there.call("about", timeout: .seconds(3600))["deadline_ns"]
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let left = try #require(deadline.intValue) / 1_000_000_000 - Int64(now.tv_sec)
    #expect((3000...3600).contains(left))
    await pair.close()
  }

  @Test("is not asked for a call whose inputs are larger than a frame, and serves the next one")
  func largeInputs() async throws {
    let host = try TrialHost(try await TrialDriver.fixture("echo").proxy(), type: "ECHO")
    let large = String(repeating: "x", count: 33 << 20)
    #expect(await host.outcome("echo", ["string": .string(large)]).failure?.code == .tooLarge)
    #expect(try await host.call("echo", ["string": "small"])["string"] == "small")
    #expect(await host.host.close().isClean)
  }

  @Test("fails with the same error, in every field, and with what it had put out")
  func errors() async throws {
    let pair = try await DriverPair(.fixture("errors"), type: "ERRORS")
    let inputs: ValueMap = [
      "code": 6, "flags": 1, "status": 429, "retry_after_ms": 1500, "vendor_code": -7,
      "vendor_state": "HY000", "pointer": "/vendor_state", "message": "too many",
      "detail": "of these", "details": ["a": [1, nil]], "partial": ["half": true],
    ]
    let outcome = try await pair.expectEqual(nil, inputs)
    let failure = try #require(outcome.failure)
    #expect(failure.code == .rateLimited && failure.message == "too many" && failure.isRetryable)
    #expect(failure.pointer == JSONPointer(["vendor_state"]) && failure.status == 429)
    #expect(outcome.outputs["partial"] == ["half": true])
    for code in 0...20 { try await pair.expectEqual(nil, ["code": .int(Int64(code))]) }
    await pair.close()
  }

  @Test("logs and tells how far it is")
  func logs() async throws {
    let pair = try await DriverPair(.fixture("logger"), type: "LOGGER")
    let outcome = try await pair.expectEqual("progress", ["count": 1000])
    #expect(outcome.progress?.done == 1000 && outcome.progress?.total == 1000)
    for side in [pair.here, pair.there] { side.lines.with { $0 = [] } }
    try await pair.expectEqual("log", ["text": "a line"])
    #expect(pair.here.lines.with { $0 } == pair.there.lines.with { $0 })
    #expect(pair.there.lines.with { $0.count { $0.hasSuffix("a line") } } > 5)
    await pair.close()
  }

  @Test("initialises a library once in its process, and ends calls from threads of its own")
  func threads() async throws {
    let once = try await DriverPair(.fixture("once"), type: "ONCE")
    for (distinct, failures) in [(false, 0), (true, 0), (false, 2)] as [(Bool, Int64)] {
      let inputs: ValueMap = [
        "key": .string(UUID().uuidString), "distinct": .bool(distinct), "failures": .int(failures),
      ]
      try await once.expectEqual(nil, inputs)
    }
    await once.close()
    let threaded = try await DriverPair(.fixture("threaded"), type: "THREADED")
    try await threaded.expectEqual(nil, ["milliseconds": 20, "note": "kept until done"])
    await threaded.close()
  }

  @Test("has sessions: they are opened, kept, broken and closed as anywhere")
  func sessions() async throws {
    let pair = try await DriverPair(.fixture("sessions"), type: "SESSIONS")
    let calls: [ValueMap] = [
      [:], [:], ["user": "nobody"], ["break": true], [:], ["user": "fleeting"],
      ["user": "fleeting", "password": "other"], ["user": "careless", "password": "hush"], [:],
    ]
    for inputs in calls { try await pair.expectEqual("use", inputs, ignoring: ["session"]) }
    await pair.close()
  }

  @Test("has a session reset after a call in it that was stopped")
  func resets() async throws {
    // One session, for which the next call waits.
    let pair = try await DriverPair(.fixture("sessions"), type: "SESSIONS") {
      $0.sessions.maximum = 1
    }
    try await pair.expectEqual("use", ignoring: ["session"])
    let stopped = try await pair.expectEqual(
      "use",
      ["seconds": 60],
      timeout: .milliseconds(100),
      ignoring: ["session"]
    )
    #expect(stopped.failure?.code == .timedOut)
    let next = try await pair.expectEqual("use", ignoring: ["session"])
    #expect(next.outputs["resets"] == 1)
    await pair.close()
  }

  @Test("hears of its stop by every way that there is", arguments: ["sleep", "ask"])
  func stops(action: String) async throws {
    let pair = try await DriverPair(.fixture("sleeper"), type: "SLEEPER")
    try await pair.expectEqual(action, ["seconds": 0], ignoring: ["slept"])
    let late = try await pair.expectEqual(
      action,
      ["seconds": 60],
      timeout: .milliseconds(100),
      ignoring: ["slept"]
    )
    #expect(late.failure?.code == .timedOut && late.failure?.detail != nil)
    let task = Task { try await pair.there.call(action, ["seconds": 60]) }
    try await eventually("it runs") {
      pair.there.host.statistics.drivers["SLEEPER"]?.runningCalls == 1
    }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    await pair.close()
  }

  @Test(
    "has its stop function run, as the header says",
    arguments: ["wake", "replaced", "taken_back", "after", "drain", "ends"]
  )
  func stopFunction(action: String) async throws {
    let pair = try await DriverPair(.fixture("stopper"), type: "STOPPER")
    // The process is there before the time runs.
    try await pair.expectEqual("last", ignoring: ["finished_before_done_returned"])
    let outcome = try await pair.expectEqual(action, timeout: .milliseconds(200))
    #expect(outcome.failure?.code == .timedOut && !outcome.outputs.isEmpty)
    await pair.close()
  }

  @Test("is waited for by `done` while its stop function runs")
  func doneWaits() async throws {
    let pair = try await DriverPair(.fixture("stopper"), type: "STOPPER")
    _ = await pair.there.outcome("drain_done", timeout: .milliseconds(200))
    #expect(try await pair.there.call("last")["finished_before_done_returned"] == 1)
    await pair.close()
  }

  @Test("is refused NULL where there may be none, and sizes that there cannot be")
  func null() async throws {
    let host = try TrialHost(try await TrialDriver.fixture("careless").proxy(), type: "CARELESS")
    let result = try await host.call("null") { options in
      options.outputs["events"] = .collect(limit: 1 << 10)
      options.sources["source"] = .bytes([1, 2, 3])
    }
    let names = [
      "output", "send", "rows", "read", "once_key", "once_init", "interface", "output_size",
      "write_size", "read_size",
    ]
    // DH_INVALID
    for name in names { #expect(result[name] == -4, "\(name)") }
    #expect(await host.host.close().isClean)
  }

  @Test("brings its own threads out of `write` and `read` when another one ends their call")
  func quit() async throws {
    let host = try TrialHost(try await TrialDriver.fixture("careless").proxy(), type: "CARELESS")
    let stream = ByteStream()
    _ = await host.outcome("quit_writing") { $0.outputs["body"] = .stream(stream) }
    let waiting = AsyncThrowingStream<[UInt8], any Error> { _ in }
    _ = await host.outcome("quit_reading") { $0.sources["source"] = .sequence(waiting) }
    let last = try await host.call("last")
    // DH_GONE
    #expect(last["write"] == -3 && last["read"] == -3)
    #expect(host.host.statistics.drivers["CARELESS"]?.abandonedCalls == 0)
    #expect(await host.host.close().isClean)
  }
}
