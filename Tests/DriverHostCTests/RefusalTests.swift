import CDriverHost
import DriverABI
import TestSupport
import Testing

@Suite("What the C API does not know")
struct RefusalTests {
  /// What a call with one input says.
  private func refusal(_ engine: Engine, _ value: dh_value_v1) -> EngineError? {
    "any".withText { name in
      var member = dh_member_v1(name: name, value: value)
      var inputs = dh_map(&member, 1)
      var (target, result) = (callTarget("ECHO"), dh_handle())
      do {
        try Engine.check(dh_host_connect_v1(engine.host, &target, &inputs, nil, &result, nil), 0)
        _ = dh_release_v1(result)
        return nil
      } catch {
        return error as? EngineError
      }
    }
  }

  @Test("is refused among the kinds and flags of values, in place of being taken for a null")
  func values() throws {
    let engine = try Engine("echo")
    #expect(refusal(engine, dh_null()) == nil)
    var value = dh_int(7)
    value.flags = DH_SECRET
    #expect(refusal(engine, value) == nil)
    value.flags = DH_SECRET << 1
    #expect(refusal(engine, value)?.status == DH_INVALID)
    value = dh_int(7)
    value.kind = DH_JSON + 1
    #expect(refusal(engine, value)?.status == DH_INVALID)
    var list = dh_list(&value, 1)
    #expect(refusal(engine, list)?.status == DH_INVALID)
    list.flags = 1 << 31
    list.count = 0
    #expect(refusal(engine, list)?.status == DH_INVALID)
  }

  @Test("is refused where a size is 2^63 or more, as -1 is for a length that is not known")
  func sizes() throws {
    let engine = try Engine("echo")
    for kind in [DH_STRING, DH_BYTES, DH_LIST, DH_MAP] {
      var value = dh_value_v1()
      value.kind = kind
      value.count = -1
      #expect(refusal(engine, value)?.status == DH_INVALID)
    }
    "name".withText { text in
      var target = dh_target_v1()
      target.kind = DH_TARGET_TYPE
      target.name = dh_text_v1(ptr: text.ptr, len: -1)
      #expect(dh_host_connect_v1(engine.host, &target, nil, nil, nil, nil) == DH_INVALID)
    }
  }

  @Test("is refused where vault secrets lack their flag, and where a connector has two names")
  func names() throws {
    let engine = try Engine("echo")
    "config:path".withText { text in
      withUnsafePointer(to: text) { secret in
        var options = dh_call_options_v1()
        options.vault_secrets = secret
        options.vault_secret_count = 1
        let error = #expect(throws: EngineError.self) {
          _ = try engine.connect("ECHO", "{}", options)
        }
        #expect(error?.status == DH_INVALID && error?.message.contains("flag") == true)
      }
      var target = dh_target_v1()
      target.kind = DH_TARGET_CONNECTOR
      target.name = text
      var options = dh_call_options_v1()
      options.connector = text
      var error: dh_handle = 0
      #expect(dh_host_connect_v1(engine.host, &target, nil, &options, nil, &error) == DH_INVALID)
      let message = string(dh_failure_get_v1(error)?.pointee.message ?? dh_text_v1())
      #expect(message?.contains("`connector`") == true)
      _ = dh_release_v1(error)
    }
  }

  @Test("is refused where one channel has two ends")
  func channels() throws {
    let engine = try Engine("echo")
    "out".withText { channel in
      var sink = dh_sink_v1()
      sink.channel = channel
      sink.kind = DH_SINK_MEMORY
      let sinks = [sink, sink]
      var source = dh_source_v1()
      source.channel = channel
      source.kind = DH_SOURCE_MEMORY
      let sources = [source, source]
      sinks.withUnsafeBufferPointer { sinks in
        var options = dh_call_options_v1()
        options.sinks = sinks.baseAddress
        options.sink_count = sinks.count
        let error = #expect(throws: EngineError.self) {
          _ = try engine.connect("ECHO", "{}", options)
        }
        #expect(error?.status == DH_INVALID && error?.message.contains("two sinks") == true)
      }
      sources.withUnsafeBufferPointer { sources in
        var options = dh_call_options_v1()
        options.sources = sources.baseAddress
        options.source_count = sources.count
        let error = #expect(throws: EngineError.self) {
          _ = try engine.connect("ECHO", "{}", options)
        }
        #expect(error?.status == DH_INVALID && error?.message.contains("two sources") == true)
      }
    }
  }

  @Test("is refused where a sink or a source has what its kind does not use")
  func unused() throws {
    let engine = try Engine("echo")
    let byte = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    defer { byte.deallocate() }
    try "name".withText { text in
      let sinks: [(String, (inout dh_sink_v1) -> Void)] = [
        ("descriptor", { $0.descriptor = 1 }), ("path", { $0.path = text }),
        ("bytes", { $0.bytes = { _, _, _ in 0 } }), ("value", { $0.value = { _, _ in 0 } }),
        ("context", { $0.context = byte }),
      ]
      for (name, change) in sinks {
        var sink = dh_sink_v1()
        sink.channel = text
        sink.kind = DH_SINK_MEMORY
        change(&sink)
        try withUnsafePointer(to: sink) { sink in
          var options = dh_call_options_v1()
          options.sinks = sink
          options.sink_count = 1
          try expectRefusal(engine, options, name)
        }
      }
      let sources: [(String, (inout dh_source_v1) -> Void)] = [
        ("descriptor", { $0.descriptor = 1 }), ("length_plus_1", { $0.length_plus_1 = 1 }),
        ("read", { $0.read = { _, _, _ in 0 } }), ("context", { $0.context = byte }),
      ]
      for (name, change) in sources {
        var source = dh_source_v1()
        source.channel = text
        source.kind = DH_SOURCE_MEMORY
        change(&source)
        try withUnsafePointer(to: source) { source in
          var options = dh_call_options_v1()
          options.sources = source
          options.source_count = 1
          try expectRefusal(engine, options, name)
        }
      }
    }
  }

  private func expectRefusal(
    _ engine: Engine,
    _ options: dh_call_options_v1,
    _ field: String
  ) throws {
    let error = #expect(throws: EngineError.self) {
      _ = try engine.connect("ECHO", "{}", options)
    }
    #expect(error?.status == DH_INVALID)
    #expect(error?.message.contains("`\(field)`") == true)
  }

  @Test("is refused where a path of the host's options has no rule that uses it")
  func paths() {
    "somewhere".withText { text in
      for change: (inout dh_host_options_v1) -> Void in [
        { $0.history_path = text }, { $0.workspace = text },
      ] {
        let error = #expect(throws: EngineError.self) {
          _ = try Engine(paths: []) { change(&$0) }
        }
        #expect(error?.status == DH_INVALID)
      }
    }
  }

  @Test("of a tree of further options is refused as an argument is")
  func further() throws {
    var member = dh_member("traceparent", dh_int(1))
    member.value.kind = 77
    var map = dh_map(&member, 1)
    let engine = try Engine("echo")
    let error = withUnsafePointer(to: &map) { map in
      #expect(throws: EngineError.self) {
        var options = dh_call_options_v1()
        options.further = map
        _ = try engine.connect("ECHO", "{}", options)
      }
    }
    #expect(error?.status == DH_INVALID)
  }
}
