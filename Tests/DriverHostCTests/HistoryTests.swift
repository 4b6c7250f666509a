import CDriverHost
import DriverABI
import TestSupport
import Testing

@Suite("The history of the C API")
struct HistoryTests {
  private func executions(_ engine: Engine, _ query: String) throws -> String {
    try query.withText { text in
      var query = dh_textual(DH_JSON, text.ptr, text.len)
      return try Engine.document { dh_host_executions_v1(engine.host, &query, $0, $1) }
    }
  }

  @Test("finds executions by what is asked, and forgets them")
  func queries() throws {
    let engine = try Engine("echo", "errors")
    _ = dh_release_v1(try engine.connect("ECHO", #"{"secret": "hidden", "int": 4}"#))
    _ = dh_release_v1(try engine.failure("ERRORS", #"{"code": 5}"#))
    let all = try executions(engine, "{}")
    #expect(all.contains("ECHO") && all.contains("ERRORS") && !all.contains("hidden"))
    let failed = try executions(engine, #"{"statuses": ["ENDED_ERROR"], "limit": 5}"#)
    #expect(failed.contains(#""error_code":"conflict""#) && !failed.contains("ECHO"))
    #expect(try executions(engine, #"{"connector_type": "ECHO"}"#).contains(#""int":4"#))
    #expect(try executions(engine, #"{"since": 9000000000000000000}"#) == "[]")
    #expect(try executions(engine, #"{"connector": "none"}"#) == "[]")
    var removed: UInt64 = 0
    #expect(dh_host_prune_v1(engine.host, -1, 1, &removed, nil) == DH_OK && removed == 1)
    #expect(dh_host_prune_v1(engine.host, 0, -1, nil, nil) == DH_OK)
    #expect(try executions(engine, "{}") == "[]")
  }

  @Test("refuses queries that it does not understand")
  func invalid() throws {
    let engine = try Engine("echo")
    for query in [
      #"{"state": 1}"#, #"{"statuses": ["OLD"]}"#, #"{"limit": "x"}"#, #"{"parent": 1}"#, "[]",
      #"{"statuses": "NEW"}"#, #"{"limit": -1}"#,
    ] {
      let error = #expect(throws: EngineError.self) { try executions(engine, query) }
      #expect(error?.status == DH_INVALID, "\(query)")
    }
    let missing = #expect(throws: EngineError.self) {
      try "none".withText { id in
        try Engine.document { dh_host_execution_v1(engine.host, id, $0, $1) }
      }
    }
    #expect(missing?.code == DH_ERROR_NOT_FOUND)
  }

  @Test("is there after the host in a file")
  func file() throws {
    let folder = try TemporaryFolder()
    try "\(folder.path)/state/history.db".withText { path in
      for round in 1...2 {
        let engine = try Engine(paths: [FixtureDriver.path("echo")]) {
          $0.history_rule = DH_HISTORY_FILE
          $0.history_path = path
        }
        let before = try executions(engine, "{}")
        #expect(before.contains("hidden-1") == (round == 2))
        _ = dh_release_v1(try engine.connect("ECHO", #"{"string": "hidden-\#(round)"}"#))
      }
    }
  }

  @Test("keeps nothing where it is told so")
  func none() throws {
    let engine = try Engine(paths: [FixtureDriver.path("echo")]) {
      $0.history_rule = DH_HISTORY_NONE
    }
    _ = dh_release_v1(try engine.connect("ECHO"))
    #expect(try executions(engine, "{}") == "[]")
  }
}
