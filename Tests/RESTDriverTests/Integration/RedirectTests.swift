import DriverHost
import TestSupport
import Testing

@Suite("Redirects", .requires(.nginx, .httpbin, .openssl))
struct RedirectTests {
  let rest: RESTHost
  let nginx: NginxServer

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
  }

  @Test("are followed, and listed")
  func followed() async throws {
    let result = try await rest.request(["url": .string(nginx.url + "/redirect/3")])
    #expect(result["json"]["greeting"] == "hello")
    #expect(result["url"] == .string(nginx.url + "/json"))
    let urls = result["redirects"].listValue?.map { $0["url"].stringValue ?? "" }
    #expect(urls == ["/redirect/2", "/redirect/1", "/json"].map { nginx.url + $0 })
    #expect(result["redirects"][0]["status_code"] == 302)
  }

  @Test("are not followed where that is not wanted")
  func notFollowed() async throws {
    let inputs: ValueMap = ["url": .string(nginx.url + "/redirect/1"), "allow_redirects": false]
    let error = await rest.failure(inputs)
    #expect(error?.status == 302)
    var expected = inputs
    expected["expected_status_code"] = [302]
    let result = try await rest.request(expected)
    #expect(result["headers"]["Location"].stringValue?.hasSuffix("/json") == true)
  }

  @Test("end at their limit, with what to do")
  func limit() async throws {
    let error = await rest.failure(["url": .string(nginx.url + "/loop"), "max_redirects": 5])
    #expect(error?.code == .remoteFailure)
    #expect(error?.message.contains("after 5 redirects: raise max_redirects") == true)
    #expect(error?.outputs["redirects"]?.listValue?.count == 5)
    let exact = try await rest.request([
      "url": .string(nginx.url + "/redirect/3"), "max_redirects": 3,
    ])
    #expect(exact["status_code"] == 200)
    let none = await rest.failure([
      "url": .string(nginx.url + "/redirect/1"), "max_redirects": 0,
    ])
    #expect(none?.code == .remoteFailure)
  }

  @Test(
    "change a post into a get as browsers do, and keep it where the status says so",
    arguments: [
      (301, "post", "GET", ""), (302, "post", "GET", ""), (303, "post", "GET", ""),
      (307, "post", "POST", "x"), (308, "post", "POST", "x"), (302, "put", "PUT", "x"),
      (303, "put", "GET", ""), (308, "delete", "DELETE", "x"),
    ]
  )
  func methods(status: Int, method: String, after: String, data: String) async throws {
    let httpbin = try await HTTPBinServer.shared
    let target = "\(httpbin.url)/anything"
    let result = try await rest.request([
      "url": .string("\(httpbin.url)/redirect-to"),
      "query": ["url": .string(target), "status_code": .int(Int64(status))],
      "method": .string(method), "data": "x",
    ])
    #expect(result["json"]["method"] == .string(after))
    #expect(result["json"]["data"] == .string(data))
    #expect(result["json"]["headers"]["Content-Type"].isNull == data.isEmpty)
  }

  @Test("to the same origin keep credentials, to another one lose them")
  func credentials() async throws {
    let other = try await NginxServer()
    let inputs: ValueMap = [
      "headers": ["Cookie": "session=1"],
      "authentication": [
        "authentication_method": "basic", "username": "u", "password": "pass word",
      ],
    ]
    func follow(_ target: String) async throws {
      var inputs = inputs
      inputs["url"] = .string("\(nginx.url)/redirect-to?url=\(target)/request")
      _ = try await rest.request(inputs)
    }
    try await follow(nginx.url)
    try await follow(other.url)
    // The server of the same name and another port is another origin.
    try await eventually("both requests are in the logs") {
      try nginx.requests().contains { $0.uri == "/request" && $0.cookie == "session=1" }
        && other.requests().contains { $0.uri == "/request" }
    }
    let kept = try #require(
      try nginx.requests().last { $0.uri == "/request" && $0.cookie == "session=1" }
    )
    #expect(kept.authorization.hasPrefix("Basic "))
    let dropped = try #require(try other.requests().last { $0.uri == "/request" })
    #expect(dropped.authorization.isEmpty && dropped.cookie.isEmpty)
  }

  @Test("to another origin leave behind what might be a key there, and keep the rest")
  func headers() async throws {
    let httpbin = try await HTTPBinServer.shared
    let inputs: ValueMap = [
      "headers": [
        "Accept": "text/plain", "X-API-Key": "geheim", "X-Auth-Token": "geheim", "X-Own": "x",
        "Host": "virtual.example",
      ]
    ]
    func follow(from start: String) async throws -> Value {
      var inputs = inputs
      inputs["url"] = .string("\(start)/redirect-to?url=\(httpbin.url)/headers")
      return try await rest.request(inputs)["json"]["headers"]
    }
    let foreign = try await follow(from: nginx.url)
    #expect(foreign["Accept"] == "text/plain")
    #expect(foreign["X-Api-Key"].isNull && foreign["X-Auth-Token"].isNull)
    #expect(foreign["X-Own"].isNull)
    #expect(foreign["Host"] == .string("127.0.0.1:\(httpbin.port)"))
    let own = try await follow(from: httpbin.url)
    #expect(own["X-Api-Key"] == "geheim" && own["X-Own"] == "x")
    #expect(own["Host"] == "virtual.example")
  }

  @Test("do not carry a body from https to http", arguments: [307, 308])
  func downgrade(status: Int) async throws {
    let plain = try await NginxServer()
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    options.extra = "location = /down { return \(status) \(plain.url)/upload; }"
    let server = try await NginxServer(options)
    let inputs: ValueMap = [
      "url": .string(server.url + "/down"), "tls": ["ca_file": .string(authority.path)],
      "expected_status_code": [200, 201],
    ]
    var sending = inputs
    sending["method"] = "post"
    sending["data"] = "confidential"
    let error = await rest.failure(sending)
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("the body would be sent for all to read") == true)
    #expect(error?.outputs["redirects"] == [])
    #expect(try await rest.request(inputs)["status_code"] == 201)
    try await eventually("the request is in the log") { try !plain.requests().isEmpty }
    #expect(try plain.requests().map(\.method) == ["GET"])
  }

  @Test("to another scheme, or with credentials of their own, are not obeyed")
  func hostile() async throws {
    let file = await rest.failure([
      "url": .string(nginx.url + "/redirect-to?url=file:///etc/passwd")
    ])
    #expect(file?.code == .protocolViolation)
    _ = try await rest.request([
      "url": .string(
        "\(nginx.url)/redirect-to?url=http://evil:pw@127.0.0.1:\(nginx.port)/request?e=1"
      )
    ])
    try await eventually("the request is in the log") {
      try nginx.requests().contains { $0.uri == "/request?e=1" }
    }
    let request = try #require(try nginx.requests().last { $0.uri == "/request?e=1" })
    #expect(request.authorization.isEmpty)
  }
}
