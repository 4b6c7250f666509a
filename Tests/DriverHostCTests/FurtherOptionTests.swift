import CDriverHost
import DriverABI
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
}
