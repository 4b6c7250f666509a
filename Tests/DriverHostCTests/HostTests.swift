import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("A host of the C API")
struct HostTests {
  @Test("says which version it is and which header it serves")
  func version() {
    #expect(dh_api_v1() == DH_HOST_API)
    #expect(String(cString: dh_version_v1()).wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
  }

  @Test("lists its drivers, and describes them without running them")
  func drivers() throws {
    let engine = try Engine("echo", "crash-entry")
    let drivers = try Engine.document { dh_host_drivers_v1(engine.host, $0, $1) }
    #expect(drivers.contains(#""type":"ECHO","selector":"ECHO","default":true"#))
    #expect(drivers.contains(#""actions":["echo","about","document"]"#))
    #expect(drivers.contains(#""origin":"option""#) && !drivers.contains(#""origin":"system""#))
    let type = "ECHO"
    let descriptor = try type.withText { type in
      try Engine.document { dh_host_descriptor_v1(engine.host, type, $0, $1) }
    }
    #expect(descriptor.hasPrefix(#"{"descriptor":1,"name":"ECHO""#))
    let schema = try type.withText { type in
      try "document".withText { action in
        try Engine.document { dh_host_schema_v1(engine.host, type, action, $0, $1) }
      }
    }
    #expect(schema.contains(#""contentEncoding":"base64""#) && schema.contains("required"))
    let missing = #expect(throws: EngineError.self) {
      try "EKO".withText { type in
        try Engine.document { dh_host_descriptor_v1(engine.host, type, $0, $1) }
      }
    }
    #expect(missing?.status == DH_FAILED && missing?.code == DH_ERROR_NOT_FOUND)
  }

  @Test("looks for drivers beside its library, then where everybody does")
  func searchPath() throws {
    var host: dh_handle = 0
    #expect(dh_host_open_v1(nil, &host, nil) == DH_OK)
    let drivers = try Engine.document { dh_host_drivers_v1(host, $0, $1) }
    #expect(
      drivers.contains(#""search_path":[{"path":"\#(ThisPackage.products)","origin":"library"}"#)
    )
    #expect(drivers.contains(#"{"path":"/usr/lib/drivers","origin":"system"}"#))
    #expect(!drivers.contains(#""origin":"executable""#))
    #expect(dh_host_close_v1(host, nil, nil) == DH_OK && dh_release_v1(host) == DH_OK)
  }

  @Test("loads a driver ahead, or says why it cannot")
  func load() throws {
    let engine = try Engine("echo", "refuse-create")
    var error: dh_handle = 0
    #expect("ECHO".withText { dh_host_load_v1(engine.host, $0, &error) } == DH_OK)
    #expect("NONE".withText { dh_host_load_v1(engine.host, $0, &error) } == DH_FAILED)
    #expect(dh_failure_get_v1(error)?.pointee.stage == DH_STAGE_DRIVER)
    _ = dh_release_v1(error)
    #expect(dh_host_load_v1(engine.host, dh_text_v1(), nil) == DH_INVALID)
  }

  @Test("tells how it fares")
  func statistics() throws {
    let engine = try Engine("echo")
    _ = dh_release_v1(try engine.connect("ECHO"))
    let statistics = try Engine.document { dh_host_statistics_v1(engine.host, $0, $1) }
    #expect(statistics.contains(#""drivers":{"ECHO":{"calls_in_flight":0"#))
    #expect(statistics.contains(#""wedged_threads":0"#))
  }

  @Test("refuses options that cannot be")
  func options() throws {
    func refusal(_ change: (inout dh_host_options_v1) -> Void) -> EngineError? {
      #expect(throws: EngineError.self) { try Engine(paths: [], change) }
    }
    #expect(refusal { $0.flags = 1 << 8 }?.status == DH_INVALID)
    #expect(refusal { $0.workspace_rule = 7 }?.status == DH_INVALID)
    #expect(refusal { $0.workspace_rule = DH_WORKSPACE_FOLDER }?.status == DH_INVALID)
    #expect(refusal { $0.log_level_plus_1 = 9 }?.status == DH_INVALID)
    #expect(refusal { $0.grace_limit_ns = -1 }?.status == DH_INVALID)
    #expect(
      refusal {
        $0.driver_paths = nil; $0.driver_path_count = 3
      }?.status == DH_INVALID
    )
    #expect(refusal { $0.history_rule = DH_HISTORY_FILE }?.status == DH_INVALID)
  }

  @Test("hands its log to the engine until it is released")
  func log() throws {
    let lines = Locked<[String]>([])
    let engine = try Engine(paths: [FixtureDriver.path("logger")]) {
      $0.log_level_plus_1 = DH_LOG_INFO + 1
      $0.log_context = context(lines)
      $0.log = { context, line in
        let line = line.pointee
        let owner = string(line.execution) == nil ? "driver" : "call"
        object(context, Locked<[String]>.self).with {
          $0.append(
            "\(line.level) \(string(line.driver) ?? "host") \(owner) \(string(line.message) ?? "")"
          )
        }
      }
    }
    _ = dh_release_v1(try engine.connect("LOGGER", #"{"text": "hear"}"#))
    let seen = lines.with { $0 }
    #expect(seen.contains("2 LOGGER call hear") && seen.contains("4 LOGGER driver hear"))
    #expect(!seen.contains { $0.hasPrefix("1") })
  }

  @Test("closes while calls run, and takes no more")
  func close() async throws {
    let engine = try Engine("sleeper", "echo")
    let executions = try (0..<8).map { _ in
      try engine.execution("SLEEPER", #"{"seconds": 600}"#)
    }
    for execution in executions { _ = dh_execution_start_v1(execution) }
    let kept = try engine.connect("ECHO", #"{"int": 5}"#)
    try await onThread {
      let report = try Engine.document { dh_host_close_v1(engine.host, $0, $1) }
      #expect(report == #"{"clean":true,"abandoned":{},"stuck":[]}"#)
      for execution in executions {
        var error: dh_handle = 0
        #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
        #expect(
          [DH_ERROR_CANCELLED, DH_ERROR_UNAVAILABLE]
            .contains(dh_failure_get_v1(error)?.pointee.code)
        )
        _ = dh_release_v1(error)
        #expect(dh_release_v1(execution) == DH_OK)
      }
      let late = try engine.failure("ECHO")
      #expect(dh_failure_get_v1(late)?.pointee.code == DH_ERROR_UNAVAILABLE)
      _ = dh_release_v1(late)
      // What was got before stays.
      #expect(dh_int_of(dh_tree_v1(kept), "int", 0) == 5)
      _ = dh_release_v1(kept)
    }
  }

  @Test("names what would not end when it was closed")
  func abandoned() async throws {
    let folder = try TemporaryFolder()
    let engine = try Engine("stubborn")
    let execution = try engine.execution(
      "STUBBORN",
      #"{"seconds": 60, "until": "\#(folder.file("end"))"}"#
    )
    _ = dh_execution_start_v1(execution)
    try await eventually("the driver has it") {
      try Engine.document { dh_host_statistics_v1(engine.host, $0, $1) }
        .contains(#""running_calls":1"#)
    }
    var id = dh_text_v1()
    _ = dh_execution_id_v1(execution, &id)
    let name = string(id) ?? ""
    let report = try await onThread {
      try Engine.document { dh_host_close_v1(engine.host, $0, $1) }
    }
    #expect(report == #"{"clean":false,"abandoned":{"STUBBORN":["\#(name)"]},"stuck":[]}"#)
    _ = dh_release_v1(execution)
    // The thread inside the driver ends before the process does.
    try folder.write("", to: "end")
    try await eventually("the driver has come back") {
      try Engine.document { dh_host_statistics_v1(engine.host, $0, $1) }
        .contains(#""abandoned_calls":0"#)
    }
  }
}
