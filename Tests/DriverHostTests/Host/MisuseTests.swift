import DriverABI
import DriverHost
import TestSupport
import Testing

@Suite("A driver that breaks the rules")
struct MisuseTests {
  @Test("by saying done twice is answered DH_GONE and named in the log")
  func doneTwice() async throws {
    let fixture = try FixtureHost("twice")
    let result = try await fixture.call("TWICE", "twice")
    #expect(result["which"] == "first")
    let second = try await fixture.call("TWICE", "second")
    #expect(second["status"] == .int(Int64(DH_GONE)))
    #expect(fixture.log.holds("`done` was called after the call's `done`"))
    #expect(fixture.host.statistics.drivers["TWICE"]?.misuses ?? 0 > 0)
  }

  @Test("by using a call after its end, from two threads, harms no other call")
  func afterEnd() async throws {
    let fixture = try FixtureHost("late", "echo")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { _ = try await fixture.call("LATE", "late", ["rounds": 200]) }
      for index in 0..<200 {
        group.addTask {
          let text = Value.string("call \(index)")
          let result = try await fixture.call("ECHO", nil, ["string": text])
          #expect(result["string"] == text)
        }
      }
      try await group.waitForAll()
    }
    let last = try await fixture.call("LATE", "last")
    #expect(last["other_here"] == 0)
    #expect(last["other_elsewhere"] == 0)
    #expect(last["ran_fn"] == 0 || last["ran_fn"] == false)
  }

  @Test("by giving NULL where none may be, or impossible sizes, is answered DH_INVALID, and named")
  func null() async throws {
    let fixture = try FixtureHost("careless")
    let result = try await fixture.call("CARELESS", "null") { options in
      options.outputs["events"] = .collect(limit: 1 << 10)
      options.sources["source"] = .bytes([1, 2, 3])
    }
    let names = [
      "output", "send", "rows", "read", "once_key", "once_init", "interface", "output_size",
      "write_size", "read_size",
    ]
    for name in names { #expect(result[name] == .int(Int64(DH_INVALID)), "\(name)") }
    for rule in ["MEM-4", "VAL-10", "CHAN-10"] { #expect(fixture.log.holds(rule), "\(rule)") }
  }

  @Test("by copying tables harms nobody, and is named where the call says whose it is")
  func copies() async throws {
    let fixture = try FixtureHost("careless")
    let result = try await fixture.call("CARELESS", "copy")
    #expect(result["once"] == .int(Int64(DH_INVALID)))
    #expect(result["interface"] == false)
    #expect(!fixture.log.holds("from a copied table"))
    #expect(fixture.log.holds("MEM-3"))
  }

  @Test("by ending a call in which another of its threads waits brings that thread out")
  func quit() async throws {
    let fixture = try FixtureHost("careless")
    let stream = ByteStream()
    _ = try await fixture.call("CARELESS", "quit_writing") { $0.outputs["body"] = .stream(stream) }
    let waiting = AsyncThrowingStream<[UInt8], any Error> { _ in }
    _ = try await fixture.call("CARELESS", "quit_reading") { options in
      options.sources["source"] = .sequence(waiting)
    }
    let last = try await fixture.call("CARELESS", "last")
    #expect(last["write"] == .int(Int64(DH_GONE)))
    #expect(last["read"] == .int(Int64(DH_GONE)))
    #expect(fixture.host.statistics.drivers["CARELESS"]?.abandonedCalls == 0)
  }

  @Test("by holding its loop up is counted and named")
  func slow() async throws {
    let fixture = try FixtureHost("slowpoke")
    _ = try await fixture.call("SLOWPOKE", nil, ["milliseconds": 50])
    // The call ends inside the callback, so its caller may be here before the callback is over.
    try await eventually {
      fixture.host.statistics.drivers["SLOWPOKE"]?.slowCallbacks == 1
    }
    try await eventually { fixture.log.holds("must return at once") }
  }

  @Test(
    "at its start is refused with its own reason, or with ours",
    arguments: [
      ("refuse-create", "REFUSE_CREATE"), ("refuse-mutely", "REFUSE_MUTELY"),
      ("null-table", "NULL_TABLE"), ("null-functions", "NULL_FUNCTIONS"),
    ]
  )
  func start(file: String, type: String) async throws {
    let fixture = try FixtureHost(file)
    let error = await fixture.failure(type)
    #expect(error?.stage == .driver)
    #expect(error?.message.isEmpty == false)
    if file == "refuse-mutely" { #expect(error?.message.contains("gave no reason") == true) }
  }

  @Test("shows none of its secrets in logs and errors")
  func secrets() async throws {
    let fixture = try FixtureHost("secrets")
    let secret = "correct horse battery"
    let result = try await fixture.call("SECRETS", "leak", ["password": .string(secret)])
    #expect(result["flagged"] == true)
    let error = await fixture.failure("SECRETS", "fail", ["password": .string(secret)])
    #expect(error.map { "\($0.debugDescription)\($0.details as Any)" }?.contains(secret) == false)
    #expect(!fixture.log.entries.contains { $0.message.contains(secret) })
    #expect(fixture.log.holds("***"))
  }

  @Test("shows no secret of a session that is idle or being closed")
  func sessionSecrets() async throws {
    let fixture = try FixtureHost("sessions")
    let secret = "staple of a battery"
    _ = try await fixture.call("SESSIONS", nil, ["user": "careless", "password": .string(secret)])
    // The line belongs to no call, and no call of that session is in flight.
    _ = try await fixture.call("SESSIONS", nil, ["user": "gossip"])
    #expect(fixture.log.holds("the last password was ***"))
    await fixture.host.close()
    #expect(fixture.log.holds("the password *** did not close the session"))
    #expect(!fixture.log.holds(secret))
  }
}
