import DriverHost
import TestSupport
import Testing

@Suite("A fan-out")
struct FanOutTests {
  @Test("gives each item its own inputs and has their outcomes in their order")
  func outcomes() async throws {
    let fixture = try FixtureHost("echo")
    let outcomes = await fixture.host.connectMany(
      to: .type("ECHO"),
      ["string": "common", "int": -1],
      items: (0..<100).map { ["int": .int($0)] },
      FanOut(parallel: 7)
    )
    #expect(outcomes.count == 100)
    for (index, outcome) in outcomes.enumerated() {
      let result = try outcome.get()
      #expect(result["int"] == .int(Int64(index)) && result["string"] == "common")
    }
  }

  @Test("goes on after failures, has no more at once than it may, and tells of each as it ends")
  func limits() async throws {
    let fixture = try FixtureHost("sleeper")
    let items: [ValueMap] = (0..<12).map { ["seconds": $0 == 3 ? -1 : 0.02] }
    var (most, heard) = (0, Set<Int>())
    let summary = await fixture.host.connectMany(
      to: .type("SLEEPER"),
      items: items,
      FanOut(parallel: 3)
    ) {
      heard.insert($0.index)
      most = max(most, fixture.host.statistics.drivers["SLEEPER"]?.runningCalls ?? 0)
    }
    #expect(summary.total == 12 && summary.cancelled == 0 && heard == Set(0..<12))
    #expect(most <= 3)
  }

  @Test("stops all others with the first failure where it is told to")
  func failFast() async throws {
    let fixture = try FixtureHost("sleeper", "echo")
    let items: [ValueMap] = [
      ["seconds": 100], ["seconds": "x"], ["seconds": 100], ["seconds": 100],
    ]
    let outcomes = await fixture.host.connectMany(
      to: .type("SLEEPER"),
      items: items,
      FanOut(parallel: 2, failsFast: true)
    )
    let codes = outcomes.map { outcome in
      if case .failure(let error) = outcome { error.code } else { nil as HostError.Code? }
    }
    #expect(codes == [.cancelled, .invalidInput, .cancelled, .cancelled])
    guard case .failure(let unbegun) = outcomes[3] else { return }
    #expect(unbegun.message.contains("item 1 failed"))
  }

  @Test("ends all of its calls when it is cancelled")
  func cancelled() async throws {
    let fixture = try FixtureHost("sleeper")
    let task = Task {
      await fixture.host.connectMany(
        to: .type("SLEEPER"),
        ["seconds": 100],
        items: Array(repeating: [:], count: 10),
        FanOut(parallel: 4)
      ) { _ in }
    }
    try await eventually { fixture.host.statistics.drivers["SLEEPER"]?.runningCalls == 4 }
    task.cancel()
    let summary = await task.value
    #expect(summary.cancelled == 10 && summary.succeeded == 0)
  }
}
