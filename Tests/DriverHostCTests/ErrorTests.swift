import CDriverHost
import DriverABI
import TestSupport
import Testing

@Suite("Errors of the C API")
struct ErrorTests {
  @Test("have every field that a driver can set")
  func fields() throws {
    let engine = try Engine("errors")
    let handle = try engine.failure(
      "ERRORS",
      """
      {"code": 6, "flags": 1, "status": 429, "retry_after_ms": 1500, "vendor_code": -7,
       "vendor_state": "08001", "pointer": "/message", "message": "slow down", "detail": "all of it",
       "details": {"limit": [1, 2]}, "partial": {"rows": 3}}
      """
    )
    defer { _ = dh_release_v1(handle) }
    let failure = try #require(dh_failure_get_v1(handle)).pointee
    #expect(failure.code == DH_ERROR_RATE_LIMITED && failure.flags == DH_RETRYABLE)
    #expect(failure.stage == DH_STAGE_CALL && failure.status == 429 && failure.attempts == 1)
    #expect(failure.retry_after_ns == 1_500_000_000 && failure.vendor_code == -7)
    #expect(string(failure.name) == "rate_limited" && string(failure.message) == "slow down")
    #expect(string(failure.detail) == "all of it" && string(failure.vendor_state) == "08001")
    #expect(string(failure.pointer) == "/message" && string(failure.file) == nil)
    #expect(string(failure.execution)?.count == 36)
    #expect(failure.faults == nil && failure.fault_count == 0)
    #expect(failure.details?.pointee.kind == DH_MAP)
    #expect(dh_member_of(failure.details, "limit")?.pointee.count == 2)
    // What it had put out.
    #expect(Engine.json(handle) == #"{"partial":{"rows":3}}"#)
    #expect(dh_int_of(dh_output(handle, "partial"), "rows", 0) == 3)
    #expect(dh_member_of(dh_tree_v1(handle), "partial") != nil)
    #expect(dh_result_get_v1(handle) == nil)
  }

  @Test("hold all faults of the inputs")
  func faults() throws {
    let engine = try Engine("errors")
    let handle = try engine.failure("ERRORS", #"{"code": -1, "mesage": "x", "status": "y"}"#)
    defer { _ = dh_release_v1(handle) }
    let failure = try #require(dh_failure_get_v1(handle)).pointee
    #expect(failure.code == DH_ERROR_INVALID_INPUT && failure.stage == DH_STAGE_INPUT)
    let faults = (0..<failure.fault_count).map { failure.faults![$0] }
    #expect(faults.count == 3)
    let extra = try #require(faults.first { $0.kind == DH_FAULT_EXTRA })
    #expect(string(extra.pointer) == "/mesage" && string(extra.nearest) == "message")
    let minimum = try #require(faults.first { string($0.pointer) == "/code" })
    #expect(minimum.kind == DH_FAULT_INVALID && string(minimum.keyword) == "minimum")
    #expect(string(minimum.schema_location)?.hasSuffix("/minimum") == true)
    #expect(faults.allSatisfy { string($0.message)?.isEmpty == false && $0.file.ptr == nil })
    let type = try #require(faults.first { string($0.pointer) == "/status" })
    #expect(string(type.expected) != nil && string(type.got) != nil)
  }

  @Test("name the file, line and column of a connector that is wrong")
  func location() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "connector_type: ERRORS\nvalue:\n  code: -1\n",
      to: "connectors/broken.yaml"
    )
    let texts = Texts([folder.path])
    let engine = try Engine(paths: [FixtureDriver.path("errors")]) {
      $0.workspace_rule = DH_WORKSPACE_FOLDER
      $0.workspace = texts.start[0]
    }
    #expect(try Engine.document { dh_host_connectors_v1(engine.host, $0, $1) } == #"["broken"]"#)
    #expect(try Engine.document { dh_host_vaults_v1(engine.host, $0, $1) } == "[]")
    var target = callTarget("broken", DH_TARGET_CONNECTOR)
    var error: dh_handle = 0
    #expect(dh_host_connect_v1(engine.host, &target, nil, nil, nil, &error) == DH_FAILED)
    defer { _ = dh_release_v1(error) }
    let failure = try #require(dh_failure_get_v1(error)).pointee
    #expect(failure.line == 3 && string(failure.file)?.hasSuffix("broken.yaml") == true)
    #expect(failure.faults?.pointee.line == 3 && (failure.faults?.pointee.column ?? 0) > 0)
  }

  @Test("mark the secrets of a partial result and mask them in JSON")
  func secrets() throws {
    let driver = try FixtureDriver.build(
      "secretive",
      descriptor: FixtureDriver.descriptor(name: "SECRETIVE", id: "org.driverhost.test.secretive"),
      source: FixtureDriver.plainSource.replacing(
        "dh_succeed(request->call);",
        with: """
          dh_member_v1 members[] = {dh_member("a", dh_cstring("hidden")), dh_member("b", dh_int(1))};
          members[0].value.flags = DH_SECRET;
          dh_value_v1 map = dh_map(members, 2);
          request->call.fn->output(request->call, dh_text("map"), &map);
          dh_fail(request->call, DH_ERROR_CONFLICT, "no");
          """
      )
    )
    let engine = try Engine(paths: [driver])
    let handle = try engine.failure("SECRETIVE")
    defer { _ = dh_release_v1(handle) }
    let failure = try #require(dh_failure_get_v1(handle)).pointee
    #expect(failure.secret_count == 1 && string(failure.secrets!.pointee) == "/map/a")
    let map = try #require(dh_output(handle, "map"))
    #expect(dh_member_of(map, "a")?.pointee.flags == DH_SECRET)
    #expect(dh_member_of(map, "b")?.pointee.flags == 0)
    #expect(!Engine.json(handle).contains("hidden") && Engine.json(handle).contains("\"b\":1"))
    #expect(Engine.json(handle, DH_JSON_WITH_SECRETS) == #"{"map":{"a":"hidden","b":1}}"#)
  }
}
