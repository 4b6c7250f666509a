import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("Calls through the C API")
struct CallTests {
  @Test("take a tree of every kind and give one back")
  func kinds() throws {
    let engine = try Engine("echo")
    var bytes: [UInt8] = [0, 255, 10]
    let names = ["bool", "int", "double", "decimal", "string", "bytes", "list", "map"]
    let texts = Texts(names)
    defer { withExtendedLifetime(texts) {} }
    let outputs = "0.1234567890123456789012345".withText { decimal in
      "\u{e9}\u{1F30D}".withText { string in
        bytes.withUnsafeMutableBytes { buffer in
          var items = [dh_int(1), dh_null(), dh_bool(0)]
          var inner = [dh_member_v1(name: texts.start[1], value: dh_int(.min))]
          return items.withUnsafeMutableBufferPointer { items in
            inner.withUnsafeMutableBufferPointer { inner in
              let values = [
                dh_bool(1), dh_int(.max), dh_double(0.1),
                dh_textual(DH_DECIMAL, decimal.ptr, decimal.len),
                dh_textual(DH_STRING, string.ptr, string.len),
                dh_textual(DH_BYTES, buffer.baseAddress, buffer.count),
                dh_list(items.baseAddress, items.count), dh_map(inner.baseAddress, inner.count),
              ]
              var members = values.enumerated().map {
                dh_member_v1(name: texts.start[$0.offset], value: $0.element)
              }
              return members.withUnsafeMutableBufferPointer { members in
                var map = dh_map(members.baseAddress, members.count)
                var target = callTarget("ECHO")
                var (result, error): (dh_handle, dh_handle) = (0, 0)
                #expect(
                  dh_host_connect_v1(engine.host, &target, &map, nil, &result, &error) == DH_OK
                )
                return result
              }
            }
          }
        }
      }
    }
    defer { _ = dh_release_v1(outputs) }
    let tree = try #require(dh_tree_v1(outputs))
    #expect(tree.pointee.kind == DH_MAP && tree.pointee.count == names.count)
    #expect(dh_bool_of(tree, "bool", 0) == 1)
    #expect(dh_int_of(tree, "int", 0) == .max)
    #expect(dh_double_of(tree, "double", 0) == 0.1)
    #expect(dh_member_of(tree, "decimal")?.pointee.kind == DH_DECIMAL)
    #expect(string(dh_text_of(tree, "decimal")) == "0.1234567890123456789012345")
    #expect(string(dh_text_of(tree, "string")) == "\u{e9}\u{1F30D}")
    let back = dh_bytes_of(tree, "bytes")
    #expect(Array(UnsafeRawBufferPointer(start: back.ptr, count: back.len)) == bytes)
    let list = try #require(dh_member_of(tree, "list"))
    #expect(list.pointee.count == 3 && list.pointee.as.items?[1].kind == DH_NULL)
    #expect(dh_int_of(dh_member_of(tree, "map"), "int", 0) == .min)
    #expect(
      Engine.json(outputs)
        == #"{"bool":true,"int":9223372036854775807,"double":0.1,"decimal":"0.1234567890123456789012345","#
        + #""string":"é🌍","bytes":"AP8K","list":[1,null,false],"map":{"int":-9223372036854775808}}"#
    )
    #expect(
      Engine.json(outputs, DH_JSON_DECIMAL_NUMBERS).contains(":0.1234567890123456789012345,")
    )
    #expect(Engine.json(outputs, DH_JSON_PRETTY).contains("\n  \"int\": "))
  }

  @Test("take inputs as JSON, alone and inside a tree")
  func json() throws {
    let engine = try Engine("echo")
    let result = try engine.connect("ECHO", #"{"int": 3, "decimal": "1.50", "bytes": "AP8K"}"#)
    defer { _ = dh_release_v1(result) }
    #expect(dh_int_of(dh_tree_v1(result), "int", 0) == 3)
    #expect(dh_output(result, "bytes")?.pointee.kind == DH_BYTES)
    #expect(dh_output(result, "decimal")?.pointee.kind == DH_DECIMAL)
    #expect(dh_output(result, "none") == nil)

    let texts = Texts(["map", #"{"a": [1, {"b": null}]}"#])
    var member = dh_member_v1(
      name: texts.start[0],
      value: dh_textual(DH_JSON, texts.start[1].ptr, texts.start[1].len)
    )
    var target = callTarget("ECHO")
    let inner = try Engine.handle { handle, error in
      var map = dh_map(&member, 1)
      return dh_host_connect_v1(engine.host, &target, &map, nil, handle, error)
    }
    defer { _ = dh_release_v1(inner) }
    #expect(Engine.json(inner) == #"{"map":{"a":[1,{"b":null}]}}"#)
  }

  @Test("refuse what is no map, no JSON and no value, and say why")
  func malformed() throws {
    let engine = try Engine("echo")
    for (json, message) in [
      ("[1]", "not a map"), ("{\"a\": 1,}", "1:9"), ("", "JSON"), ("{} {}", "1:4"),
    ] {
      let error = #expect(throws: EngineError.self) { try engine.connect("ECHO", json) }
      #expect(error?.status == DH_INVALID, "\(json)")
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
    var infinite = dh_member_v1(name: dh_text_v1(), value: dh_double(.infinity))
    let texts = Texts(["double"])
    infinite.name = texts.start[0]
    var target = callTarget("ECHO")
    let error = #expect(throws: EngineError.self) {
      try Engine.handle { handle, error in
        var map = dh_map(&infinite, 1)
        return dh_host_connect_v1(engine.host, &target, &map, nil, handle, error)
      }
    }
    #expect(error?.status == DH_INVALID && error?.message.contains("/double") == true)
  }

  @Test("say which execution and driver they were, and how long they took")
  func result() throws {
    let engine = try Engine("echo")
    var options = dh_call_options_v1()
    let texts = Texts(["about", "my parent", "00-trace", "a connector", "named"])
    options.action = texts.start[0]
    options.parent = texts.start[1]
    var trace = dh_member_v1(name: dh_text("traceparent"), value: dh_null())
    trace.value = dh_textual(DH_STRING, texts.start[2].ptr, texts.start[2].len)
    var further = dh_map(&trace, 1)
    withUnsafePointer(to: &further) { options.further = $0 }
    options.connector = texts.start[3]
    options.name = texts.start[4]
    let handle = try engine.connect("ECHO", "{}", options)
    defer { _ = dh_release_v1(handle) }
    let result = try #require(dh_result_get_v1(handle)).pointee
    #expect(string(result.driver)?.hasSuffix(".echo") == true)
    #expect(string(result.driver_version) == "1.0.0")
    #expect(result.attempts == 1 && result.duration_ns > 0 && result.secret_count == 0)
    let tree = dh_tree_v1(handle)
    #expect(string(dh_text_of(tree, "execution")) == string(result.execution))
    #expect(string(dh_text_of(tree, "traceparent")) == "00-trace")
    #expect(string(dh_text_of(tree, "connector")) == "a connector")
    #expect(dh_failure_get_v1(handle) == nil)
    let record = try Engine.document { dh_host_execution_v1(engine.host, result.execution, $0, $1) }
    #expect(record.contains(#""name":"named""#) && record.contains(#""parent":"my parent""#))
  }

  @Test("refuse a host that no driver or action is known to, and flags that nobody knows")
  func unknown() throws {
    let engine = try Engine("echo")
    let unknown = try engine.failure("ECO")
    #expect(dh_failure_get_v1(unknown)?.pointee.code == DH_ERROR_NOT_FOUND)
    #expect(dh_failure_get_v1(unknown)?.pointee.stage == DH_STAGE_DRIVER)
    _ = dh_release_v1(unknown)
    var options = dh_call_options_v1()
    options.flags = 1 << 20
    let error = #expect(throws: EngineError.self) { try engine.connect("ECHO", "{}", options) }
    #expect(error?.status == DH_INVALID)
    options = dh_call_options_v1()
    options.flags = DH_CALL_STREAMS_ROWS
    let rows = #expect(throws: EngineError.self) { try engine.connect("ECHO", "{}", options) }
    #expect(rows?.status == DH_INVALID)
  }

  @Test("tell of progress on the way")
  func progress() throws {
    let engine = try Engine("logger")
    let seen = Locked<[String]>([])
    var options = dh_call_options_v1()
    let texts = Texts(["progress"])
    options.action = texts.start[0]
    options.progress = { context, done, total, text in
      object(context, Locked<[String]>.self).with {
        $0.append("\(done)/\(total) \(string(text) ?? "")")
      }
    }
    options.progress_context = context(seen)
    _ = dh_release_v1(try engine.connect("LOGGER", #"{"count": 2}"#, options))
    #expect(seen.with { $0 } == ["1/2 steps", "2/2 steps"])
  }

  @Test("tell the engine which secrets to keep out of its log, of results and of errors")
  func inputSecrets() throws {
    let engine = try Engine("echo")
    let result = try engine.connect("ECHO", #"{"string": "open", "secret": "the-hidden-one"}"#)
    defer { dh_release_v1(result) }
    var found = dh_texts_v1()
    #expect(dh_input_secrets_v1(result, &found) == DH_OK && found.count == 1)
    #expect(found.texts.flatMap { string($0[0]) } == "the-hidden-one")
    var document: dh_handle = 0
    #expect(dh_host_drivers_v1(engine.host, &document, nil) == DH_OK)
    defer { dh_release_v1(document) }
    #expect(dh_input_secrets_v1(document, &found) == DH_OK && found.count == 0)
    #expect(dh_input_secrets_v1(0, &found) == DH_INVALID)
  }

  @Test("go through from many threads at once")
  func threads() async throws {
    let engine = try Engine("echo")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask {
          try await onThread {
            for call in 0..<100 {
              let number = thread * 1000 + call
              let result = try engine.connect("ECHO", #"{"int": \#(number)}"#)
              #expect(dh_int_of(dh_tree_v1(result), "int", -1) == Int64(number))
              #expect(dh_release_v1(result) == DH_OK)
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

/// One output by its name.
func dh_output(_ handle: dh_handle, _ name: String) -> UnsafePointer<dh_value_v1>? {
  name.withText { dh_output_v1(handle, $0) }
}
