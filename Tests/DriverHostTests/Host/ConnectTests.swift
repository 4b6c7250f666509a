import DriverABI
import DriverHost
import TestSupport
import Testing

@Suite("Connecting")
struct ConnectTests {
  @Test("gives every kind of input to the driver and takes it back unchanged")
  func echo() async throws {
    let fixture = try FixtureHost("echo")
    let inputs: ValueMap = [
      "string": "héllo 🌍", "int": .int(.max), "double": 0.1, "bool": true,
      "decimal": "12345678901234567890.5", "bytes": "AP8K", "null": nil,
      "list": [1, "two", nil], "map": ["a": ["b": 1]], "any": [["x": 1.5]],
    ]
    let result = try await fixture.call("ECHO", nil, inputs)
    for (name, value) in inputs where name != "decimal" && name != "bytes" {
      #expect(result[name] == value, "\(name)")
    }
    #expect(result["decimal"] == .decimal(DecimalText("12345678901234567890.5")!))
    #expect(result["bytes"] == .bytes([0, 255, 10]))
    #expect(result.driver == "org.driverhost.fixture.echo")
    #expect(result.execution.utf8.count == 36)
  }

  @Test("brings calls with equal x-session inputs to one instance, and spreads the others")
  func affinity() async throws {
    let descriptor = """
      {"descriptor": 1, "name": "PLACE", "id": "org.driverhost.test.place", "version": "1.0.0",
       "abi": ["dh.driver/1"], "execution": "nonblocking",
       "inputs": {"properties": {"server": {"type": "string", "x-session": true}}},
       "actions": [{"name": "call"}]}
      """
    let source = """
      #include <stdlib.h>
      static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                              dh_report_v1 report) {
        (void)host, (void)loop, (void)report;
        *instance = malloc(1);
        return *instance == NULL ? DH_FAILED : DH_OK;
      }
      static void destroy(void *instance) { free(instance); }
      static void start(void *instance, const dh_request_v1 *request) {
        dh_value_v1 value = dh_int((int64_t)(intptr_t)instance);
        dh_call_v1 call = request->call;
        if (call.fn->output(call, dh_text("instance"), &value) == DH_OK) dh_succeed(call);
        else dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the instance");
      }
      static const dh_driver_v1 driver = {create, destroy, start};
      DH_DRIVER_ENTRY(driver)
      """
    var configuration = HostConfiguration()
    configuration.loops = 3
    configuration.searchPath = SearchPath(entries: [
      .init(
        path: try FixtureDriver.build("place", descriptor: descriptor, source: source),
        origin: .option
      )
    ])
    let host = try Host(configuration)
    func instances(_ inputs: ValueMap) async throws -> Set<Value> {
      var instances: Set<Value> = []
      for _ in 0..<6 {
        instances.insert(try await host.connect(type: "PLACE", inputs)["instance"].resolved)
      }
      return instances
    }
    #expect(try await instances([:]).count == 3)
    for name in ["a", "b", "c"] {
      #expect(try await instances(["server": .string(name)]).count == 1)
    }
    await host.close()
  }

  @Test("reports unknown names and wrong values at once, and starts nothing")
  func faults() async throws {
    let fixture = try FixtureHost("sleeper")
    let error = await fixture.failure("SLEEPER", nil, ["secnods": 1, "seconds": "x"])
    #expect(error?.stage == .input)
    #expect(error?.faults.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.extra, .invalid])
    let hinted = await fixture.failure("SLEEPER", nil, ["secnods": 1])
    #expect(hinted?.message.contains("did you mean `seconds`?") == true)
    #expect(fixture.host.statistics.drivers["SLEEPER"]?.callsInFlight == 0)
  }

  @Test("names the nearest type and action for unknown ones")
  func unknown() async throws {
    let fixture = try FixtureHost("sleeper")
    #expect(await fixture.failure("SLEPER")?.message.contains("SLEEPER") == true)
    let error = await fixture.failure("SLEEPER", "slep")
    #expect(error?.message.contains("did you mean `sleep`?") == true)
    #expect(error?.stage == .input)
  }

  @Test("carries an error's every field from the driver")
  func errors() async throws {
    let fixture = try FixtureHost("errors")
    let error = await fixture.failure(
      "ERRORS",
      nil,
      [
        "code": 6, "flags": 1, "status": 429, "retry_after_ms": 1500, "vendor_code": -7,
        "vendor_state": "08006", "pointer": "/a/0", "message": "slow down", "detail": "more",
        "details": ["a": [1]],
      ]
    )
    #expect(error?.code == .rateLimited)
    #expect(error?.isRetryable == true)
    #expect(error?.status == 429)
    #expect(error?.retryAfter == .milliseconds(1500))
    #expect(error?.vendorCode == -7)
    #expect(error?.vendorState == "08006")
    #expect(error?.pointer?.description == "/a/0")
    #expect(error?.message == "slow down")
    #expect(error?.detail == "more")
    #expect(error?.details == ["a": [1]])
  }

