import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("Further options through the C API")
struct FurtherOptionTests {
  /// Runs `body` with a map of one member.
  private func withMap<Result>(
    _ name: String,
    _ value: dh_value_v1,
    _ body: (UnsafePointer<dh_value_v1>) throws -> Result
  ) rethrows -> Result {
    try name.withCString { name in
      var member = dh_member(name, value)
      var map = dh_map(&member, 1)
      return try body(&map)
    }
  }

  /// What a call says of one further option, and of one that is reserved.
  private func refusal(
    _ engine: Engine,
    _ change: (inout dh_call_options_v1) -> Void
  ) -> EngineError? {
    var options = dh_call_options_v1()
    change(&options)
    do {
      _ = dh_release_v1(try engine.connect("ECHO", "{}", options))
      return nil
    } catch {
      return error as? EngineError
    }
  }

  @Test("of a call that the library does not know, or that are no text, are refused by name")
  func calls() throws {
    let engine = try Engine("echo")
    withMap("traceparant", dh_cstring("00-trace")) { map in
      let error = refusal(engine) { $0.further = map }
      #expect(error?.status == DH_INVALID && error?.message.contains("traceparant") == true)
      #expect(error?.message.contains("traceparent") == true)
    }
    withMap("tracestate", dh_int(7)) { map in
      let error = refusal(engine) { $0.further = map }
      #expect(error?.status == DH_INVALID && error?.message.contains("tracestate") == true)
    }
    // A null is as good as left out.
    withMap("tracestate", dh_null()) { map in
      #expect(refusal(engine) { $0.further = map } == nil)
    }
    var list = dh_list(nil, 0)
    withUnsafePointer(to: &list) { list in
      #expect(refusal(engine) { $0.further = list }?.status == DH_INVALID)
    }
  }

  @Test("and what is reserved for them are refused unless they are 0")
  func reserved() throws {
    let engine = try Engine("echo")
    let error = refusal(engine) { $0.reserved = 1 }
    #expect(error?.status == DH_INVALID && error?.message.contains("reserved") == true)
    var target = callTarget("ECHO")
    target.reserved = 1
    let other = #expect(throws: EngineError.self) {
      try Engine.handle { dh_host_connect_v1(engine.host, &target, nil, nil, $0, $1) }
    }
    #expect(other?.status == DH_INVALID && other?.message.contains("reserved") == true)
  }

  @Test(
    "of a host set limits of sessions, and are refused where they are none",
    arguments: [
      ("session_limit", 2, true), ("session_calls", 1, true), ("session_idle_ns", 1_000_000, true),
      ("session_age_ns", 1_000_000, true), ("session_check_ns", 1_000_000, true),
      ("session_limit", 0, false), ("session_idle", 5, false),
    ]
  )
  func hosts(name: String, number: Int64, isGood: Bool) {
    var (host, error) = (dh_handle(), dh_handle())
    let status = withMap(name, dh_int(number)) { map in
      var options = dh_host_options_v1()
      options.flags = DH_ONLY_GIVEN_PATHS
      options.further = map
      return dh_host_open_v1(&options, &host, &error)
    }
    #expect(status == (isGood ? DH_OK : DH_INVALID))
    if isGood {
      _ = dh_host_close_v1(host, nil, nil)
    } else {
      let message = string(dh_failure_get_v1(error)?.pointee.message ?? dh_text_v1())
      #expect(message?.contains(name) == true)
    }
    _ = dh_release_v1(host)
    _ = dh_release_v1(error)
  }

  @Test(
    "of a host decide when a session is used again, and when it is asked whether it still works",
    arguments: [
      ("session_limit", 64, [1, 1], 0), ("session_idle_ns", 1_000_000, [1, 2], 0),
      ("session_age_ns", 1_000_000, [1, 2], 0), ("session_check_ns", 1, [1, 1], 1),
    ]
  )
  func sessions(name: String, number: Int64, used: [Int64], checks: Int64) throws {
    let engine = try engine([FixtureDriver.path("sessions")], name, number)
    var seen: [Int64] = []
    for _ in 0..<2 {
      let handle = try engine.connect("SESSIONS")
      seen.append(dh_int_of(dh_tree_v1(handle), "session", 0))
      if seen.count == 2 { #expect(dh_int_of(dh_tree_v1(handle), "checks", -1) == checks) }
      _ = dh_release_v1(handle)
      usleep(20_000)
    }
    // The driver counts for the whole process, and other tests may count on.
    #expect((seen[0] == seen[1]) == (used[0] == used[1]))
  }

  @Test(
    "of a host limit the sessions at one time, and the calls that share one",
    arguments: [("session_limit", 1, 1), ("session_calls", 1, 2), ("session_calls", 2, 1)]
  )
  func limits(name: String, number: Int64, count: Int) async throws {
    let path = try name == "session_calls" ? sharingDriver() : FixtureDriver.path("sessions")
    let engine = try engine([path], name, number)
    let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try await onThread {
            let handle = try engine.connect("SESSIONS", #"{"seconds": 1.5}"#)
            defer { _ = dh_release_v1(handle) }
            return dh_int_of(dh_tree_v1(handle), "session", 0)
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(numbers.count == count)
  }

  /// The driver with sessions, which takes several calls in each.
  private func sharingDriver() throws -> String {
    let folder = "\(ThisPackage.folder)/Tests/FixtureDrivers"
    let descriptor = try String(contentsOfFile: "\(folder)/sessions.json", encoding: .utf8)
    let source = try String(contentsOfFile: "\(folder)/sessions.c", encoding: .utf8)
    return try FixtureDriver.build(
      "sharing",
      descriptor: descriptor.replacing("session-serial", with: "session-concurrent"),
      source: source.replacing(#"DH_EMBED_DESCRIPTOR("sessions.json")"#, with: ""),
      flags: ["-I", folder, "-D_POSIX_C_SOURCE=200809L"]
    )
  }

  /// An engine with drivers at these paths, and one further option.
  private func engine(_ paths: [String], _ name: String, _ number: Int64) throws -> Engine {
    try withMap(name, dh_int(number)) { map in try Engine(paths: paths) { $0.further = map } }
  }
}
