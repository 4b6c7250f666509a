import TestSupport
import Testing

@Suite("nginx", .requires(.nginx, .curl, .openssl), .showingServerLogs)
struct NginxServerTests {
  @Test("serves its fixed paths")
  func servesFixedPaths() async throws {
    let server = try await NginxServer.shared
    let json = try await curl(server.url + "/json")
    #expect(json.status == 200)
    #expect(json.body.contains("\"greeting\": \"hello\""))
    for status in [204, 404, 503] {
      #expect(try await curl(server.url + "/status/\(status)").status == status)
    }
    #expect(try await curl("--location", server.url + "/redirect/3").body == json.body)
    #expect(try await curl("--include", server.url + "/repeated").body.contains("second"))
    #expect(try await curl("--data", "x", server.url + "/upload").status == 201)
    #expect(
      try await curl("--location", server.url + "/redirect-to?url=\(server.url)/json").body
        == json.body
    )
  }

  @Test("serves files of a text and of a size, compressed and for those who may")
  func servesFiles() async throws {
    let server = try await NginxServer.shared
    try server.addFile("hello.txt", "hello")
    try server.addFile("large", size: 3_000_000)
    #expect(try await curl(server.url + "/files/hello.txt").body == "hello")
    #expect(try await curl(server.url + "/protected/hello.txt").status == 401)
    let (user, password) = server.options.credentials
    #expect(
      try await curl("--user", "\(user):\(password)", server.url + "/protected/hello.txt").body
        == "hello"
    )
    let compressed = try await curl(
      "--compressed",
      "--include",
      server.url + "/gzip/hello.txt"
    )
    #expect(compressed.body.contains("Content-Encoding: gzip"))
    #expect(compressed.body.hasSuffix("hello"))
    let size = try await Command.check(
      "curl",
      ["-s", "-o", "/dev/null", "-w", "%{size_download}", server.url + "/files/large"]
    )
    #expect(size.output == "3000000")
  }

  @Test("tells which requests came, and over which connection")
  func tellsRequests() async throws {
    try await withNginx { server in
      let answer = try await curl(
        "--user",
        "me:pass",
        server.url + "/json",
        server.url + "/request"
      )
      #expect(answer.body.contains("\"method\": \"GET\""))
      let requests = try await eventually("both are logged") {
        let requests = try server.requests()
        return requests.count == 2 ? requests : nil
      }
      #expect(requests.map(\.uri) == ["/json", "/request"])
      #expect(requests.allSatisfy { $0.authorization.hasPrefix("Basic ") })
      #expect(requests[0].connection == requests[1].connection)
    }
  }

  @Test("speaks TLS and HTTP/2, and asks clients for certificates")
  func speaksTLS() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    options.clientAuthority = authority
    options.http2 = true
    let client = try await authority.issue(names: ["client"], addresses: [], client: true)
    try await withNginx(options) { server in
      let untrusted = try await curl(server.url + "/json")
      #expect(untrusted.exit == 60)
      let unknown = try await curl("--cacert", authority.path, server.url + "/json")
      #expect(unknown.status == 400)
      let known = try await curl(
        "--cacert",
        authority.path,
        "--cert",
        client.chainPath,
        "--key",
        client.keyPath,
        server.url + "/request"
      )
      #expect(known.status == 200)
      #expect(known.version == "2")
      #expect(known.body.contains("CN=driver host test"))
    }
  }

  @Test("limits the speed of slow paths")
  func limitsSpeed() async throws {
    var options = NginxServer.Options()
    options.bytesPerSecond = 1
    try await withNginx(options) { server in
      try server.addFile("large", size: 1_000_000)
      // Exit code 28: curl's own time limit came first.
      let answer = try await curl("--max-time", "1", server.url + "/slow/large")
      #expect(answer.exit == 28)
    }
  }

  @Test("is gone when it was stopped")
  func stops() async throws {
    let processID = try await withNginx { $0.processID }
    #expect(ChildProcess.isGone(processID))
  }

  @Test("says what is wrong with its configuration")
  func saysWhatIsWrong() async throws {
    var options = NginxServer.Options()
    options.extra = "no_such_word on;"
    let error = await #expect(throws: TestSupportError.self) {
      try await withNginx(options) { _ in }
    }
    #expect(error?.description.contains("no_such_word") == true)
  }
}

@Suite("httpbin", .requires(.httpbin, .curl), .showingServerLogs)
struct HTTPBinServerTests {
  @Test("gives back what was sent")
  func givesBack() async throws {
    let server = try await HTTPBinServer.shared
    let answer = try await curl(
      "--request",
      "PATCH",
      "--json",
      "{\"a\": [1]}",
      server.url + "/anything?b=2"
    )
    #expect(answer.status == 200)
    #expect(answer.body.contains("\"method\": \"PATCH\""))
    #expect(answer.body.contains("\"b\": \"2\""))
  }

  @Test("is gone with its workers when it was stopped")
  func stops() async throws {
    let processID = try await withHTTPBin { $0.processID }
    let command = try await Command.run("ps", ["-o", "pid=", "--ppid", "\(processID)"])
    #expect(command.output == "")
    #expect(ChildProcess.isGone(processID))
  }
}
