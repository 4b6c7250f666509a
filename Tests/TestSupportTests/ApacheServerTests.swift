import Foundation
import TestSupport
import Testing

@Suite("Apache", .requires(.apache, .curl, .openssl), .showingServerLogs)
struct ApacheServerTests {
  @Test("serves files openly, and for those who may")
  func servesFiles() async throws {
    let server = try await ApacheServer.shared
    try server.addFile("hello.txt", "hello")
    let (user, password) = server.options.credentials
    #expect(try await curl(server.url + "/open/hello.txt").body == "hello")
    #expect(try await curl(server.url + "/open/no-such-file").status == 404)
    for scheme in ["basic", "digest"] {
      let url = server.url + "/\(scheme)/hello.txt"
      #expect(try await curl(url).status == 401)
      let known = try await curl("--\(scheme)", "--user", "\(user):\(password)", url)
      #expect(known.status == 200)
      #expect(known.body == "hello")
      #expect(try await curl("--\(scheme)", "--user", "\(user):wrong", url).status == 401)
    }
    let url = server.url + "/digest/hello.txt"
    #expect(try await curl("--basic", "--user", "\(user):\(password)", url).status == 401)
    #expect(try await curl(server.url + "/negotiate/hello.txt").status == 404)
  }

  @Test("takes the credentials of its options")
  func takesCredentials() async throws {
    var options = ApacheServer.Options()
    options.credentials = (user: "søren", password: "100% \"o':\\")
    try await withApache(options) { server in
      for scheme in ["basic", "digest"] {
        let answer = try await curl(
          "--\(scheme)",
          "--user",
          "søren:100% \"o':\\",
          server.url + "/\(scheme)/request"
        )
        #expect(answer.status == 200)
        #expect(try received(answer).user == "søren")
      }
    }
  }

  @Test("answers what came, and who asked")
  func answersWhatCame() async throws {
    let server = try await ApacheServer.shared
    let open = try received(
      try await curl("--request", "PUT", "--data", "four", server.url + "/open/request?a=\"")
    )
    #expect(open.method == "PUT")
    #expect(open.uri == "/open/request?a=\"")
    #expect(open.protocol == "HTTP/1.1")
    #expect(open.body == 4)
    #expect(open.user == "")
    let digest = try received(
      try await curl(
        "--digest",
        "--user",
        "user:correct horse",
        "--data",
        "four",
        server.url + "/digest/request"
      )
    )
    #expect(digest.method == "POST")
    #expect(digest.user == "user")
    #expect(digest.authType == "Digest")
    #expect(digest.authorization.hasPrefix("Digest username=\"user\","))
    #expect(digest.body == 4)
  }

  @Test("tells which requests came, from whom, and over which connection")
  func tellsRequests() async throws {
    try await withApache { server in
      try server.addFile("a", "12345")
      _ = try await curl(
        "--digest",
        "--user",
        "user:correct horse",
        server.url + "/digest/a",
        server.url + "/open/a"
      )
      let requests = try await eventually("all are logged") {
        let requests = try server.requests()
        return requests.count == 3 ? requests : nil
      }
      #expect(requests.map(\.uri) == ["/digest/a", "/digest/a", "/open/a"])
      #expect(requests.map(\.status) == [401, 200, 200])
      #expect(requests.map(\.user) == [nil, "user", nil])
      #expect(requests[1].authorization.hasPrefix("Digest username=\"user\","))
      #expect(requests[2].bytes == 5)
      #expect(requests.allSatisfy { $0.connection == requests[0].connection })
    }
  }

  @Test("answers with any status that Apache knows")
  func answersStatuses() async throws {
    let server = try await ApacheServer.shared
    for status in NginxServer.statuses where status != 418 && status != 425 {
      let answer = try await curl("--request", "POST", server.url + "/status/\(status)")
      #expect(answer.status == status)
      if status != 204 { #expect(answer.body == "{\"status\": \(status)}") }
    }
    #expect(
      try await curl("--include", server.url + "/status/503").body.contains("Retry-After: 1\r\n")
    )
  }

  @Test("speaks TLS and HTTP/2, and names the client of a certificate")
  func speaksTLS() async throws {
    let authority = try await CertificateAuthority()
    var options = ApacheServer.Options()
    options.certificate = try await authority.issue()
    options.clientAuthority = authority
    options.http2 = true
    let client = try await authority.issue(
      names: ["client"],
      addresses: [],
      client: true,
      commonName: "somebody"
    )
    try await withApache(options) { server in
      let url = server.url + "/open/request"
      #expect(try await curl(url).exit == 60)
      // That a certificate is missing, TLS 1.3 says after the client's part of the handshake.
      let unknown = try await curl("--cacert", authority.path, url)
      #expect([35, 55, 56].contains(unknown.exit))
      let known = try await curl(
        "--cacert",
        authority.path,
        "--cert",
        client.chainPath,
        "--key",
        client.keyPath,
        url
      )
      #expect(known.status == 200)
      #expect(known.version == "2")
      #expect(try received(known).protocol == "HTTP/2.0")
      #expect(try received(known).client == "CN=somebody")
    }
  }

  @Test("speaks HTTP/2 without TLS to those who know")
  func speaksHTTP2() async throws {
    var options = ApacheServer.Options()
    options.http2 = true
    try await withApache(options) { server in
      let url = server.url + "/open/request"
      let knowing = try await curl("--http2-prior-knowledge", url)
      #expect(knowing.version == "2")
      let other = try await curl(url)
      #expect(other.version == "1.1")
    }
  }

  @Test("is gone with its worker when it was stopped")
  func stops() async throws {
    let (processID, workers) = try await withApache { server in
      let command = try await Command.check("ps", ["-o", "pid=", "--ppid", "\(server.processID)"])
      return (server.processID, command.output.split(whereSeparator: \.isWhitespace))
    }
    #expect(!workers.isEmpty)
    for processID in try [processID] + workers.map({ try #require(pid_t($0)) }) {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
  }

  @Test("dies with this process, as what it has started does")
  func dies() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let server = try await ApacheServer()
      let command = try await Command.check("ps", ["-o", "pid=", "--ppid", "\(server.processID)"])
      // Swift's print would keep it in a buffer that a killed process does not write.
      Descriptor(1).write(Array("\n\(server.processID)\n\(command.output)".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let processIDs = output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    #expect(processIDs.count >= 2, "in \(output)")
    for processID in processIDs {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
  }

  @Test("says what is wrong with its configuration")
  func saysWhatIsWrong() async throws {
    var options = ApacheServer.Options()
    options.extra = "NoSuchWord on"
    let error = await #expect(throws: TestSupportError.self) {
      try await withApache(options) { _ in }
    }
    #expect(error?.description.contains("NoSuchWord") == true)
  }
}

/// The JSON of an answer to `/open/request` and the like.
func received(_ answer: CurlAnswer) throws -> ApacheServer.Received {
  try JSONDecoder().decode(ApacheServer.Received.self, from: Data(answer.body.utf8))
}
