import TestSupport
import Testing

@testable import DriverHost

@Suite("An action that takes no session")
struct SessionlessActionTests {
  /// `use` takes a session and `look` takes none; both tell of it, and of the instance.
  private static let source = """
    #include <stdatomic.h>
    #include <stdlib.h>
    #include <unistd.h>
    static atomic_int opened, looking, peak;
    static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                            dh_report_v1 report) {
      (void)host, (void)loop, (void)report;
      *instance = malloc(1);
      return *instance == NULL ? DH_FAILED : DH_OK;
    }
    static void destroy(void *instance) { free(instance); }
    static void tell(dh_call_v1 call, const char *name, int64_t number) {
      dh_value_v1 value = dh_int(number);
      (void)call.fn->output(call, dh_text(name), &value);
    }
    static void start(void *instance, const dh_request_v1 *request) {
      dh_call_v1 call = request->call;
      if (dh_text_is(request->action, "open")) {
        opened++;
        (void)call.fn->opened(call, instance);
      } else if (!dh_text_is(request->action, "close")) {
        int now = ++looking, seen = peak;
        while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) continue;
        // Until the others have been here, too, if there are any.
        for (int64_t ms = dh_int_of(request->inputs, "wait_ms", 0); ms > 0 && peak < 3; ms--) {
          usleep(1000);
        }
        tell(call, "session", request->session != NULL);
        tell(call, "instance", (int64_t)(intptr_t)instance);
        tell(call, "opened", opened);
        tell(call, "most", peak);
        looking--;
      }
      dh_succeed(call);
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    DH_DRIVER_ENTRY(driver)
    """

  private func host(
    _ name: String,
    _ more: String,
    loops: Int = 1
  ) throws -> DriverHost.Host {
    let descriptor = """
      {"descriptor": 1, "name": "LOOK", "id": "org.driverhost.test.\(name)", "version": "1.0.0",
       "abi": ["dh.driver/1"], "default_action": "use", \(more)
       "inputs": {"properties": {"server": {"type": "string", "x-session": true},
         "wait_ms": {"type": "integer"}}},
       "actions": [{"name": "use"}, {"name": "look", "session": false}]}
      """
    var configuration = HostConfiguration()
    configuration.loops = loops
    configuration.searchPath = SearchPath(entries: [
      .init(
        path: try FixtureDriver.build(
          name,
          descriptor: descriptor,
          source: SessionlessActionTests.source,
          flags: ["-D_GNU_SOURCE"]
        ),
        origin: .option
      )
    ])
    return try Host(configuration)
  }

  private func call(
    _ host: DriverHost.Host,
    _ action: String,
    _ inputs: ValueMap = [:]
  ) async throws -> ValueMap {
    var options = CallOptions()
    options.action = action
    return try await host.connect(type: "LOOK", inputs, options: options).outputs
  }

  @Test("gets none, and has none opened for it")
  func none() async throws {
    let host = try host("look", #""execution": "blocking", "session": {},"#)
    let look = try await call(host, "look", ["server": "a"])
    #expect(look["session"] == 0 && look["opened"] == 0)
    let use = try await call(host, "use", ["server": "a"])
    #expect(use["session"] == 1 && use["opened"] == 1)
    #expect(try await call(host, "look", ["server": "a"])["session"] == 0)
    #expect(host.statistics.drivers["LOOK"]?.sessions?.opened == 1)
    await host.close()
  }

  @Test(
    "runs beside others of its kind, unless the whole driver takes one call at a time",
    arguments: [("session-serial", 3), ("driver-serial", 1)] as [(String, Int64)]
  )
  func atOnce(concurrency: String, most: Int64) async throws {
    let host = try host(
      "look-\(concurrency)",
      #""execution": "blocking", "session": {}, "concurrency": "\#(concurrency)","#
    )
    // They wait for each other as long as a busy machine may need, and in vain where they cannot meet.
    let wait: Value = most == 3 ? 20_000 : 20
    let seen = try await withThrowingTaskGroup(of: Value?.self) { group in
      for _ in 0..<3 {
        group.addTask { try await call(host, "look", ["server": "a", "wait_ms": wait])["most"] }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(seen == Array(repeating: .int(most), count: 3))
    await host.close()
  }

  @Test("runs on the instance where sessions with equal inputs are")
  func instance() async throws {
    let host = try host(
      "look-loops",
      #""execution": "nonblocking", "needs": ["dh.reactor/1"], "session": {},"#,
      loops: 3
    )
    for name in ["a", "b", "c", "d"] {
      let inputs: ValueMap = ["server": .string(name)]
      let place = try await call(host, "use", inputs)["instance"]
      for _ in 0..<4 { #expect(try await call(host, "look", inputs)["instance"] == place) }
    }
    await host.close()
  }

  @Test("says nothing in a type without sessions, and must be a truth")
  func descriptor() throws {
    let text = FixtureDriver.descriptor()
    let plain = text.replacing(#"{"name": "call"}"#, with: #"{"name": "call", "session": false}"#)
    #expect(try Descriptor(JSON.parse(plain)).actions.map(\.takesSession) == [false])
    #expect(try Descriptor(JSON.parse(text)).actions.map(\.takesSession) == [true])
    let wrong = text.replacing(#"{"name": "call"}"#, with: #"{"name": "call", "session": {}}"#)
    let error = #expect(throws: HostError.self) { try Descriptor(JSON.parse(wrong)) }
    #expect(error?.faults.map(\.pointer.description) == ["/actions/0/session"])
  }
}
