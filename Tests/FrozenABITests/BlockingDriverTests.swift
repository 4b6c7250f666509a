import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "A blocking driver of revision 1, with the host of today",
  .requires(.gcc, .gxx, .clang)
)
struct BlockingDriverTests {
  private func host(
    _ build: FrozenBuild,
    _ change: (inout HostConfiguration) -> Void = { _ in }
  ) async throws -> FrozenHost {
    try FrozenHost(await build.driver("blocking"), type: "FROZEN_BLOCKING", change)
  }

  @Test("takes values of each kind and gives them", arguments: FrozenBuild.all)
  func values(build: FrozenBuild) async throws {
    let host = try await host(build)
    let tenth = Value.decimal(try #require(DecimalText("0.10")))
    let result = try await host.call(
      "values",
      [
        "string": "grün", "bytes": .bytes([0, 255]), "integer": .int(.min), "number": 2.5,
        "decimal": tenth, "flag": true, "list": [1, "two", nil], "map": ["a": ["b": 1]],
      ]
    )
    #expect(result["string"] == "grün" && result["bytes"] == .bytes([0, 255]))
    #expect(result["integer"] == .int(.min) && result["number"] == 2.5)
    #expect(result["decimal"] == tenth && result["flag"] == true)
    #expect(result["list"] == [1, "two", nil] && result["map"] == ["a": ["b": 1]])
    #expect(
      result["built"].resolved == [
        "string": "grün", "fallback": "none", "bytes": .bytes([0, 255]), "integer": .int(.min),
        "number": 2.5, "decimal": tenth, "rounded": 0.1, "flag": true, "nothing": nil,
        "list": [1, "two", nil], "document": ["a": [1, 2.5]],
      ]
    )
    #expect(result["half"] == 0.5 && result["seven"] == -7 && result["hidden"] == "shown to nobody")
    #expect(result.secretOutputs == [JSONPointer(["hidden"])])
    #expect(host.misuses == 0)
  }

  @Test("fails with an error that has all fields", arguments: FrozenBuild.all)
  func errors(build: FrozenBuild) async throws {
    let host = try await host(build)
    let error = try #require(await host.failure("fail", ["code": 14]))
    #expect(error.code == .remoteFailure && error.stage == .call && error.isRetryable)
    #expect(error.message == "it went wrong" && error.detail == "all that is known")
    #expect(error.status == 503 && error.retryAfter == .milliseconds(1500))
    #expect(error.vendorCode == -1_234_567_890_123 && error.vendorState == "08S01")
    #expect(error.pointer == JSONPointer(["code"]))
    #expect(error.details == ["table": "orders", "line": 3])
    #expect(error.outputs["partial"] == "so far")
    for code in 1...17 as ClosedRange<Int64> {
      let error = await host.failure("fail", ["code": .int(code)])
      #expect(error?.code.number == UInt32(code))
    }
    // Each error said that its session is broken, so that each call had its own.
    let told = try await host.call("tell")
    #expect(told["session"]["calls"] == 1)
    #expect(host.host.statistics.drivers[host.type]?.sessions?.opened == 19)
    #expect(host.misuses == 0)
  }

  @Test("reads bytes, goes back, and sends them", arguments: FrozenBuild.all)
  func bytes(build: FrozenBuild) async throws {
    let host = try await host(build)
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let progress = Locked<[DriverHost.Progress]>([])
    let result = try await host.call("copy") { options in
      options.sources["in"] = .bytes(bytes)
      options.outputs["out"] = .collect(limit: 1 << 20)
      options.onProgress = { step in progress.with { $0.append(step) } }
    }
    #expect(result["in_wanted"] == 1 && result["out_wanted"] == 1 && result["length"] == 300_000)
    #expect(result["first_end"] == 0 && result["seen"] == 300_000 && result["seek"] == 0)
    #expect(result["written"] == 300_000 && result["end"] == 0 && result["out"] == .bytes(bytes))
    let last = progress.with { $0.last }
    #expect(last?.done == 300_000 && last?.total == 300_000 && last?.text == "bytes")
    // Nothing is connected: DH_UNWANTED, and nobody reads.
    let alone = try await host.call("copy")
    #expect(alone["in_wanted"] == 0 && alone["out_wanted"] == 0 && alone["length"] == -5)
    #expect(alone["first_end"] == -5 && alone["seek"] == -5)
    #expect(host.misuses == 0)
  }

