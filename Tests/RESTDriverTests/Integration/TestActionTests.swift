import DriverHost
import TestSupport
import Testing

@Suite("The test of a connection", .requires(.nginx, .openssl))
struct TestActionTests {
  let rest: RESTHost
  let nginx: NginxServer

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
  }

  @Test("passes the steps that there are, and skips the others")
  func passed() async throws {
    let (steps, result) = try await rest.steps(["url": .string(nginx.url + "/json")])
    #expect(
      steps == [
        "resolve skipped", "connect passed", "tls skipped", "authenticate skipped",
        "request passed",
      ]
    )
    #expect(result["status_code"] == 200 && result["certificate"].isNull)
    for step in result["steps"].listValue ?? [] {
      #expect(step.mapValue?.names == ["name", "outcome", "seconds", "message", "hint"])
      #expect(step["seconds"].doubleValue ?? -1 >= 0)
    }
  }

  @Test("shows the certificate of an encrypted server, and that it accepts the credentials")
  func encrypted() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue(commonName: "the server")
    let server = try await NginxServer(options)
    let (steps, result) = try await rest.steps([
      "url": .string(server.url + "/json"), "tls": ["ca_file": .string(authority.path)],
      "authentication": ["authentication_method": "bearer", "token": "abcdef"],
    ])
    #expect(
      steps == [
        "resolve skipped", "connect passed", "tls passed", "authenticate passed", "request passed",
      ]
    )
    #expect(result["certificate"]["subject"].stringValue?.contains("the server") == true)
    #expect(result["certificate"]["valid_until"].stringValue?.contains("2049") == true)
    let chain = try #require(result["certificate_chain"].listValue)
    #expect(chain.count == 2 && chain[0] == result["certificate"])
    #expect(chain[1]["subject"].stringValue?.contains("Driver Host Test CA") == true)
    #expect(chain[0]["issuer"] == chain[1]["subject"])
  }

  @Test("shows the certificates also of a server that is not trusted, and sends it nothing")
  func untrusted() async throws {
    let authority = try await CertificateAuthority()
    func test(
      _ certificate: CertificateAuthority.Certificate,
      _ tls: Value
    ) async throws -> (step: String, chain: [Value], log: [NginxServer.Request]) {
      var options = NginxServer.Options()
      options.certificate = certificate
      options.http2 = true
      let server = try await NginxServer(options)
      let (steps, result) = try await rest.steps(["url": .string(server.url), "tls": tls])
      #expect(result["certificate_chain"][0] == result["certificate"])
      let log = try server.requests()
      return (steps[2], result["certificate_chain"].listValue ?? [], log)
    }
    let unknown = try await test(try await authority.issue(), [:])
    #expect(unknown.step == "tls failed" && unknown.chain.count == 2 && unknown.log.isEmpty)
    let trusted: Value = ["ca_file": .string(authority.path)]
    let expired = try await test(try await authority.issue(validity: .expired), trusted)
    #expect(expired.step == "tls failed" && expired.log.isEmpty)
    #expect(expired.chain.first?["valid_until"].stringValue?.contains("2021") == true)
    let otherName = try await test(
      try await authority.issue(names: ["other.example"], addresses: []),
      trusted
    )
    #expect(otherName.step == "tls failed" && otherName.chain.count == 2 && otherName.log.isEmpty)
  }

  @Test("without TLS on the other side has no certificates to show")
  func noCertificates() async throws {
    let (steps, result) = try await rest.steps([
      "url": .string("https://127.0.0.1:\(nginx.port)/json")
    ])
    #expect(steps[2] == "tls failed")
    #expect(result["certificate"].isNull && result["certificate_chain"] == [])
  }

  @Test("does not read the body")
  func body() async throws {
    let closed = Locked(false)
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx")
        connection.stall()
        closed.with { $0 = true }
      }
    )
    let (steps, result) = try await rest.steps([
      "url": .string(server.url), "max_response_bytes": 1, "total_timeout": 0,
      "read_timeout": 0,
    ])
    #expect(steps.last == "request passed" && result["status_code"] == 200)
    try await eventually("the connection is closed") { closed.with { $0 } }
  }

  @Test("takes a method that is not known for an answer only where it was not asked for")
  func unknownMethod() async throws {
    let url = Value.string(nginx.url + "/status/405")
    #expect(try await rest.steps(["url": url]).steps.last == "request failed")
    #expect(try await rest.steps(["url": url, "method": "options"]).steps.last == "request failed")
    #expect(try await rest.steps(["url": url, "method": "post"]).steps.last == "request passed")
  }

  @Test("stops at the step that fails, and says what to do")
  func failed() async throws {
    func failing(_ inputs: ValueMap) async throws -> (steps: [String], step: Value) {
      let (steps, result) = try await rest.steps(inputs)
      let step = result["steps"].listValue?.first { $0["outcome"] == "failed" } ?? .null
      return (steps, step)
    }
    let name = try await failing(["url": "http://no-such-host.invalid/"])
    #expect(
      name.steps == [
        "resolve failed", "connect skipped", "tls skipped", "authenticate skipped",
        "request skipped",
      ]
    )
    #expect(name.step["hint"].stringValue?.contains("check its spelling") == true)
    let refusing = try TCPFaultServer(.refuses)
    let closed = try await failing(["url": .string(refusing.url)])
    #expect(closed.steps[1] == "connect failed")
    #expect(closed.step["message"].stringValue?.hasSuffix("(connection refused)") == true)
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue(validity: .expired)
    let server = try await NginxServer(options)
    let expired = try await failing([
      "url": .string(server.url + "/json"), "tls": ["ca_file": .string(authority.path)],
    ])
    #expect(expired.steps[1...2] == ["connect passed", "tls failed"])
    #expect(expired.step["hint"].stringValue?.contains("renewed") == true)
    try nginx.addFile("locked.txt", "x")
    let locked = try await failing([
      "url": .string(nginx.url + "/protected/locked.txt"),
      "authentication": [
        "authentication_method": "basic", "username": "user", "password": "wrong one",
      ],
    ])
    #expect(locked.steps[3...] == ["authenticate failed", "request skipped"])
    let missing = try await failing(["url": .string(nginx.url + "/no/such/path")])
    #expect(missing.steps[4] == "request failed")
    let resetting = try TCPFaultServer(.resets)
    let reset = try await failing(["url": .string(resetting.url)])
    #expect(reset.steps[1] == "connect passed" && reset.steps[4] == "request failed")
  }

  @Test("changes nothing on the server")
  func harmless() async throws {
    let server = try await NginxServer()
    _ = try await rest.steps([
      "url": .string(server.url + "/upload"), "method": "post", "data": "not sent",
    ])
    try await eventually("the request is in the log") { try !server.requests().isEmpty }
    #expect(try server.requests().map(\.method) == ["OPTIONS"])
  }

  @Test("does not follow redirects")
  func redirect() async throws {
    let (steps, result) = try await rest.steps(["url": .string(nginx.url + "/redirect/1")])
    #expect(steps.last == "request passed")
    #expect(result["status_code"] == 302)
  }
}
