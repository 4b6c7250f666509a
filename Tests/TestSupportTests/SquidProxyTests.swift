import Foundation
import TestSupport
import Testing

@Suite(
  "Squid",
  .requires(.squid, .squidPasswords, .nginx, .curl, .openssl),
  .showingServerLogs
)
struct SquidProxyTests {
  @Test("forwards requests and tunnels for those who may, and tells which")
  func forwards() async throws {
    let server = try await NginxServer.shared
    let json = try await curl(server.url + "/json").body
    try await withSquid { proxy in
      func ask(_ user: String?, _ more: String..., tunnel: Bool = false) async throws -> CurlAnswer
      {
        let words = ["-x", proxy.url] + (user.map { ["-U", $0] } ?? []) + (tunnel ? ["-p"] : [])
        return try await curl(through: words + more)
      }
      #expect(try await ask(nil, server.url + "/json").status == 407)
      #expect(try await ask("user:wrong", server.url + "/json").status == 407)
      #expect(try await ask("user:correct horse", server.url + "/json").body == json)
      #expect(
        try await ask("user:correct horse", "-d", "x", server.url + "/upload").status == 201
      )
      // Exit code 56: the proxy refused the tunnel.
      #expect(try await ask(nil, server.url + "/json", tunnel: true).exit == 56)
      #expect(
        try await ask("user:correct horse", server.url + "/json", tunnel: true).body == json
      )

      let requests = try await eventually("all are logged") {
        let requests = try proxy.requests()
        return requests.count == 6 ? requests : nil
      }
      #expect(requests.map(\.status) == [407, 407, 200, 201, 407, 200])
      #expect(requests.map(\.method) == ["GET", "GET", "GET", "POST", "CONNECT", "CONNECT"])
      #expect(requests.map(\.user) == [nil, "user", "user", "user", nil, "user"])
      #expect(requests[2].url == server.url + "/json")
      #expect(requests[5].url == "127.0.0.1:\(server.port)")
    }
  }

  @Test("keeps nothing: each request comes to the server")
  func keepsNothing() async throws {
    var options = SquidProxy.Options()
    options.credentials = nil
    try await withNginx { server in
      try server.addFile("a.txt", "a")
      try await withSquid(options) { proxy in
        for _ in 1...3 {
          let answer = try await curl(through: ["-x", proxy.url, server.url + "/files/a.txt"])
          #expect(answer.body == "a")
        }
        try await eventually("all are logged") { try server.requests().count == 3 }
        #expect(try proxy.requests().allSatisfy { $0.user == nil })
      }
    }
  }

  @Test("goes nowhere but to the loopback network")
  func staysHere() async throws {
    let proxy = try await SquidProxy.shared
    // Addresses that are nobody's, by RFC 5737, and a name that nobody has, by RFC 2606.
    for host in ["192.0.2.1", "nobody.invalid"] {
      let words = ["-x", proxy.url, "-U", "user:correct horse", "http://\(host)/"]
      #expect(try await curl(through: words).status == 403)
      #expect(try await curl(through: ["-p"] + words).exit == 56)
    }
  }

  @Test("takes the credentials of its options")
  func takesCredentials() async throws {
    let server = try await NginxServer.shared
    var options = SquidProxy.Options()
    options.credentials = (user: "me & you", password: "100% \"o':\\")
    try await withSquid(options) { proxy in
      // curl decodes a proxy's credentials: a percent sign is %25.
      let user = "me & you:100%25 \"o':\\"
      let answer = try await curl(through: ["-x", proxy.url, "-U", user, server.url + "/json"])
      #expect(answer.status == 200)
      try await eventually("the request is logged") {
        try proxy.requests().map(\.user) == ["me & you"]
      }
    }
  }

  @Test("speaks TLS to its clients")
  func speaksTLS() async throws {
    let authority = try await CertificateAuthority()
    let server = try await NginxServer.shared
    var options = SquidProxy.Options()
    options.certificate = try await authority.issue()
    try await withSquid(options) { proxy in
      let url = try #require(proxy.tlsURL)
      let words = ["-x", url, "-U", "user:correct horse", server.url + "/json"]
      #expect(try await curl(through: words).exit == 60)
      for more in [["--proxy-cacert", authority.path], ["-p", "--proxy-cacert", authority.path]] {
        #expect(try await curl(through: more + words).status == 200)
      }
    }
  }

  @Test("is gone when it was stopped, with its helper and its shared memory")
  func stops() async throws {
    let before = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
    let (processID, helpers) = try await withSquid { proxy in
      let command = try await Command.check("ps", ["-o", "pid=", "--ppid", "\(proxy.processID)"])
      return (proxy.processID, command.output.split(whereSeparator: \.isWhitespace))
    }
    #expect(!helpers.isEmpty)
    for processID in try [processID] + helpers.map({ try #require(pid_t($0)) }) {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
    let after = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
    let own = after.filter { $0.contains("tests\(getpid())p") && !before.contains($0) }
    #expect(own == [])
  }

  @Test("dies with this process, as what it has started does")
  func dies() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let server = try await SquidProxy()
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
    var options = SquidProxy.Options()
    options.extra = "http_port no-such-port"
    let error = await #expect(throws: TestSupportError.self) {
      try await withSquid(options) { _ in }
    }
    #expect(error?.description.contains("no-such-port") == true)
  }
}
