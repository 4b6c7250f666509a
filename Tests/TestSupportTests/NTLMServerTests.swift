import TestSupport
import Testing

@Suite("The NTLM server", .requires(.python, .curl), .showingServerLogs)
struct NTLMServerTests {
  @Test("lets the user in, once for all requests of a connection")
  func letsIn() async throws {
    try await NTLMServer.run { server in
      let credentials = "\(server.options.user):\(server.options.password)"
      let answer = try await curl(
        "--ntlm",
        "--user",
        credentials,
        "--data",
        "hello",
        server.url + "/a?b=1",
        server.url + "/c"
      )
      #expect(answer.status == 200)
      #expect(answer.body.contains(#""user": "user", "method": "POST", "path": "/c""#))
      let requests = try server.requests()
      #expect(requests.map(\.path) == ["/a", "/a", "/c"])
      #expect(requests.map(\.query) == ["b=1", "b=1", ""])
      #expect(requests.map(\.body) == ["", "hello", "hello"])
      #expect(requests.map { $0["authorization"]?.hasPrefix("NTLM ") } == [true, true, nil])
      #expect(Set(requests.map(\.connection)).count == 1)
    }
  }

  @Test("refuses a wrong password, an unknown user, and who says nothing")
  func refuses() async throws {
    try await NTLMServer.run { server in
      let wrong = "\(server.options.user):wrong"
      #expect(try await curl("--ntlm", "--user", wrong, server.url).status == 401)
      let unknown = "nobody:\(server.options.password)"
      #expect(try await curl("--ntlm", "--user", unknown, server.url).status == 401)
      let silent = try await curl("--include", server.url)
      #expect(silent.status == 401)
      #expect(silent.body.contains("WWW-Authenticate: NTLM\r\n"))
    }
  }

  @Test("wants the domain where there is one")
  func wantsDomain() async throws {
    var options = NTLMServer.Options()
    options.domain = "WORK"
    try await NTLMServer.run(options) { server in
      let credentials = "\(options.user):\(options.password)"
      #expect(try await curl("--ntlm", "--user", credentials, server.url).status == 401)
      let answer = try await curl("--ntlm", "--user", "WORK\\" + credentials, server.url)
      #expect(answer.status == 200)
      #expect(answer.body.contains(#""user": "WORK\\user""#))
    }
  }

  @Test("is gone when it was stopped")
  func stops() async throws {
    let server = try await NTLMServer()
    server.stop()
    #expect(try await curl(server.url).exit == 7)
  }
}