  @Test("runs calls that end on threads of the driver's own")
  func threaded() async throws {
    let fixture = try FixtureHost("threaded")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 { group.addTask { _ = try await fixture.call("THREADED") } }
      try await group.waitForAll()
    }
    #expect(fixture.host.statistics.drivers["THREADED"]?.callsInFlight == 0)
  }

  @Test("runs 1,000 timers of one non-blocking driver at once, none early, all on the loop")
  func timers() async throws {
    let fixture = try FixtureHost("timers")
    try await withThrowingTaskGroup(of: ConnectionResult.self) { group in
      for _ in 0..<1000 {
        group.addTask { try await fixture.call("TIMERS", "wait", ["milliseconds": 20]) }
      }
      for try await result in group {
        #expect(result["on_loop"] == true)
        #expect(result["early"] == false)
      }
    }
  }

  @Test(
    "serves the reactor as its rules say",
    arguments: ["post", "elsewhere", "order", "pipe", "batch", "hangup", "change"]
  )
  func reactor(action: String) async throws {
    let fixture = try FixtureHost("poster")
    let result = try await fixture.call("POSTER", action, timeout: 5000)
    if result["on_loop"] != .null { #expect(result["on_loop"] == true) }
    if result["out_of_order"] != .null { #expect(result["out_of_order"] == 0) }
    if result["inside"] != .null { #expect(result["inside"] == 0 || result["inside"] == false) }
    if action == "batch" { #expect(result["calls"] == 1) }
    if action == "hangup" { #expect(result["hangup"] == true) }
    #expect(
      fixture.host.statistics.drivers["POSTER"]?.misuses ?? 0
        == (action == "elsewhere" ? fixture.host.statistics.drivers["POSTER"]?.misuses ?? 0 : 0)
    )
  }

  @Test("takes timers back for good")
  func cancelledTimers() async throws {
    let fixture = try FixtureHost("timers")
    let result = try await fixture.call("TIMERS", "cancelled", timeout: 5000)
    #expect(result["cancelled"] == .int(Int64(DH_OK)))
  }

  @Test("looks names up off the loop")
  func resolver() async throws {
    let fixture = try FixtureHost("resolver")
    let result = try await fixture.call("RESOLVER", "resolve", ["host": "localhost", "family": 4])
    #expect(result["addresses"][0] == "127.0.0.1")
    #expect(result["inside"] == false)
    let error = await fixture.failure("RESOLVER", "resolve", ["host": "no-such-name.invalid"])
    #expect(error?.code == .dns)
  }

  @Test("runs what `once` guards one at a time and once for each key")
  func once() async throws {
    let fixture = try FixtureHost("once")
    let result = try await fixture.call("ONCE", nil, ["key": "one", "threads": 8])
    #expect(result["runs"] == 1)
    #expect(result["overlaps"] == 0)
    let failing = try await fixture.call(
      "ONCE",
      nil,
      ["key": "two", "threads": 4, "failures": 2]
    )
    #expect(failing["runs"] == 3)
  }

  @Test("shows log lines from the host's level on, and progress")
  func logs() async throws {
    let fixture = try FixtureHost("logger") { $0.logLevel = .warning }
    let heard = Lock<[Progress]>([])
    _ = try await fixture.call("LOGGER", "log", ["text": "hello"])
    #expect(Set(fixture.log.entries.map(\.level)) == [.warning, .error])
    _ = try await fixture.call("LOGGER", "progress", ["count": 5]) { options in
      options.onProgress = { progress in heard.withLock { $0.append(progress) } }
    }
    #expect(heard.withLock { $0.last?.done } == 5)
  }

  @Test("uses a warm session again for equal inputs, and another for others")
  func sessions() async throws {
    let fixture = try FixtureHost("sessions")
    let first = try await fixture.call("SESSIONS", "use", ["user": "a", "password": "pass-a"])
    let second = try await fixture.call("SESSIONS", "use", ["user": "a", "password": "pass-a"])
    let other = try await fixture.call("SESSIONS", "use", ["user": "a", "password": "pass-b"])
    #expect(first["session"] == second["session"])
    #expect(first["session"] != other["session"])
    #expect(second["calls"] == 2)
    let report = await fixture.host.close()
    #expect(report.isClean)
  }

  @Test("after `close` is refused, and calls in flight are cancelled by it")
  func closing() async throws {
    let fixture = try FixtureHost("sleeper")
    let task = Task { try await fixture.call("SLEEPER", nil, ["seconds": 60]) }
    try await eventually {
      fixture.host.statistics.drivers["SLEEPER"]?.callsInFlight == 1
    }
    let report = await fixture.host.close()
    #expect(report.isClean)
    await #expect {
      try await task.value
    } throws: {
      ($0 as? HostError)?.code == .cancelled
    }
    #expect(await fixture.failure("SLEEPER")?.code == .unavailable)
  }
}
