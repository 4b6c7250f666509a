import DriverHost
import TestSupport
import Testing

@Suite("Calls that share a limit", .requires(.gcc))
struct LimitTests {
  private let fixture: FixtureHost

  init() throws { fixture = try FixtureHost("flaky") }

  @Test("are as many at once as it allows, and all come to their turn")
  func concurrency() async throws {
    let fixture = fixture
    let most = try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<12 {
        group.addTask {
          try await fixture.call("FLAKY", nil, ["milliseconds": 5, "max_concurrency": 2])["most"]
            .intValue ?? 0
        }
      }
      return try await group.reduce(0) { max($0, $1) }
    }
    #expect(most == 2)
  }

  @Test("begin as often as it allows; the others wait, up to their deadlines")
  func rate() async throws {
    // A bucket of three, which fills in a quarter of an hour.
    let limit: Value = ["calls": 3, "per": 1000]
    for _ in 0..<3 { _ = try await fixture.call("FLAKY", nil, ["rate_limit": limit]) }
    let error = await fixture.failure("FLAKY", nil, ["rate_limit": limit], timeout: 20)
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("rate_limit") == true)
    // Another connector has a bucket of its own, and so has a call without a limit none.
    _ = try await fixture.call("FLAKY", nil, ["rate_limit": limit]) { $0.connector = "other" }
    _ = try await fixture.call("FLAKY")
  }

  @Test("go on as tokens come, one after another")
  func refill() async throws {
    let fixture = fixture
    // One at once, and then one each 2 ms.
    let limit: Value = ["calls": 500, "burst": 1]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask { _ = try await fixture.call("FLAKY", nil, ["rate_limit": limit]) }
      }
      try await group.waitForAll()
    }
  }

  @Test("can be cancelled while they wait, and cost the others nothing")
  func cancelled() async throws {
    let fixture = fixture
    let holding = Task {
      try await fixture.call("FLAKY", nil, ["milliseconds": 60_000, "max_concurrency": 1])
    }
    try await eventually {
      fixture.host.statistics.drivers["FLAKY"]?.runningCalls == 1
    }
    let waiting = Task { await fixture.failure("FLAKY", nil, ["max_concurrency": 1]) }
    let next = Task { try await fixture.call("FLAKY", nil, ["max_concurrency": 1]) }
    waiting.cancel()
    let error = await waiting.value
    #expect(error?.code == .cancelled)
    holding.cancel()
    _ = try? await holding.value
    #expect(try await next.value.attempts == 1)
  }

  @Test("take a token for each attempt")
  func attempts() async throws {
    let inputs: ValueMap = [
      "failures": 5, "rate_limit": ["calls": 3, "per": 1000],
      "retry": ["initial": 0.001, "maximum": 0.001],
    ]
    let error = await fixture.failure("FLAKY", nil, inputs, timeout: 200)
    #expect(error?.code == .timedOut)
    #expect(error?.attempts == 4)
  }
}
