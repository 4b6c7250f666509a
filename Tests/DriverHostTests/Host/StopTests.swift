import DriverABI
import DriverHost
import TestSupport
import Testing

@Suite("A stop")
struct StopTests {
  @Test("reaches a driver that waits in poll, and one that asks", arguments: ["sleep", "ask"])
  func obeyed(action: String) async throws {
    let fixture = try FixtureHost("sleeper")
    let error = await fixture.failure("SLEEPER", action, ["seconds": 60], timeout: 30)
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("0.03 s") == true)
    #expect(fixture.host.statistics.drivers["SLEEPER"]?.abandonedCalls == 0)
  }

  @Test("by cancelling the task ends the call as cancelled")
  func cancelled() async throws {
    let fixture = try FixtureHost("sleeper")
    let task = Task { try await fixture.call("SLEEPER", nil, ["seconds": 60]) }
    try await eventually {
      fixture.host.statistics.drivers["SLEEPER"]?.callsInFlight == 1
    }
    task.cancel()
    await #expect {
      try await task.value
    } throws: {
      ($0 as? HostError)?.code == .cancelled
    }
  }

  @Test(
    "runs the function that is registered, as the header says",
    arguments: ["wake", "replaced", "taken_back", "after", "drain"]
  )
  func stopFunction(action: String) async throws {
    let fixture = try FixtureHost("stopper")
    let error = await fixture.failure("STOPPER", action, timeout: 30)
    let outputs = try #require(error?.outputs)
    let first: Int64 = ["wake", "after"].contains(action) ? 1 : 0
    let second: Int64 = action == "replaced" ? 1 : 0
    let status = action == "after" ? DH_STOPPED : DH_OK
    #expect(outputs["first"] == .int(first))
    #expect(outputs["second"] == .int(second))
    #expect(outputs["inside"] == false)
    #expect(outputs["status"] == .int(Int64(status)))
    if action == "drain" { #expect(outputs["finished"] == true) }
  }

  @Test("may end the call from its function")
  func functionEnds() async throws {
    let fixture = try FixtureHost("stopper")
    let error = await fixture.failure("STOPPER", "ends", timeout: 30)
    #expect(error?.outputs["ended_by"] == "stop function")
  }

  @Test("is waited for by `done` while its function runs on another thread")
  func doneWaits() async throws {
    let fixture = try FixtureHost("stopper")
    _ = await fixture.failure("STOPPER", "drain_done", timeout: 30)
    let result = try await fixture.call("STOPPER", "last")
    #expect(result["finished_before_done_returned"] == 1)
  }

  @Test("that is ignored costs that one call: it is given up, and the next call works")
  func ignored() async throws {
    let fixture = try FixtureHost("stubborn")
    let folder = try TemporaryFolder()
    let inputs: ValueMap = ["seconds": 120, "until": .string("\(folder.path)/end")]
    let error = await fixture.failure("STUBBORN", nil, inputs, timeout: 20)
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("given up") == true)
    #expect(fixture.host.statistics.wedgedThreads == 1)
    #expect(fixture.log.holds("wedged"))
    let next = try await fixture.call("STUBBORN", nil, ["seconds": 0])
    #expect(next.outputs.count >= 0)
    try AtomicFile(path: "\(folder.path)/end").commit()
    try await eventually { fixture.host.statistics.wedgedThreads == 0 }
    // Its own late `done` was answered DH_GONE.
    let last = try await fixture.call("STUBBORN", "last")
    #expect(last["status"] == .int(Int64(DH_GONE)))
    #expect(fixture.host.statistics.drivers["STUBBORN"]?.misuses == 0)
  }

  @Test("that eight calls ignore makes the driver unavailable until one of them ends")
  func wedgedLimit() async throws {
    let fixture = try FixtureHost("stubborn")
    let folder = try TemporaryFolder()
    let inputs: ValueMap = ["seconds": 120, "until": .string("\(folder.path)/end")]
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask { _ = await fixture.failure("STUBBORN", nil, inputs, timeout: 300) }
      }
    }
    let error = await fixture.failure("STUBBORN")
    #expect(error?.code == .unavailable)
    #expect(error?.stage == .driver)
    try AtomicFile(path: "\(folder.path)/end").commit()
    try await eventually { fixture.host.statistics.wedgedThreads == 0 }
    _ = try await fixture.call("STUBBORN", nil, ["seconds": 0])
  }

  @Test("gives up a call that its driver never ends, and closing the host reports it")
  func silent() async throws {
    let fixture = try FixtureHost("silent")
    let error = await fixture.failure("SILENT", timeout: 20)
    #expect(error?.code == .timedOut)
    let report = await fixture.host.close()
    #expect(report.abandoned["SILENT"]?.count == 1)
  }
}
