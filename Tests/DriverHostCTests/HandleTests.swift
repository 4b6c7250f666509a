import CDriverHost
import DriverABI
import TestSupport
import Testing

@Suite("Handles of the C API")
struct HandleTests {
  @Test("are told from released ones, from those of another kind and from none")
  func wrong() throws {
    let engine = try Engine("echo")
    let result = try engine.connect("ECHO")
    let execution = try engine.execution("ECHO")
    var error: dh_handle = 0
    // Of another kind.
    #expect(dh_execution_start_v1(result) == DH_INVALID)
    #expect(dh_execution_start_v1(engine.host) == DH_INVALID)
    #expect(dh_host_close_v1(execution, nil, &error) == DH_INVALID)
    let message = string(try #require(dh_failure_get_v1(error)).pointee.message)
    #expect(message?.contains("an execution") == true && message?.contains("a host") == true)
    _ = dh_release_v1(error)
    #expect(dh_tree_v1(execution) == nil && dh_result_get_v1(engine.host) == nil)
    #expect(dh_failure_get_v1(result) == nil)
    var text = dh_text_v1()
    #expect(dh_json_v1(execution, 0, &text) == DH_INVALID)
    #expect(dh_json_v1(result, 1 << 9, &text) == DH_INVALID)
    // Released.
    #expect(dh_release_v1(result) == DH_OK && dh_release_v1(execution) == DH_OK)
    #expect(dh_release_v1(result) == DH_GONE)
    #expect(dh_tree_v1(result) == nil && dh_output(result, "int") == nil)
    for function in [
      dh_execution_start_v1, dh_execution_status_v1, dh_execution_cancel_v1,
    ] {
      #expect(function(execution) == DH_GONE)
    }
    #expect(dh_execution_wait_v1(execution, 0, nil, nil) == DH_GONE)
    #expect(dh_execution_on_end_v1(execution, nil, nil) == DH_GONE)
    #expect(dh_execution_id_v1(execution, &text) == DH_GONE)
    // None, and what never was one.
    #expect(dh_release_v1(0) == DH_OK && dh_release_v1(dh_handle(1)) == DH_OK)
    for handle in [0, 2, .max, 1 << 32 | 0xFFFF_FFFF] as [dh_handle] {
      #expect(dh_execution_start_v1(handle) == DH_INVALID)
      #expect(dh_failure_get_v1(handle) == nil && dh_tree_v1(handle) == nil)
    }
  }

  @Test("name one use of their place, whatever is made since")
  func generations() throws {
    let engine = try Engine("echo")
    let first = try engine.connect("ECHO", #"{"int": 1}"#)
    _ = dh_release_v1(first)
    for number in 2..<200 {
      let result = try engine.connect("ECHO", #"{"int": \#(number)}"#)
      #expect(result != first && dh_tree_v1(first) == nil)
      #expect(dh_release_v1(first) == DH_GONE)
      #expect(dh_int_of(dh_tree_v1(result), "int", 0) == Int64(number))
      _ = dh_release_v1(result)
    }
  }

  @Test("keep what was got from them where it is")
  func stable() throws {
    let engine = try Engine("echo")
    let result = try engine.connect("ECHO", #"{"string": "kept", "list": [1, 2]}"#)
    let tree = dh_tree_v1(result)
    let output = dh_output(result, "list")
    let json = Engine.json(result)
    #expect(dh_tree_v1(result) == tree && dh_output(result, "list") == output)
    #expect(dh_result_get_v1(result) == dh_result_get_v1(result))
    #expect(Engine.json(result) == json && string(dh_text_of(tree, "string")) == "kept")
    _ = dh_release_v1(result)
  }

  @Test("of an error are given only where there is a place for them")
  func noPlace() throws {
    let engine = try Engine("errors")
    var target = callTarget("ERRORS")
    #expect(dh_host_connect_v1(engine.host, &target, nil, nil, nil, nil) == DH_FAILED)
    target = callTarget("NONE")
    #expect(dh_host_connect_v1(engine.host, &target, nil, nil, nil, nil) == DH_FAILED)
    target = dh_target_v1(kind: 9, reserved: 0, name: dh_text_v1())
    #expect(dh_host_connect_v1(engine.host, &target, nil, nil, nil, nil) == DH_INVALID)
  }
}
