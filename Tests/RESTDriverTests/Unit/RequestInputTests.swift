import DriverHost
import DriverKit
import TestSupport
import Testing

@testable import HTTPKit
@testable import RESTDriver

@Suite("The inputs of a request")
struct RequestInputTests {
  @Test("have the defaults of the descriptor")
  func defaults() throws {
    let inputs = try restInputs(["url": "http://a/"])
    #expect(inputs.method == "GET")
    #expect(inputs.headers.lines.isEmpty)
    #expect(inputs.body == nil)
    #expect(inputs.authentication == .none)
    #expect(inputs.tls == TLSSettings(verifies: true))
    #expect(inputs.timeouts == Timeouts(connect: 30_000, read: 30_000, total: 30_000))
    #expect(inputs.followsRedirects && inputs.redirectLimit == 10)
    #expect(inputs.responseLimit == 64 << 20)
    #expect(inputs.allowsCompression)
  }

  @Test(
    "become headers in libcurl's form",
    arguments: [
      (["X-A": "b"] as Value, ["X-A: b"]), (["X-A": ""], ["X-A;"]), (["Accept": nil], ["Accept:"]),
      (["X-A": ["b", 2, true]], ["X-A: b", "X-A: 2", "X-A: true"]),
      ([["b", "1"], ["a", "2"], ["b", "3"]], ["b: 1", "a: 2", "b: 3"]),
      (["X-U": "ü"], ["X-U: ü"]),
    ] as [(Value, [String])]
  )
  func headers(headers: Value, lines: [String]) throws {
    let inputs = try restInputs(["url": "http://a/", "headers": headers])
    #expect(inputs.headers.lines.map(\.text) == lines)
  }

  @Test(
    "cannot bring a header of their own in by a line end",
    arguments: [
      ["X-A": "b\r\nX-B: c"], ["X-A\r\nX-B": "c"], ["X A": "b"], ["X-A:": "b"], ["": "b"],
      ["X-A": ["ok", "b\nc"]], [["X-A", "b\rc"]],
    ] as [Value]
  )
  func injection(headers: Value) {
    #expect(throws: HostError.self) { try restInputs(["url": "http://a/", "headers": headers]) }
    #expect(throws: DriverError.self) { try uncheckedInputs(["headers": headers]) }
  }

