@testable import DriverHost
import TestSupport
import Testing

@Suite("An execution")
struct ExecutionTests {
  @Test("is recorded with all that is known of it, whatever way it ends")
  func recorded() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("echo", "errors", "sleeper") { $0.history = history }
    var options = CallOptions()
    options.name = "nightly"
    options.parent = "019ac000-0000-7000-8000-000000000000"
    let result = try await fixture.host.connect(
      type: "ECHO",
      ["secret": "hunter22", "string": "with hunter22 in it", "int": 1],
      options: options
    )
    let good = try #require(try await history.execution(result.execution))
    #expect(good.status == .succeeded && good.name == "nightly" && good.parent == options.parent)
    #expect(good.connectorType == "ECHO" && good.action == "echo" && good.attempts == 1)
    #expect(good.driver == "org.driverhost.fixture.echo" && good.driverVersion == "1.0.0")
    let (started, ended) = (try #require(good.started), try #require(good.ended))
    #expect(good.created <= started && started <= ended && good.duration != nil)
    #expect(good.input["secret"] == "***" && good.input["int"] == 1)
    // Also where a driver repeats it in an output that nobody has flagged.
    #expect(good.output?["string"] == "with *** in it")
    let invalid = try await history.execution(
      #require(await fixture.failure("ECHO", nil, ["int": "x"])?.execution)
    )
    #expect(invalid?.status == .failed && invalid?.errorCode == .invalidInput)
    #expect(invalid?.started == nil && invalid?.attempts == 0 && invalid?.ended != nil)
    let unknown = try await history.execution(#require(await fixture.failure("NONE")?.execution))
    #expect(unknown?.connectorType == "NONE" && unknown?.errorCode == .notFound)
    let late = await fixture.failure("SLEEPER", nil, ["seconds": 100], timeout: 30)
    let timedOut = try await history.execution(#require(late?.execution))
    #expect(timedOut?.status == .failed && timedOut?.errorCode == .timedOut)
    let all = try await history.executions(ExecutionQuery())
    #expect(all.count == 4 && all.allSatisfy(\.status.isEnded))
  }

  @Test("is recorded without inputs and outputs that are too large to be kept")
  func large() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("echo") { $0.history = history }
    let inputs: ValueMap = ["string": .string(String(repeating: "x", count: 100_000)), "int": 1]
    let result = try await fixture.host.connect(type: "ECHO", inputs)
    #expect(result["string"] == inputs["string"])
    let record = try #require(try await history.execution(result.execution))
    #expect(record.input["string"] == "(about 100016 bytes, which are not kept)")
    #expect(record.input["int"] == 1)
    #expect(record.output == nil && record.droppedOutputSize ?? 0 > 100_000)
  }

  @Test("is NEW until it is started, and is waited for by any number")
  func apart() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("echo") { $0.history = history }
    let execution = fixture.host.execution(of: .type("ECHO"), ["int": 5])
    #expect(execution.status == .new && execution.outcome == nil)
    #expect(try await history.execution(execution.id)?.status == .new)
    async let first = execution.result()
    async let second = execution.result()
    let results = try await [first, second]
    #expect(results.allSatisfy { $0["int"] == 5 })
    #expect(execution.status == .succeeded)
    #expect(try await execution.result().execution == execution.id)
    #expect(try await history.executions(ExecutionQuery()).map(\.id) == [execution.id])
  }

  @Test("goes on when the time to wait for it is up or who waits is cancelled")
  func waiting() async throws {
    let fixture = try FixtureHost("sleeper")
    let execution = fixture.host.execution(of: .type("SLEEPER"), ["seconds": 100])
    await #expect { try await execution.result(timeout: .milliseconds(20)) } throws: { error in
      let error = error as? HostError
      return error?.code == .timedOut && error?.execution == nil
    }
    let task = Task { () throws(HostError) in try await execution.result() }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    #expect(execution.status == .running)
    execution.cancel()
    await #expect { try await execution.result() } throws: { error in
      (error as? HostError)?.execution == execution.id
    }
    #expect(execution.status == .cancelled)
  }

  @Test("that is cancelled before it is started ends so, and never reaches its driver")
  func cancelledNew() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("echo") { $0.history = history }
    let execution = fixture.host.execution(of: .type("ECHO"))
    execution.cancel()
    execution.start()
    await #expect { try await execution.result() } throws: {
      ($0 as? HostError)?.code == .cancelled
    }
    #expect(try await history.execution(execution.id)?.status == .cancelled)
    #expect(fixture.host.statistics.drivers["ECHO"] == nil)
  }

  @Test("that is let go of before it is started ends so, and so do its streams")
  func letGo() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("echo") { $0.history = history }
    let stream = ByteStream()
    func make() -> String {
      var options = CallOptions()
      options.outputs["body"] = .stream(stream)
      return fixture.host.execution(of: .type("ECHO"), options: options).id
    }
    let id = make()
    await #expect { for try await _ in stream {} } throws: {
      ($0 as? HostError)?.code == .cancelled
    }
    while try await history.execution(id)?.status == .new { await Task.yield() }
    #expect(try await history.execution(id)?.status == .cancelled)
  }

  @Test("tells each that asks of its end once, also afterwards")
  func listeners() async throws {
    let fixture = try FixtureHost("echo")
    let execution = fixture.host.execution(of: .type("ECHO"), ["int": 1])
    let heard = Locked(0)
    execution.onEnd { _ in heard.with { $0 += 1 } }
    execution.start()
    _ = try await execution.result()
    execution.onEnd { _ in heard.with { $0 += 1 } }
    try await eventually("both have heard of it") { heard.with { $0 } == 2 }
  }
}
