import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A token that is asked for first", .requires(.python))
struct TokenTests {
  private let rest: RESTHost

  init() throws {
    // Its own: tokens are kept from call to call.
    rest = try RESTHost()
  }

  private func inputs(
    _ server: TokenServer,
    tokenPath: String = "/token",
    path: String = "/resource",
    _ changes: ValueMap = [:],
    _ more: ValueMap = [:]
  ) -> ValueMap {
    var authentication: ValueMap = [
      "authentication_method": "oauth2_client_credentials",
      "token_url": .string(server.url + tokenPath), "client_id": .string(server.options.clientID),
      "client_secret": .string(server.options.clientSecret),
    ]
    for (name, value) in changes { authentication[name] = value.isNull ? nil : value }
    var inputs = more
    inputs["url"] = .string(server.url + path)
    inputs["authentication"] = .map(authentication)
    return inputs
  }

  @Test("is got once and used for one request after another", arguments: ["basic", "body"])
  func kept(clientAuthentication: String) async throws {
    var options = TokenServer.Options()
    options.clientAuthentication = clientAuthentication == "basic" ? .basic : .post
    try await TokenServer.run(options) { server in
      let inputs = inputs(
        server,
        [
          "client_authentication": .string(clientAuthentication), "scope": "read",
          "audience": "items",
        ]
      )
      for _ in 0..<3 {
        let result = try await rest.request(inputs)
        #expect(result["json"]["scope"] == "read" && result["json"]["audience"] == "items")
      }
      #expect(try server.stats().issued == 1)
    }
  }

  @Test("is got once for all that wait for it")
  func singleFlight() async throws {
    try await TokenServer.run { server in
      let inputs = inputs(server, tokenPath: "/token-slow")
      try await withThrowingTaskGroup(of: Value.self) { group in
        for _ in 0..<50 { group.addTask { try await rest.request(inputs)["status_code"] } }
        for try await status in group { #expect(status == 200) }
      }
      let stats = try server.stats()
      #expect(stats.issued == 1 && stats.resource == 50)
    }
  }

  @Test("is another one for another client, and for another scope")
  func told() async throws {
    try await TokenServer.run { server in
      let all = try await rest.request(inputs(server))
      let read = try await rest.request(inputs(server, ["scope": "read"]))
      #expect(all["json"]["scope"] == "read write" && read["json"]["scope"] == "read")
      #expect(try server.stats().issued == 2)
    }
  }

  @Test("is got anew after a 401, once, and the body is sent again")
  func revoked() async throws {
    try await TokenServer.run { server in
      let inputs = inputs(server, [:], ["method": "post", "data": "hello"])
      _ = try await rest.request(inputs)
      try server.revokeAll()
      let result = try await rest.request(inputs)
      #expect(result["json"]["body"] == "hello")
      let stats = try server.stats()
      #expect(stats.issued == 2 && stats.resourceRefused == 1)
    }
  }

  @Test("is got anew ahead of its end")
  func expires() async throws {
    var options = TokenServer.Options()
    options.expiresIn = 1
    try await TokenServer.run(options) { server in
      _ = try await rest.request(inputs(server))
      try await Task.sleep(for: .milliseconds(950))
      _ = try await rest.request(inputs(server))
      let stats = try server.stats()
      #expect(stats.issued == 2 && stats.resourceRefused == 0)
    }
  }

  @Test(
    "is got for a refresh token, and the one that the server puts in its place is used and put out"
  )
  func refreshed() async throws {
    var options = TokenServer.Options()
    options.refreshToken = "first-refresh-token"
    options.rotatesRefreshTokens = true
    try await TokenServer.run(options) { server in
      let inputs = inputs(
        server,
        [
          "authentication_method": "oauth2_refresh_token", "refresh_token": "first-refresh-token",
        ]
      )
      let first = try await rest.request(inputs)
      let next = try #require(first["refresh_token"].stringValue)
      #expect(next != "first-refresh-token")
      try server.revokeAll()
      let second = try await rest.request(inputs)
      #expect(second["status_code"] == 200)
      let stats = try server.stats()
      #expect(stats.refreshed == 2 && stats.refused == 0)
    }
  }

  @Test("says what to do where the server gives none, and shows no secret")
  func refused() async throws {
    try await TokenServer.run { server in
      let wrong = await rest.failure(inputs(server, ["client_secret": "wr0ng secret"]))
      #expect(wrong?.code == .unauthenticated)
      #expect(wrong?.message.contains("client_id and client_secret") == true)
      #expect(wrong?.message.contains("wr0ng") == false)
      let scope = await rest.failure(inputs(server, ["scope": "everything"]))
      #expect(scope?.message.contains("check scope") == true)
      let page = await rest.failure(inputs(server, tokenPath: "/token-html"))
      #expect(page?.code == .protocolViolation && page?.message.contains("token endpoint") == true)
      let asked = try server.requests().filter { $0.path == "/resource" }
      #expect(asked.isEmpty)
    }
  }

  @Test("does not outlast the total timeout")
  func timeout() async throws {
    try await TokenServer.run { server in
      let error = await rest.failure(
        inputs(server, tokenPath: "/token-slow", [:], ["total_timeout": 0.2])
      )
      #expect(error?.code == .timedOut)
    }
  }

  @Test("is not asked for over http where the request itself is encrypted")
  func notEncrypted() async throws {
    let error = await rest.failure([
      "url": "https://localhost:1/",
      "authentication": [
        "authentication_method": "oauth2_client_credentials",
        "token_url": "http://localhost:1/token", "client_id": "c", "client_secret": "s",
      ],
    ])
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer?.description == "/authentication/token_url")
  }

  @Test("stays with its origin where a redirect leads to another one")
  func redirect() async throws {
    let nginx = try await NginxServer.shared
    try await TokenServer.run { server in
      let other = try await PagingServer()
      var inputs = inputs(server)
      inputs["url"] = .string("\(nginx.url)/redirect-to?url=\(other.url)/echo")
      _ = try await rest.request(inputs)
      #expect(try other.requests().first?["authorization"] == nil)
    }
  }

  @Test("is a step of the test, which fails where there is none")
  func test() async throws {
    try await TokenServer.run { server in
      let (good, _) = try await rest.steps(inputs(server))
      #expect(good.contains("authenticate passed"))
      let (bad, _) = try await rest.steps(inputs(server, ["client_secret": "wrong"]))
      #expect(bad.contains("authenticate failed") && bad.contains("request skipped"))
    }
  }
}
