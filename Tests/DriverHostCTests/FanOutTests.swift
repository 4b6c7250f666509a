import CDriverHost
import DriverABI
import TestSupport
import Testing

@Suite("Fan-outs of the C API")
struct FanOutTests {
  /// What is told of the items.
  private final class Told: Sendable {
    let items = Locked<[Int: String]>([:])
  }

  private static let listener: dh_item_fn_v1 = { context, index, result, error in
    let text =
      result != 0
      ? Engine.json(result)
      : dh_failure_get_v1(error).flatMap { string($0.pointee.name) } ?? "nothing"
    object(context, Told.self).items.with { $0[index] = text }
  }

  private func run(
    _ engine: Engine,
    _ type: String,
    _ inputs: String,
    items: String,
    _ fanOut: dh_fan_out_v1,
    _ options: dh_call_options_v1 = dh_call_options_v1()
  ) throws -> dh_handle {
    try type.withText { type in
      try inputs.withText { inputs in
        try items.withText { items in
          var target = dh_target_v1(kind: DH_TARGET_TYPE, reserved: 0, name: type)
          var map = dh_textual(DH_JSON, inputs.ptr, inputs.len)
          var list = dh_textual(DH_JSON, items.ptr, items.len)
          var (fanOut, options) = (fanOut, options)
          return try Engine.handle {
            dh_host_connect_many_v1(engine.host, &target, &map, &list, &options, &fanOut, $0, $1)
          }
        }
      }
    }
  }

  @Test("run one call for each item, over the same inputs")
  func items() async throws {
    let engine = try Engine("echo")
    let told = Told()
    var fanOut = dh_fan_out_v1()
    fanOut.parallel = 2
    fanOut.item = Self.listener
    fanOut.context = context(told)
    let handle = try run(
      engine,
      "ECHO",
      #"{"int": 1, "bool": true}"#,
      items: #"[{"int": 2}, {}, {"inte": 3}]"#,
      fanOut
    )
    defer { _ = dh_release_v1(handle) }
    let summary = try await onThread {
      try Engine.document { dh_execution_wait_v1(handle, -1, $0, $1) }
    }
    #expect(summary == #"{"succeeded":2,"failed":1,"cancelled":0}"#)
    #expect(
      told.items.with { $0 } == [
        0: #"{"int":2,"bool":true}"#, 1: #"{"int":1,"bool":true}"#, 2: "invalid_input",
      ]
    )
    #expect(dh_execution_status_v1(handle) == DH_EXECUTION_FAILED)
    var text = dh_text_v1()
    #expect(dh_execution_id_v1(handle, &text) == DH_INVALID)
  }

  @Test("stop at the first failure where they are asked to")
  func failsFast() async throws {
    let engine = try Engine("errors")
    let told = Told()
    var fanOut = dh_fan_out_v1()
    fanOut.parallel = 1
    fanOut.flags = DH_FAN_OUT_FAILS_FAST
    fanOut.item = Self.listener
    fanOut.context = context(told)
    let handle = try run(engine, "ERRORS", #"{"code": 5}"#, items: "[{}, {}, {}]", fanOut)
    defer { _ = dh_release_v1(handle) }
    let summary = try await onThread {
      try Engine.document { dh_execution_wait_v1(handle, -1, $0, $1) }
    }
    #expect(summary == #"{"succeeded":0,"failed":1,"cancelled":2}"#)
    #expect(told.items.with { $0 } == [0: "conflict", 1: "cancelled", 2: "cancelled"])
  }

  @Test("are cancelled as a whole")
  func cancel() async throws {
    let engine = try Engine("sleeper")
    let ends = Locked<Int>(0)
    let handle = try run(
      engine,
      "SLEEPER",
      #"{"seconds": 600}"#,
      items: "[{}, {}, {}, {}]",
      dh_fan_out_v1()
    )
    _ = dh_execution_on_end_v1(
      handle,
      { context, _ in object(context, Locked<Int>.self).with { $0 += 1 } },
      context(ends)
    )
    #expect(dh_execution_status_v1(handle) == DH_EXECUTION_RUNNING)
    #expect(dh_execution_cancel_v1(handle) == DH_OK)
    let summary = try await onThread {
      try Engine.document { dh_execution_wait_v1(handle, -1, $0, $1) }
    }
    #expect(summary == #"{"succeeded":0,"failed":0,"cancelled":4}"#)
    #expect(dh_execution_status_v1(handle) == DH_EXECUTION_CANCELLED)
    try await eventually("the end is told") { ends.with { $0 } == 1 }
    _ = dh_release_v1(handle)
  }

  @Test("refuse items that are no list of maps")
  func invalid() throws {
    let engine = try Engine("echo")
    for items in ["{}", "[1]", "[{}"] {
      let error = #expect(throws: EngineError.self) {
        try run(engine, "ECHO", "{}", items: items, dh_fan_out_v1())
      }
      #expect(error?.status == DH_INVALID)
    }
  }

  @Test("refuse a file or a pipe that their items would have in common")
  func shared() throws {
    let engine = try Engine("echo")
    let texts = Texts(["out", "/tmp/none"])
    var sink = dh_sink_v1()
    sink.channel = texts.start[0]
    sink.kind = DH_SINK_FILE
    sink.path = texts.start[1]
    var source = dh_source_v1()
    source.channel = texts.start[0]
    source.kind = DH_SOURCE_DESCRIPTOR
    withUnsafePointer(to: sink) { sink in
      withUnsafePointer(to: source) { source in
        var writing = dh_call_options_v1()
        writing.sinks = sink
        writing.sink_count = 1
        var reading = dh_call_options_v1()
        reading.sources = source
        reading.source_count = 1
        for (options, what) in [(writing, "sink"), (reading, "source")] {
          let error = #expect(throws: EngineError.self) {
            try run(engine, "ECHO", "{}", items: "[{}]", dh_fan_out_v1(), options)
          }
          #expect(error?.status == DH_INVALID)
          #expect(error?.message.contains("the \(what) of the channel `out` is") == true)
        }
      }
    }
  }
}
