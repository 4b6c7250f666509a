import DriverHost
import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("A call that is made again", .requires(.gcc))
struct RetryTests {
  private let fixture: FixtureHost

  init() throws { fixture = try FixtureHost("flaky") }

  /// Attempts that follow each other at once.
  private var quick: RetryPolicy {
    var policy = RetryPolicy()
    policy.initial = .milliseconds(1)
    policy.maximum = .milliseconds(1)
    return policy
  }

  private func call(
    _ inputs: ValueMap,
    _ policy: RetryPolicy? = nil,
    timeout: Int? = nil,
    change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    try await fixture.call("FLAKY", nil, inputs, timeout: timeout) {
      $0.retry = policy ?? quick
      change(&$0)
    }
  }

  private func failure(
    _ inputs: ValueMap,
    _ policy: RetryPolicy? = nil,
    timeout: Int? = nil,
    change: (inout CallOptions) -> Void = { _ in }
  ) async -> HostError? {
    do {
      let result = try await call(inputs, policy, timeout: timeout, change: change)
      Issue.record("the call succeeded: \(result)")
      return nil
    } catch {
      return error as? HostError
    }
  }

  @Test("ends well once an attempt does, and says how many it took")
  func succeeds() async throws {
    let result = try await call(["failures": 3])
    #expect(result.attempts == 4)
    #expect(result["attempt"] == 4)
    #expect(try await fixture.call("FLAKY").attempts == 1)
    // All attempts are one execution.
    let lines = fixture.log.entries.filter { $0.message.contains("the next one follows") }
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.execution == result.execution })
  }

  @Test("ends with the last error once there may be no more attempts")
  func attempts() async throws {
    var policy = quick
    policy.attempts = 2
    let error = await failure(["failures": 9], policy)
    #expect(error?.attempts == 2)
    #expect(error?.message == "the server is busy")
  }

  @Test("is not made again after an error that its driver does not mark, or without being asked")
  func unmarked() async throws {
    #expect(await failure(["failures": 1, "retryable": false])?.attempts == 1)
    #expect(await fixture.failure("FLAKY", nil, ["failures": 1])?.attempts == 1)
    var once = quick
    once.attempts = 1
    #expect(await failure(["failures": 1], once)?.attempts == 1)
  }

  @Test("does not wait for an attempt that could not begin in time")
  func budget() async throws {
    var slow = quick
    slow.initial = .seconds(1000)
    slow.maximum = .seconds(1000)
    slow.hasJitter = false
    // Its own budget, and the deadline of the call.
    #expect(await failure(["failures": 1], slow)?.message == "the server is busy")
    slow.deadline = .seconds(10_000)
    #expect(await failure(["failures": 1], slow, timeout: 60_000)?.message == "the server is busy")
    // What the server asks for counts, too.
    let asked = await failure(["failures": 1, "retry_after_ms": 1_000_000], timeout: 60_000)
    #expect(asked?.attempts == 1)
    #expect(asked?.retryAfter == .seconds(1000))
  }

  @Test("can be cancelled while it waits for its next attempt")
  func cancelled() async throws {
    var slow = quick
    slow.initial = .seconds(300)
    slow.maximum = .seconds(300)
    slow.hasJitter = false
    let policy = slow
    let task = Task { await failure(["failures": 1], policy) }
    try await eventually("it waits") { fixture.log.holds("the next one follows") }
    task.cancel()
    let error = await task.value
    #expect(error?.code == .cancelled)
    #expect(error?.detail?.contains("the server is busy") == true)
  }

  @Test("keeps of a receiver that takes all or nothing what the last attempt has put out")
  func transactional() async throws {
    let collected = try await call(["failures": 2, "writes": true]) {
      $0.outputs["out"] = .collect(limit: 100)
    }
    #expect(collected["out"] == .bytes(Array("part ".utf8)))
    let folder = try TemporaryFolder()
    let result = try await call(["failures": 2, "writes": true]) {
      $0.outputs["out"] = .file(folder.file("out"))
    }
    #expect(result.attempts == 3)
    #expect(try folder.text("out") == "part ")
  }

  @Test("is not made again once something has gone where it cannot be taken back")
  func consumed() async throws {
    let pipe = Pipe()
    let error = await failure(["failures": 1, "writes": true]) {
      $0.outputs["out"] = .descriptor(pipe.fileHandleForWriting.fileDescriptor)
    }
    #expect(error?.attempts == 1)
    #expect(pipe.fileHandleForReading.availableData == Data("part ".utf8))
    // Nothing has gone there.
    let result = try await call(["failures": 1]) { $0.outputs["out"] = .bytes { _ in } }
    #expect(result.attempts == 2)
    let stream = ByteStream()
    async let bytes = collect(stream)
    let streamed = await failure(["failures": 1]) { $0.outputs["out"] = .stream(stream) }
    #expect(streamed?.attempts == 1)
    _ = await bytes
  }

  private func collect(_ stream: ByteStream) async -> [UInt8] {
    var all: [UInt8] = []
    do { for try await bytes in stream { all += bytes } } catch { return all }
    return all
  }

  @Test("reads again what can be read again, and is not made again otherwise")
  func sources() async throws {
    let folder = try TemporaryFolder()
    try folder.write("five!", to: "in")
    for origin in [ChannelOrigin.bytes(Array("five!".utf8)), .file(folder.file("in"))] {
      let result = try await call(["failures": 2, "reads": true]) { $0.sources["in"] = origin }
      #expect(result["read"] == 5)
      #expect(result.attempts == 3)
    }
    let isRead = Locked(false)
    let handler = ChannelOrigin.handler { _ in
      let isFirst = isRead.with { isRead in
        defer { isRead = true }
        return !isRead
      }
      return isFirst ? Array("five!".utf8) : []
    }
    let error = await failure(["failures": 1, "reads": true]) { $0.sources["in"] = handler }
    #expect(error?.attempts == 1)
  }

  @Test("is asked for by the input `retry`, which no driver sees")
  func input() async throws {
    let retry: Value = ["initial": 0.001, "maximum": 0.001, "attempts": 3]
    let result = try await fixture.call("FLAKY", nil, ["failures": 2, "retry": retry])
    #expect(result.attempts == 3)
    let error = await fixture.failure("FLAKY", nil, ["failures": 1, "retry": false])
    #expect(error?.attempts == 1)
    // What the call's options say wins.
    let options = try await fixture.call("FLAKY", nil, ["failures": 1, "retry": false]) {
      $0.retry = quick
    }
    #expect(options.attempts == 2)
    let late = await fixture.failure(
      "FLAKY",
      nil,
      ["milliseconds": 60_000, "max_runtime": 0.01]
    )
    #expect(late?.code == .timedOut)
  }

  @Test("is refused where the host's inputs are wrong, together with all else that is")
  func faults() async throws {
    let error = await fixture.failure(
      "FLAKY",
      nil,
      [
        "failures": "x", "max_runtime": -1, "max_concurrency": 0,
        "retry": ["attempts": 0, "initail": 1, "multiplier": 0.5, "jitter": "no"],
        "rate_limit": ["per": 1],
      ]
    )
    #expect(error?.stage == .input)
    #expect(
      Set(error?.faults.map(\.pointer.description) ?? []) == [
        "/failures", "/max_runtime", "/max_concurrency", "/retry/attempts", "/retry/initail",
        "/retry/multiplier", "/retry/jitter", "/rate_limit/calls",
      ]
    )
    #expect(
      error?.faults.first { $0.pointer.description == "/retry/initail" }?.nearest == "initial"
    )
  }

  @Test("waits longer each time, up to a limit, by a part that nobody can foresee")
  func waits() {
    var policy = RetryPolicy()
    policy.hasJitter = false
    var generator = SystemRandomNumberGenerator()
    let waits = (2...9).map { attempt in
      policy.wait(before: attempt, retryAfter: nil, using: &generator)
    }
    #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    #expect(policy.wait(before: 1_000_000, retryAfter: nil, using: &generator) == .seconds(60))
    #expect(policy.wait(before: 2, retryAfter: .seconds(90), using: &generator) == .seconds(90))
    policy.hasJitter = true
    let jittered = (0..<100).map { _ in policy.wait(before: 4, retryAfter: nil, using: &generator) }
    #expect(jittered.allSatisfy { $0 >= .zero && $0 <= .seconds(4) })
    #expect(Set(jittered).count > 50)
  }
}
