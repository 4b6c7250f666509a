import DriverHost
import TestSupport
import Testing

/// With the loop that the other process has: the proxy in this one waits, as one of a blocking driver does.
@Suite("A driver on a loop in a process of its own", .requires(.gcc))
struct WorkerLoopTests {
  @Test("has its timers, and obeys its stop on the loop")
  func timers() async throws {
    let pair = try await DriverPair(.fixture("timers"), type: "TIMERS")
    for (action, count) in [("wait", 1), ("many", 500), ("cancelled", 1)] as [(String, Int64)] {
      let inputs: ValueMap = ["milliseconds": 5, "count": .int(count)]
      try await pair.expectEqual(action, inputs, ignoring: ["elapsed_ns", "elapsed_ms"])
    }
    let late = try await pair.expectEqual(
      "wait",
      ["milliseconds": 60_000],
      timeout: .milliseconds(200),
      ignoring: ["elapsed_ns", "elapsed_ms"]
    )
    #expect(late.failure?.code == .timedOut)
    await pair.close()
  }

  @Test("looks names up, takes look-ups back, and is posted to from other threads")
  func lookups() async throws {
    let resolver = try await DriverPair(.fixture("resolver"), type: "RESOLVER")
    for host in ["127.0.0.1", "::1"] {
      try await resolver.expectEqual("resolve", ["host": .string(host)])
    }
    try await resolver.expectEqual("cancel", ["host": "localhost"])
    await resolver.close()
    let poster = try await DriverPair(.fixture("poster"), type: "POSTER")
    try await poster.expectEqual("post")
    try await poster.expectEqual("order", ["count": 1000])
    await poster.close()
  }

  @Test("reads and writes without waiting, whole, and goes back to the beginning")
  func copy() async throws {
    let pair = try await DriverPair(.trialOnLoop, type: "TRIAL_LOOP")
    for size in [0, 1, 3_000_001] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let outcome = try await pair.expectEqual("copy", ignoring: ["has_waited"]) { options in
        options.sources["in"] = .bytes(bytes)
        options.outputs["out"] = .collect(limit: 1 << 23)
      }
      #expect(outcome.outputs["out"] == .bytes(bytes) && outcome.failure == nil)
    }
    // Nothing connected.
    let alone = try await pair.expectEqual("copy", ignoring: ["has_waited"])
    #expect(alone.outputs["status"] == -5)
    await pair.close()
  }

  @Test("is held back by a slow reader, and ends when it leaves or is stopped")
  func slowReader() async throws {
    let host = try TrialHost(try await TrialDriver.trialOnLoop.proxy(), type: "TRIAL_LOOP")
    let output = ByteStream()
    async let result = host.call("copy") { options in
      options.sources["in"] = .handler { [UInt8](repeating: 1, count: $0) }
      options.outputs["out"] = .stream(output)
    }
    var total = 0
    for try await bytes in output {
      total += bytes.count
      try await Task.sleep(for: .milliseconds(2))
      let written = host.host.statistics.drivers["TRIAL_LOOP"]?.bytesWritten ?? 0
      #expect(written <= Int64(total) + 2 << 20)
      if total > 2 << 20 { break }
    }
    #expect(try await result["has_waited"] == true)
    let stalled = await host.outcome("copy", timeout: .milliseconds(200)) { options in
      options.sources["in"] = .sequence(AsyncThrowingStream<[UInt8], any Error> { _ in })
      options.outputs["out"] = .collect(limit: 100)
    }
    #expect(stalled.failure?.code == .timedOut && stalled.outputs["status"] == -2)
    #expect(await host.host.close().isClean)
  }

  @Test("reads lines from servers, many at once in one process")
  func lines() async throws {
    let server = try TCPFaultServer(
      .runs { connection in
        connection.write((0..<5000).map { "line \($0)\n" }.joined() + "last")
      }
    )
    let pair = try await DriverPair(.example("c-loop"), type: "LINES")
    let inputs: ValueMap = ["host": "127.0.0.1", "port": .int(Int64(server.port))]
    let outcome = try await pair.expectEqual(nil, inputs) {
      $0.outputs["lines"] = .collect(limit: 1 << 20)
    }
    #expect(outcome.outputs["lines"]?.listValue?.count == 5001)
    #expect(outcome.outputs["count"] == 5001)
    try await pair.expectEqual(nil, inputs)
    let counts = await withTaskGroup(of: Value?.self) { group in
      for _ in 0..<50 {
        group.addTask { await pair.there.outcome(nil, inputs).outputs["count"] }
      }
      return await group.reduce(into: [Value?]()) { $0.append($1) }
    }
    #expect(counts == [Value?](repeating: 5001, count: 50))
    let silent = try TCPFaultServer(.stalls)
    let stopped = try await pair.expectEqual(
      nil,
      ["host": "127.0.0.1", "port": .int(Int64(silent.port))],
      timeout: .milliseconds(200)
    )
    #expect(stopped.failure?.code == .timedOut)
    await pair.close()
  }
}