  @Test(
    "become a body with its type",
    arguments: [
      (["data": "payload"] as ValueMap, "payload", "text/plain; charset=utf-8"),
      (["data": ""], "", "text/plain; charset=utf-8"),
      (["data": ["a": [1, 2.5, nil]]], #"{"a":[1,2.5,null]}"#, "application/json"),
      (["data": [1, "ü"]], #"[1,"ü"]"#, "application/json"),
      (["data": 5], "5", "application/json"), (["data": false], "false", "application/json"),
      (["body": ["json": "text"]], #""text""#, "application/json"),
      (["body": ["json": nil]], "null", "application/json"),
      (["body": ["text": "x\n"]], "x\n", "text/plain; charset=utf-8"),
      (
        ["body": ["urlencoded": ["a b": "c d", "e": ["1", 2], "f": nil]]], "a+b=c+d&e=1&e=2",
        "application/x-www-form-urlencoded"
      ),
      (
        ["body": ["urlencoded": [["a", "ü&"]]]], "a=%C3%BC%26", "application/x-www-form-urlencoded"
      ),
    ] as [(ValueMap, String, String)]
  )
  func body(inputs: ValueMap, text: String, type: String) throws {
    var inputs = inputs
    inputs["url"] = "http://a/"
    inputs["method"] = "post"
    let complete = try descriptorFile.schema.complete(inputs, action: "request")
    // The bytes are the inputs' own, so they are looked at while those are there.
    try withInputs(complete.values) { map throws(DriverError) in
      let body = try RESTInputs(map).request.body
      #expect(body.map { String(decoding: $0.bytes, as: UTF8.self) } == text)
      #expect(body?.contentType == type)
    }
  }

  @Test(
    "that contradict one another are refused",
    arguments: [
      ["data": "x", "body": ["text": "y"], "method": "post"], ["data": "x"],
      ["data": "x", "method": "head"], ["body": [:], "method": "post"],
      ["body": ["json": 1, "text": "x"], "method": "post"], ["body": ["jsn": 1], "method": "post"],
      ["tls": ["ca": "-----BEGIN CERTIFICATE-----", "ca_file": "/x"]],
      ["authentication": ["authentication_method": "basic", "username": "a"]],
      ["authentication": ["authentication_method": "digest"]], ["expected_status_code": [99]],
      ["expected_status_code": ["2x"]], ["method": "a b"],
      ["data": "x", "method": "head", "force_body": true], ["method": ""], ["method": "connect"],
      ["connect_timeout": -1], ["max_redirects": 101], ["url": "x"], ["method": "GET\r\nX: y"],
    ] as [ValueMap]
  )
  func refused(changes: ValueMap) {
    var inputs: ValueMap = ["url": "http://a/"]
    for (name, value) in changes { inputs[name] = value }
    #expect(throws: (any Error).self) { try restInputs(inputs) }
  }

  @Test(
    "name a trace where the text is one, and nothing else",
    arguments: [
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-will-be", true),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", false),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x", false),
      ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
      ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
      ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false),
      ("00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-\r\nX: y", false), ("", false),
    ]
  )
  func traces(text: String, isTrace: Bool) {
    #expect(TraceContext.isParent(text) == isTrace)
  }

  @Test("cannot bring a line end in, wherever a header comes from")
  func appended() throws {
    var headers = RequestHeaders()
    for (name, value) in [("a", "b\r\nc: d"), ("a\n", "b"), ("", "b"), ("a:", nil), ("a", "\0")] {
      #expect(throws: DriverError.self) { try headers.append(name, value) }
    }
    #expect(headers.lines.isEmpty)
  }

  @Test("say which headers may go to another origin: what is known to be no key, and no secret")
  func foreign() throws {
    let headers: Value = [
      "Accept": "a", "X-API-Key": "k", "Host": "h", "Authorization": "b", "Cookie": "c",
      "content-type": "t", "X-Own": "o", "Accept-Language": "geheim", "Accept-Encoding": nil,
    ]
    let values = try descriptorFile.schema.complete(
      ["url": "http://a/", "headers": headers],
      action: "request"
    ).values
    let secret = JSONPointer(["headers", "Accept-Language"])
    let kept = try withInputs(values, secrets: [secret]) { map throws(DriverError) in
      var inputs = try RESTInputs(map).request
      inputs.headers.dropForeign()
      return inputs.headers.lines.map(\.text)
    }
    #expect(kept == ["Accept: a", "content-type: t", "Accept-Encoding:"])
  }

  @Test("that libcurl could not take are refused by their name")
  func tooLong() throws {
    func pointer(_ changes: ValueMap) -> String? {
      let error = #expect(throws: DriverError.self) { try uncheckedInputs(changes) }
      #expect(error?.code == .invalidInput)
      return error?.pointer
    }
    let long = Value.string(String(repeating: "x", count: 1_000_000))
    #expect(pointer(["headers": ["X-Long": long]]) == "/headers")
    #expect(pointer(["query": ["long": long]]) == "/url")
    #expect(
      pointer(["authentication": ["authentication_method": "bearer", "token": long]])
        == "/authentication"
    )
    let authorities = Value.string(String(repeating: "x", count: 8_000_001))
    #expect(
      pointer(["tls": ["verify": true, "minimum_version": "1.2", "ca": authorities]]) == "/tls/ca"
    )
  }

  @Test("may force a body on a method without one")
  func forced() throws {
    let inputs = try restInputs(["url": "http://a/", "data": ["q": 1], "force_body": true])
    #expect(inputs.method == "GET" && inputs.body != nil)
  }

  @Test("round short timeouts up, since 0 is none")
  func timeouts() throws {
    let inputs = try restInputs([
      "url": "http://a/", "connect_timeout": 0.0001, "read_timeout": 0, "total_timeout": 1.5,
    ])
    #expect(inputs.timeouts == Timeouts(connect: 1, read: 0, total: 1500))
  }

  @Test("become harmless for a test")
  func harmless() throws {
    let inputs = try restInputs([
      "url": "http://a/", "method": "post", "data": "x",
      "headers": ["Content-Type": "a/b", "X": "y"],
    ])
    #expect(inputs.harmless.method == "OPTIONS")
    #expect(inputs.harmless.body == nil)
    #expect(inputs.harmless.headers.lines.map(\.text) == ["X: y"])
    #expect(try restInputs(["url": "http://a/", "method": "head"]).harmless.method == "HEAD")
  }
}

@Suite("Expected statuses")
struct StatusSetTests {
  private func set(_ list: Value) throws -> StatusSet {
    try expectedStatuses(["url": "http://a/", "expected_status_code": list])
  }

  @Test("are codes and classes")
  func contains() throws {
    let statuses = try set([200, "3xx", "5XX", 404])
    let found = (100..<620).filter { statuses.contains($0) }
    #expect(found == [200] + Array(300..<400) + [404] + Array(500..<600))
  }

  @Test("are all of them where the list is empty")
  func all() throws {
    let statuses = try set([])
    #expect(statuses.contains(100) && statuses.contains(599) && statuses.contains(799))
  }

  @Test(
    "read as a sentence",
    arguments: [
      ([200, 201, "2xx"] as Value, "200, 201 or 2xx"), ([204], "204"), ([200, 404], "200 or 404"),
    ] as [(Value, String)]
  )
  func words(list: Value, words: String) throws {
    try withInputs(["list": list]) { map throws(DriverError) in
      let list = try map.required("list").list()
      #expect(StatusSet.inWords(list) == words)
    }
  }
}