  @Test("sends values down a channel", arguments: FrozenBuild.all)
  func channelOfValues(build: FrozenBuild) async throws {
    let host = try await host(build)
    let result = try await host.call("send", ["count": 3]) {
      $0.outputs["items"] = .collect(limit: 1 << 20)
    }
    #expect(result["items"] == [["n": 0], ["n": 1], ["n": 2]] && result["status"] == 0)
    let taken = Locked(0)
    _ = try await host.call("send", ["count": 1000]) {
      $0.outputs["items"] = .values { _ in taken.with { $0 += 1 } }
    }
    #expect(taken.with { $0 } == 1000)
    #expect(try await host.call("send")["status"] == -5)
    #expect(host.misuses == 0)
  }

  @Test("hands rows over", arguments: FrozenBuild.all)
  func rows(build: FrozenBuild) async throws {
    let host = try await host(build)
    let result = try await host.call("rows")
    let batch: [Value] = [
      ["number": 1, "name": "one"], ["number": nil, "name": "two"], ["number": 3, "name": "three"],
    ]
    #expect(result["table"] == .list(batch + batch) && result["after"] == "the rows")
    let counts = Locked<[Int]>([])
    _ = try await host.call("rows") { options in
      options.onRows = { stream in
        #expect(stream.name == "table")
        for try await batch in stream { counts.with { $0.append(batch.rowCount) } }
      }
    }
    #expect(counts.with { $0 } == [3, 3])
    #expect(host.misuses == 0)
  }

  @Test("hears of a stop by its descriptor and by its function", arguments: FrozenBuild.all)
  func stops(build: FrozenBuild) async throws {
    let host = try await host(build)
    for action in ["poll", "listen"] {
      #expect(try await host.call(action)["waited"] == true)
      let cancelled = await host.failureOfCancelled(action, ["milliseconds": 600_000])
      #expect(cancelled?.code == .cancelled && cancelled?.outputs["reason"] == 1)
      let late = await host.failure(action, ["milliseconds": 600_000]) {
        $0.timeout = .milliseconds(50)
      }
      #expect(late?.code == .timedOut && late?.outputs["reason"] == 2)
    }
    #expect(host.misuses == 0)
    #expect(await host.host.close().isClean)
  }

  @Test("is told what its call was begun with, and logs", arguments: FrozenBuild.all)
  func request(build: FrozenBuild) async throws {
    let host = try await host(build)
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let result = try await host.call("tell") { options in
      options.connector = "mine"
      options.traceparent = trace
      options.tracestate = "vendor=1"
      options.timeout = .seconds(600)
    }
    let request = result["request"]
    #expect(request["has_id"] == true && request["action"] == "tell" && request["inputs"] == 1)
    #expect(request["has_deadline"] == true && request["execution"] == .string(result.execution))
    #expect(request["connector"] == "mine" && request["traceparent"] == .string(trace))
    #expect(request["tracestate"] == "vendor=1")
    #expect(request["attempt"] == 1 && request["flags"] == 0)
    #expect(request["host"].stringValue?.isEmpty == false)
    #expect(request["host_version"] == .string(Version.text))
    #expect(request["reactor"] == true && request["resolve"] == true && request["unknown"] == false)
    // Once a process, whichever of the builds asked first.
    #expect(request["inits"] == 0 || request["inits"] == 1)
    #expect(try await host.call("tell")["request"]["has_deadline"] == false)
    #expect(host.log.contains { $0.contains("a line of a call") })
    #expect(host.log.contains { $0.contains("a line of the driver") })
    #expect(host.misuses == 0)
  }

  @Test("has sessions that are kept, reset, checked and closed", arguments: FrozenBuild.all)
  func sessions(build: FrozenBuild) async throws {
    let host = try await host(build) {
      // One at a time, so that a call waits for the session that is being reset.
      $0.sessions.checkAfter = .zero
      $0.sessions.maximum = 1
    }
    _ = try await host.call("tell")
    let second = try await host.call("tell")["session"]
    #expect(second["calls"] == 2 && second["checks"].intValue ?? 0 > 0)
    #expect(second["resets"] == 0)
    _ = await host.failureOfCancelled("poll", ["milliseconds": 600_000])
    let third = try await host.call("tell")["session"]
    #expect(third["number"] == second["number"] && third["calls"] == 4 && third["resets"] == 1)
    // Another identity has another session.
    let other = try await host.call("tell", ["account": "ada"])["session"]
    #expect(other["number"] != second["number"] && other["calls"] == 1)
    #expect(await host.host.close().isClean)
    #expect(host.misuses == 0)
  }

  @Test("says why it cannot begin")
  func refuses() async throws {
    let path = try await FrozenBuild.gcc.driver("blocking", ["-DFROZEN_REFUSES"])
    let host = try FrozenHost(path, type: "FROZEN_BLOCKING")
    let error = try #require(await host.failure("tell"))
    #expect(error.stage == .driver && error.message.contains("this build refuses to begin"))
  }
}
