import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Closing a host")
struct CloseTests {
  /// How many threads this process has whose names the host gives.
  private static func threads(_ prefix: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { task in
      // One that has ended meanwhile has no name.
      let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
      return name?.hasPrefix(prefix) ?? false
    }
  }

  @Test("cancels the calls in flight, waits for them, and leaves no thread of its own")
  func cancels() async throws {
    let before = try CloseTests.threads("dh-loop")
    let fixture = try FixtureHost("sleeper", "timers")
    async let blocking = fixture.failure("SLEEPER", nil, ["seconds": 100])
    async let onLoop = fixture.failure("TIMERS", "wait", ["milliseconds": 100_000])
    try await eventually {
      let drivers = fixture.host.statistics.drivers
      return drivers["SLEEPER"]?.runningCalls == 1 && drivers["TIMERS"]?.runningCalls == 1
    }
    #expect(await fixture.host.close().isClean)
    #expect(await blocking?.code == .cancelled)
    #expect(await onLoop?.code == .cancelled)
    // One that has come to its end is still there for a moment; and one of another host's may have gone.
    try await eventually("the loop's thread is gone") {
      try CloseTests.threads("dh-loop") <= before
    }
    #expect(await fixture.failure("SLEEPER")?.message == "the host was closed")
  }

  @Test(
    "runs what an instance has posted before its destroy, and takes nothing from there on",
    arguments: [200, .max]
  )
  func posts(count: Int) async throws {
    let descriptor = FixtureDriver.descriptor(more: #""needs": ["dh.reactor/1"],"#)
      .replacing(#""execution": "blocking""#, with: #""execution": "nonblocking""#)
    let path = try FixtureDriver.build(
      "posting",
      descriptor: descriptor,
      source: """
        #include <pthread.h>
        #include <sched.h>
        #include <stdatomic.h>
        static struct {
          const dh_host_v1 *host;
          const dh_reactor_v1 *reactor;
          dh_loop_v1 *loop;
          pthread_t thread;
          atomic_long stops, taken, run;
        } state;
        static void posted(void *context) { (void)context, state.run++; }
        static int post(void) { return state.reactor->post(state.loop, posted, NULL); }
        static void *posting(void *context) {
          for (long count = 0; count < COUNT && !state.stops; count++) {
            // Far more than the loop gets done, and still no more than memory holds.
            while (state.taken - state.run > 100000 && !state.stops) sched_yield();
            if (post() != DH_OK) break;
            state.taken++;
          }
          return context;
        }
        static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                                dh_report_v1 report) {
          (void)report, *instance = NULL;
          state.host = host, state.loop = loop, state.reactor = host->interface(host, DH_REACTOR_V1);
          return pthread_create(&state.thread, NULL, posting, NULL) == 0 ? DH_OK : DH_FAILED;
        }
        static void destroy(void *instance) {
          (void)instance;
          int refused = post() == DH_GONE;
          state.stops = 1;
          pthread_join(state.thread, NULL);
          int all = state.run == state.taken;
          state.host->log(state.host, DH_LOG_INFO, dh_text(refused ? "refused" : "taken"));
          state.host->log(state.host, DH_LOG_INFO, dh_text(all ? "all have run" : "some have not"));
        }
        static void start(void *instance, const dh_request_v1 *request) {
          (void)instance;
          dh_succeed(request->call);
        }
        static const dh_driver_v1 driver = {create, destroy, start};
        DH_DRIVER_ENTRY(driver)
        """,
      flags: ["-pthread", "-DCOUNT=\(count)L"]
    )
    let fixture = try FixtureHost {
      $0.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    }
    _ = try await fixture.call("PLAIN")
    #expect(await fixture.host.close().isClean)
    #expect(fixture.log.holds("refused"))
    // One that never stops posting is cut off, and what it has posted until then has run too.
    #expect(fixture.log.holds("all have run"))
  }

  @Test("leaves a driver behind that does not come back, says which, and ends it when it does")
  func stuck() async throws {
    let folder = try TemporaryFolder()
    let until = "\(folder.path)/until"
    defer { _ = FileManager.default.createFile(atPath: until, contents: nil) }
    let paths = try [
      CloseTests.lateDriver("ON_LOOP", until, isBlocking: false),
      CloseTests.lateDriver("AT_END", until, isBlocking: true),
      FixtureDriver.path("timers"), FixtureDriver.path("resolver"), FixtureDriver.path("sleeper"),
    ]
    let fixture = try FixtureHost {
      $0.searchPath = SearchPath(entries: paths.map { .init(path: $0, origin: .option) })
      $0.graceLimit = .milliseconds(100)
    }
    _ = try await fixture.call("TIMERS")
    _ = try await fixture.call("SLEEPER")
    // One that is loaded, and has nothing on the loop.
    try await fixture.host.load(type: "RESOLVER")
    _ = try await fixture.call("AT_END")
    _ = try await fixture.call("ON_LOOP")
    let report = await fixture.host.close()
    #expect(report.stuck == ["AT_END", "ON_LOOP", "TIMERS"])
    #expect(report.abandoned.isEmpty && !report.isClean)
    #expect(!fixture.log.holds("ON_LOOP has ended"))
    _ = FileManager.default.createFile(atPath: until, contents: nil)
    try await eventually("both have ended") {
      fixture.log.holds("ON_LOOP has ended") && fixture.log.holds("AT_END has ended")
    }
  }

  /// A driver that does not come back until there is a file: from what it has posted, or from its `destroy`.
  private static func lateDriver(
    _ name: String,
    _ until: String,
    isBlocking: Bool
  ) throws -> String {
    let descriptor = FixtureDriver.descriptor(
      name: name,
      id: "org.driverhost.test.\(name.lowercased())",
      more: isBlocking ? "" : #""needs": ["dh.reactor/1"],"#
    )
    return try FixtureDriver.build(
      name.lowercased(),
      descriptor: descriptor.replacing(
        #""execution": "blocking""#,
        with: #""execution": "\#(isBlocking ? "blocking" : "nonblocking")""#
      ),
      source: """
        #include <poll.h>
        #include <unistd.h>
        static const dh_host_v1 *host;
        static dh_loop_v1 *loop;
        static void wait_for_file(void *context) {
          (void)context;
          for (int turn = 0; turn < 6000 && access(UNTIL, F_OK) != 0; turn++) poll(NULL, 0, 10);
        }
        static dh_status create(const dh_host_v1 *its_host, dh_loop_v1 *its_loop, void **instance,
                                dh_report_v1 report) {
          (void)report, *instance = NULL;
          host = its_host, loop = its_loop;
          return DH_OK;
        }
        static void destroy(void *instance) {
          if (loop == NULL) wait_for_file(instance);
          host->log(host, DH_LOG_INFO, dh_text(NAME " has ended"));
        }
        static void start(void *instance, const dh_request_v1 *request) {
          (void)instance;
          if (loop != NULL) {
            const dh_reactor_v1 *reactor = host->interface(host, DH_REACTOR_V1);
            reactor->post(loop, wait_for_file, NULL);
          }
          dh_succeed(request->call);
        }
        static const dh_driver_v1 driver = {create, destroy, start};
        DH_DRIVER_ENTRY(driver)
        """,
      flags: [#"-DUNTIL="\#(until)""#, #"-DNAME="\#(name)""#]
    )
  }

  @Test("closes the sessions, also those in use, and refuses the calls that wait for one")
  func sessions() async throws {
    let fixture = try FixtureHost("sessions") { $0.sessions.maximum = 1 }
    async let using = fixture.failure("SESSIONS", nil, ["seconds": 100])
    try await eventually { fixture.host.statistics.drivers["SESSIONS"]?.runningCalls == 1 }
    async let waiting = fixture.failure("SESSIONS")
    try await eventually {
      fixture.host.statistics.drivers["SESSIONS"]?.sessions?.waitingCalls == 1
    }
    // In a task that is cancelled at once: the host is closed all the same.
    let closing = Task { await fixture.host.close() }
    closing.cancel()
    #expect(await closing.value.isClean)
    #expect(await using?.code == .cancelled)
    #expect(await waiting?.code == .unavailable)
    let another = try FixtureHost("sessions")
    let totals = try await another.call("SESSIONS", "totals")
    // All but the session that asks.
    #expect(totals["opened"].intValue == (totals["closed"].intValue ?? -1) + 1)
  }

  @Test("waits for a session that is being closed already, and does not stop it")
  func brokenSession() async throws {
    let fixture = try FixtureHost("sessions")
    let error = await fixture.failure("SESSIONS", nil, ["user": "leisurely", "break": true])
    #expect(error?.code == .protocolViolation)
    #expect(await fixture.host.close().isClean)
    #expect(!fixture.log.holds("did not close as it should"))
  }

  @Test("ends calls that wait for their turn or their next attempt, and records how")
  func waitingCalls() async throws {
    let history = MemoryHistory()
    let fixture = try FixtureHost("flaky", "sleeper") { $0.history = history }
    let limited: ValueMap = ["seconds": 0, "rate_limit": ["calls": 1, "per": 1000]]
    _ = try await fixture.call("SLEEPER", nil, limited)
    let turn = fixture.host.execution(of: .type("SLEEPER"), limited)
    turn.start()
    let attempt = fixture.host.execution(
      of: .type("FLAKY"),
      [
        "failures": 100,
        "retry": ["initial": 1000, "maximum": 1000, "deadline": 10_000, "jitter": false],
      ]
    )
    attempt.start()
    try await eventually { fixture.log.holds("the next one follows") }
    while try await history.execution(turn.id)?.status != .running { await Task.yield() }
    #expect(await fixture.host.close().isClean)
    #expect(turn.status == .failed && attempt.status == .failed)
    let records = try await history.executions(ExecutionQuery())
    #expect(records.count == 3 && records.allSatisfy(\.status.isEnded))
  }

  @Test("happens by itself when nobody holds the host any more")
  func forgotten() async throws {
    let another = try FixtureHost("sessions")
    let before = try await another.call("SESSIONS", "totals")["closed"].intValue ?? 0
    do {
      let fixture = try FixtureHost("sessions")
      _ = try await fixture.call("SESSIONS")
    }
    try await eventually("the session is closed") {
      try await another.call("SESSIONS", "totals")["closed"].intValue == before + 1
    }
  }

  @Test(
    "ends a load that is under way with a refusal, and is done once however often it is asked for"
  )
  func whileLoading() async throws {
    let fixture = try FixtureHost("echo")
    async let first = fixture.host.close()
    async let call: HostError? = {
      do {
        _ = try await fixture.call("ECHO")
        return nil
      } catch { return error as? HostError }
    }()
    async let second = fixture.host.close()
    #expect(await first == second)
    // The call came before, or was refused.
    if let error = await call { #expect(error.code == .unavailable || error.code == .cancelled) }
  }

  @Test("keeps 10,000 calls in flight on one loop without a thread or a descriptor for each")
  func manyCalls() async throws {
    let fixture = try FixtureHost("timers")
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let tasks = (0..<10_000).map { _ in
      Task { await fixture.failure("TIMERS", "wait", ["milliseconds": 100_000]) }
    }
    try await eventually("all are in flight") {
      fixture.host.statistics.drivers["TIMERS"]?.runningCalls == 10_000
    }
    #expect(fixture.host.statistics.threads == 0)
    let now = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    #expect(now < descriptors + 10)
    // Some may be given up: the driver has a tenth of a second for all of them.
    _ = await fixture.host.close()
    for task in tasks { #expect(await task.value?.code == .cancelled) }
  }
}
