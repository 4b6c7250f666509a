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

  @Test("has room for one at least, whatever it is told")
  func room() async throws {
    let fixture = try FixtureHost("echo")
    var fanOut = FanOut()
    fanOut.parallel = -1
    #expect(fanOut == FanOut(parallel: 0) && fanOut.parallel == 1)
    let items: [ValueMap] = [["int": 1], ["int": 2]]
    let outcomes = await fixture.host.connectMany(to: .type("ECHO"), items: items, fanOut)
    #expect(try outcomes.map { try $0.get()["int"] } == [1, 2])
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

  @Test("begins an item when it comes, and tells of its end while it waits for the next")
  func asynchronous() async throws {
    let fixture = try FixtureHost("echo")
    let (items, given) = AsyncStream.makeStream(of: ValueMap.self)
    given.yield(["int": 0])
    var heard: [Int] = []
    let summary = await fixture.host.connectMany(to: .type("ECHO"), items: items) { item in
      heard.append(item.index)
      // Nothing else would come before this is told of.
      if item.index < 2 {
        given.yield(["int": .int(Int64(item.index + 1))])
      } else {
        given.finish()
      }
    }
    #expect(summary.succeeded == 3 && summary.total == 3 && heard == [0, 1, 2])
  }

  @Test("takes as many items of an asynchronous sequence as it has room for")
  func roomToRead() async throws {
    let fixture = try FixtureHost("sleeper")
    let items = Numbered(count: 12, inputs: ["seconds": 0.02])
    var ended = 0
    let summary = await fixture.host.connectMany(
      to: .type("SLEEPER"),
      items: items,
      FanOut(parallel: 3)
    ) { _ in
      // None is read for which there is no room.
      #expect(items.read.with { $0 } <= ended + 3)
      ended += 1
    }
    #expect(summary.succeeded == 12 && ended == 12)
  }

  @Test("tells of items of an asynchronous sequence that were not begun because one failed")
  func asynchronousFailFast() async throws {
    let fixture = try FixtureHost("sleeper")
    var codes: [Int: HostError.Code] = [:]
    let summary = await fixture.host.connectMany(
      to: .type("SLEEPER"),
      items: Numbered(count: 4, inputs: ["seconds": "x"]),
      FanOut(parallel: 1, failsFast: true)
    ) { item in
      if case .failure(let error) = item.outcome { codes[item.index] = error.code }
    }
    #expect(codes == [0: .invalidInput, 1: .cancelled, 2: .cancelled, 3: .cancelled])
    #expect(summary.failed == 1 && summary.cancelled == 3)
  }

  @Test("ends when it is cancelled while it waits for an item")
  func cancelledReading() async throws {
    let fixture = try FixtureHost("sleeper")
    let (items, given) = AsyncStream.makeStream(of: ValueMap.self)
    given.yield([:])
    let task = Task {
      await fixture.host.connectMany(to: .type("SLEEPER"), ["seconds": 100], items: items) { _ in }
    }
    try await eventually("one runs") {
      fixture.host.statistics.drivers["SLEEPER"]?.runningCalls == 1
    }
    task.cancel()
    let summary = await task.value
    #expect(summary.cancelled == 1 && summary.total == 1)
  }
}

/// So many items that are alike, which come whether or not the task that waits is cancelled.
private struct Numbered: AsyncSequence, AsyncIteratorProtocol, Sendable {
  let count: Int
  let inputs: ValueMap
  let read = Locked(0)

  func makeAsyncIterator() -> Numbered { self }

  func next() async -> ValueMap? {
    await Task.yield()
    return read.with { read in
      guard read < count else { return nil }
      read += 1
      return inputs
    }
  }
}
