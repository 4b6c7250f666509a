import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A request", .requires(.nginx, .httpbin))
struct RequestTests {
  let rest: RESTHost
  let nginx: NginxServer

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
  }

  @Test("hands back the answer's status, headers, body and timing")
  func answer() async throws {
    let result = try await rest.request(["url": .string(nginx.url + "/json")])
    #expect(result["status_code"] == 200)
    #expect(result["headers"]["Content-Type"] == "application/json")
    #expect(result["json"] == ["greeting": "hello", "numbers": [1, 2.5, -3], "nothing": nil])
    #expect(result.outputs["text"] == nil && result.outputs["bytes"] == nil)
    #expect(result["encoding"] == "utf-8")
    #expect(result["url"] == .string(nginx.url + "/json"))
    #expect(result["http_version"] == "1.1")
    #expect(result["redirects"] == [] && result["cookies"] == [:])
    #expect(
      result["timing"].mapValue?.names == ["dns", "connect", "tls", "first_byte", "total"]
    )
    let total = try #require(result["timing"]["total"].doubleValue)
    let first = try #require(result["timing"]["first_byte"].doubleValue)
    #expect(first > 0 && first <= total)
  }

  @Test("keeps repeated headers and cookies")
  func repeated() async throws {
    let result = try await rest.request(["url": .string(nginx.url + "/repeated")])
    #expect(result["headers"]["X-Repeated"] == ["first", "second"])
    #expect(result["headers"]["Set-Cookie"] == ["a=1; Path=/", "b=2; Path=/; HttpOnly"])
    #expect(result["cookies"] == ["a": "1", "b": "2"])
  }

  @Test("hands text and bytes back as what they are")
  func bodies() async throws {
    try nginx.addFile("text.txt", "héllo 🌍\n")
    try nginx.addFile("brackets.txt", "[not json")
    try nginx.addFile("document.txt", " {\"a\": 1}\n")
    try nginx.addFile("wrong.json", "{'a': 1}")
    try nginx.addFile("twice.json", "{\"a\": 1, \"a\": 2}")
    try nginx.addFile("raw.bin", [0, 1, 2, 255])
    try nginx.addFile("latin.txt", [0x68, 0xE9])
    try nginx.addFile("empty.txt", "")
    func body(_ name: String) async throws -> (String, Value) {
      let result = try await rest.request(["url": .string("\(nginx.url)/files/\(name)")])
      let found = ["json", "text", "bytes"].filter { result.outputs[$0] != nil }
      return (found.joined(), result[found.first ?? ""])
    }
    #expect(try await body("text.txt") == ("text", "héllo 🌍\n"))
    #expect(try await body("brackets.txt") == ("text", "[not json"))
    #expect(try await body("document.txt") == ("json", ["a": 1]))
    #expect(try await body("wrong.json") == ("text", "{'a': 1}"))
    #expect(try await body("twice.json") == ("text", "{\"a\": 1, \"a\": 2}"))
    #expect(try await body("raw.bin") == ("bytes", .bytes([0, 1, 2, 255])))
    #expect(try await body("latin.txt") == ("bytes", .bytes([0x68, 0xE9])))
    #expect(try await body("empty.txt") == ("", nil))
  }

  @Test("converts text in another encoding")
  func encodings() async throws {
    let server = try TCPFaultServer(
      .sends(
        Array("HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=ISO-8859-15\r\n\r\n".utf8)
          + [0x31, 0xA4],
        then: .closes
      )
    )
    let result = try await rest.request(["url": .string(server.url)])
    #expect(result["text"] == "1€")
    #expect(result["encoding"] == "iso-8859-15")
    #expect(result["http_version"] == "1.0")
  }

  @Test("decompresses, and asks for compression only where it may")
  func compression() async throws {
    let text = String(repeating: "again and ", count: 1000)
    try nginx.addFile("again.txt", text)
    let url = Value.string(nginx.url + "/gzip/again.txt")
    let packed = try await rest.request(["url": url])
    #expect(packed["headers"]["Content-Encoding"] == "gzip")
    #expect(packed["text"] == .string(text))
    let plain = try await rest.request(["url": url, "compression": false])
    #expect(plain["headers"]["Content-Encoding"].isNull)
    #expect(plain["text"] == .string(text))
  }

  @Test("decompresses also what was compressed without being asked for")
  func unaskedCompression() async throws {
    // "hello, compressed" as gzip.
    let packed: [UInt8] = [
      0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 2, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xD7, 0x51, 0x48, 0xCE,
      0xCF, 0x2D, 0x28, 0x4A, 0x2D, 0x2E, 0x4E, 0x4D, 0x01, 0, 0x12, 0x7E, 0x19, 0x78, 0x11, 0, 0,
      0,
    ]
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"
    let server = try TCPFaultServer(.sends(Array(head.utf8) + packed, then: .closes))
    let result = try await rest.request(["url": .string(server.url), "compression": false])
    #expect(result["text"] == "hello, compressed")
    #expect(server.requestHeads.first?.contains("Accept-Encoding: identity\r\n") == true)
  }

  @Test("shows the URL that was requested, without dots in its path")
  func dots() async throws {
    let requests = Requests()
    let server = try requests.server { _, _ in Answer.ok("") }
    let result = try await rest.request(["url": .string(server.url + "/a/../b/%2e%2e/c?d=/../e")])
    #expect(requests.all.first?.hasPrefix("GET /c?d=/../e HTTP/1.1\r\n") == true)
    #expect(result["url"] == .string(server.url + "/c?d=/../e"))
  }

  @Test("leaves out headers that have no name, and puts those together that are folded")
  func oddHeaders() async throws {
    let misuses = rest.misuses
    let head =
      Array("HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\n\tthree\r\nX-B\u{1}d: x\r\n".utf8)
      + [0xFF, 0xFE] + Array(": x\r\nX Spaced: x\r\nX-Last: y\r\nContent-Length: 0\r\n\r\n".utf8)
    let server = try TCPFaultServer(.sends(head, then: .closes))
    let headers = try await rest.request(["url": .string(server.url)])["headers"]
    #expect(headers.mapValue?.names == ["X-Folded", "X-Last", "Content-Length"])
    let folded = headers["X-Folded"].stringValue?.split(whereSeparator: \.isWhitespace)
    #expect(folded == ["one", "two", "three"])
    #expect(rest.misuses == misuses)
  }

  @Test(
    "is sent with any method",
    arguments: ["get", "POST", "Put", "patch", "delete", "options", "PROPFIND", "M-SEARCH"]
  )
  func methods(method: String) async throws {
    let result = try await rest.request([
      "url": .string(nginx.url + "/request"), "method": .string(method),
    ])
    #expect(result["json"]["method"] == .string(method.uppercased()))
  }

  @Test("of the method HEAD has headers and no body")
  func head() async throws {
    try nginx.addFile("head.txt", "a body that is not sent")
    let result = try await rest.request([
      "url": .string(nginx.url + "/files/head.txt"), "method": "head",
    ])
    #expect(result["headers"]["Content-Length"] == "23")
    #expect(result.outputs["text"] == nil)
  }

  @Test("brings query, headers and body to the server as they were given")
  func anything() async throws {
    let httpbin = try await HTTPBinServer.shared
    let result = try await rest.request([
      "url": .string(httpbin.url + "/anything?x=1"), "method": "put",
      "query": ["y": ["a b", "c&d"], "z": "ü"],
      "headers": ["X-Custom": ["one", "two"], "X-Empty": "", "Accept": nil],
      "data": ["name": "Änn", "list": [1, 2.5, nil]],
    ])
    let echo = result["json"]
    #expect(echo["method"] == "PUT")
    #expect(echo["args"] == ["x": "1", "y": ["a b", "c&d"], "z": "ü"])
    #expect(echo["json"] == ["name": "Änn", "list": [1, 2.5, nil]])
    #expect(echo["headers"]["X-Custom"] == "one,two")
    #expect(echo["headers"]["Content-Type"] == "application/json")
    #expect(echo["headers"]["Accept"].isNull)
    #expect(echo["headers"]["User-Agent"].stringValue?.hasPrefix("driver-host/") == true)
  }

  @Test(
    "sends each form of body, and the type that goes with it",
    arguments: [
      (["data": "payload"] as ValueMap, "text/plain; charset=utf-8", "data", "payload" as Value),
      (["body": ["text": "x=1"]], "text/plain; charset=utf-8", "data", "x=1"),
      (["body": ["json": [1]]], "application/json", "json", [1]),
      (
        ["body": ["urlencoded": ["a": [1, "b c"]]]], "application/x-www-form-urlencoded", "form",
        ["a": ["1", "b c"]]
      ),
      (["data": "a,b", "headers": ["content-type": "text/csv"]], "text/csv", "data", "a,b"),
      ([:], "", "data", ""),
    ] as [(ValueMap, String, String, Value)]
  )
  func bodyForms(inputs: ValueMap, type: String, member: String, expected: Value) async throws {
    var inputs = inputs
    inputs["url"] = .string(try await HTTPBinServer.shared.url + "/anything")
    inputs["method"] = "post"
    let echo = try await rest.request(inputs)["json"]
    #expect(echo[member] == expected)
    #expect((echo["headers"]["Content-Type"].stringValue ?? "") == type)
  }

  @Test("of many kinds, one after another over one handle, do not leave traces in the next")
  func noTraces() async throws {
    let url = try await HTTPBinServer.shared.url + "/anything"
    _ = try await rest.request([
      "url": .string(url), "method": "patch", "data": "secret body",
      "headers": ["X-Trace": "1", "Authorization": "mine"],
      "authentication": [
        "authentication_method": "basic", "username": "u", "password": "pass word",
      ],
    ])
    let next = try await rest.request(["url": .string(url)])["json"]
    #expect(next["method"] == "GET" && next["data"] == "")
    #expect(next["headers"]["X-Trace"].isNull && next["headers"]["Authorization"].isNull)
    #expect(next["headers"]["Content-Type"].isNull && next["headers"]["Content-Length"].isNull)
    _ = try await rest.request(["url": .string(url), "method": "head"])
    let post = try await rest.request(["url": .string(url), "method": "post", "data": "x"])
    #expect(post["json"]["data"] == "x")
    let empty = try await rest.request(["url": .string(url), "method": "post"])
    #expect(empty["json"]["data"] == "" && empty["json"]["headers"]["Content-Length"] == "0")
    let last = try await rest.request(["url": .string(url), "method": "delete"])
    #expect(last["json"]["method"] == "DELETE" && last["json"]["data"] == "")
  }

  @Test("authenticates by user name and password, or by token")
  func authentication() async throws {
    try nginx.addFile("private.txt", "for you")
    let url = Value.string(nginx.url + "/protected/private.txt")
    let credentials = nginx.options.credentials
    let result = try await rest.request([
      "url": url,
      "authentication": [
        "authentication_method": "basic", "username": .string(credentials.user),
        "password": .string(credentials.password),
      ],
    ])
    #expect(result["text"] == "for you")
    let refused = await rest.failure([
      "url": url,
      "authentication": [
        "authentication_method": "basic", "username": "user", "password": "wrong one",
      ],
    ])
    #expect(refused?.code == .unauthenticated && refused?.status == 401)
    #expect(refused?.message.contains("wrong one") == false)
    let bearer = try await rest.request([
      "url": .string(nginx.url + "/request"),
      "authentication": ["authentication_method": "bearer", "token": "t0ken+/="],
    ])
    #expect(
      bearer["json"]["authorization"] == "***"
        || bearer["json"]["authorization"] == "Bearer t0ken+/="
    )
  }

  @Test("passes the caller's trace on")
  func trace() async throws {
    var options = CallOptions()
    options.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let url = Value.string(try await HTTPBinServer.shared.url + "/headers")
    let result = try await rest.host.connect(type: "REST", ["url": url], options: options)
    #expect(result["json"]["headers"]["Traceparent"] == .string(options.traceparent))
  }

  @Test("goes over the connection of the one before, also to another path")
  func reuse() async throws {
    let server = try await NginxServer()
    for index in 0..<20 {
      _ = try await rest.request([
        "url": .string("\(server.url)/\(index % 2 == 0 ? "json" : "request")")
      ])
    }
    try await eventually("all requests are in the log") { try server.requests().count == 20 }
    #expect(Set(try server.requests().map(\.connection)).count == 1)
  }

  @Test("looks names up by the host, and reaches them by their address")
  func names() async throws {
    // A name of the system's own hosts file, other than localhost, which libcurl knows by itself.
    let name = "ip6-localhost"
    var list: UnsafeMutablePointer<addrinfo>?
    let isKnown = getaddrinfo(name, nil, nil, &list) == 0
    if isKnown { freeaddrinfo(list) }
    // nginx listens on IPv4 only: where the name is found, nobody listens at its address.
    let failure = await rest.failure(["url": .string("http://\(name):\(nginx.port)/json")])
    #expect(failure?.code == (isKnown ? .unavailable : .dns))
  }

  @Test("of 200 at once all get their answers on one loop")
  func many() async throws {
    let url = nginx.url
    let statuses = try await withThrowingTaskGroup(of: Value.self) { group in
      for index in 0..<200 {
        group.addTask {
          try await rest.request(["url": .string("\(url)/request?n=\(index)")])["json"]["uri"]
        }
      }
      return try await group.reduce(into: Set<Value>()) { $0.insert($1) }
    }
    #expect(statuses.count == 200)
    #expect(rest.misuses == 0)
  }
}
