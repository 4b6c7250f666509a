import Foundation
import TestSupport
import Testing

/// What a token endpoint answers.
private struct Grant: Decodable {
  var accessToken: String?
  var refreshToken: String?
  var expiresIn: Int?
  var scope: String?
  var audience: String?
  var error: String?

  init(_ text: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Grant.self, from: Data(text.utf8))
  }
}

extension TokenServer {
  fileprivate func ask(_ form: String, secret: String? = nil) async throws -> Grant {
    let user = "\(options.clientID):\(secret ?? options.clientSecret)"
    return try Grant(try await curl("--user", user, "--data", form, url + "/token").body)
  }

  fileprivate func resource(_ grant: Grant, query: String = "") async throws -> CurlAnswer {
    let token = try #require(grant.accessToken)
    return try await curl("--header", "Authorization: Bearer \(token)", url + "/resource" + query)
  }
}

@Suite("The token server", .requires(.python, .curl), .showingServerLogs)
struct TokenServerTests {
  @Test("gives a client a token that opens the resource until it is revoked")
  func givesToken() async throws {
    try await TokenServer.run { server in
      let grant = try await server.ask("grant_type=client_credentials&scope=read&audience=a%20b")
      #expect(grant.scope == "read" && grant.audience == "a b" && grant.expiresIn == 3600)
      #expect(grant.refreshToken == nil)
      #expect(try await server.resource(grant).body.contains(#""audience": "a b""#))
      #expect(try await server.resource(grant, query: "?scope=write").status == 403)
      try server.revokeAll()
      #expect(try await server.resource(grant).status == 401)
      let none = try await curl("--include", server.url + "/resource")
      #expect(none.status == 401)
      #expect(none.body.contains("WWW-Authenticate: bearer"))
      let stats = try server.stats()
      #expect(stats.issued == 1 && stats.resource == 1 && stats.resourceRefused == 3)
      #expect(
        try server.requests().map(\.path) == ["/token"] + Array(repeating: "/resource", count: 4)
      )
    }
  }

  @Test("knows the client by basic authentication or by the form, as it was told")
  func authenticatesClient() async throws {
    var options = TokenServer.Options()
    try await TokenServer.run(options) { server in
      // As RFC 6749 has it: both parts encoded before they are joined.
      let encoded = try await server.ask(
        "grant_type=client_credentials",
        secret: "correct%3Ahorse%2Bbattery"
      )
      #expect(encoded.accessToken != nil)
      let wrong = try await server.ask("grant_type=client_credentials", secret: "wrong")
      #expect(wrong.error == "invalid_client")
    }
    options.clientAuthentication = .post
    try await TokenServer.run(options) { server in
      #expect(try await server.ask("grant_type=client_credentials").error == "invalid_client")
      let form = try await curl(
        "--data-urlencode",
        "client_secret=\(options.clientSecret)",
        "--data",
        "grant_type=client_credentials&client_id=\(options.clientID)",
        server.url + "/token"
      )
      #expect(try Grant(form.body).accessToken != nil)
    }
  }

  @Test("takes a refresh token once where they rotate, and again where they do not")
  func refreshes() async throws {
    var options = TokenServer.Options()
    options.refreshToken = "first"
    try await TokenServer.run(options) { server in
      for _ in 0..<2 {
        let grant = try await server.ask("grant_type=refresh_token&refresh_token=first")
        #expect(grant.accessToken != nil && grant.refreshToken == nil)
      }
      try server.revokeAll(refreshTokens: true)
      let grant = try await server.ask("grant_type=refresh_token&refresh_token=first")
      #expect(grant.error == "invalid_grant")
    }
    options.rotatesRefreshTokens = true
    options.issuesRefreshTokens = true
    try await TokenServer.run(options) { server in
      let first = try await server.ask("grant_type=client_credentials")
      let form = "grant_type=refresh_token&refresh_token="
      let second = try await server.ask(form + (try #require(first.refreshToken)))
      #expect(try await server.ask(form + (first.refreshToken ?? "")).error == "invalid_grant")
      #expect(try await server.ask(form + (second.refreshToken ?? "")).accessToken != nil)
      #expect(try server.stats().refreshed == 2)
    }
  }

  @Test("says nothing of the end of a token where it has none, and ends one that has")
  func expires() async throws {
    var options = TokenServer.Options()
    options.expiresIn = nil
    try await TokenServer.run(options) { server in
      let grant = try await server.ask("grant_type=client_credentials")
      #expect(grant.expiresIn == nil)
      #expect(try await server.resource(grant).status == 200)
    }
    options.expiresIn = 1
    try await TokenServer.run(options) { server in
      let grant = try await server.ask("grant_type=client_credentials")
      #expect(grant.expiresIn == 1)
      try await eventually("the token has ended") {
        try await server.resource(grant).status == 401
      }
    }
  }

  @Test("refuses what it does not know, and has its faults")
  func refuses() async throws {
    try await TokenServer.run { server in
      #expect(
        try await server.ask("grant_type=client_credentials&scope=x").error == "invalid_scope"
      )
      #expect(try await server.ask("grant_type=magic").error == "unsupported_grant_type")
      let error = try await curl("--data", "", server.url + "/token-error")
      #expect(error.status == 400)
      #expect(try Grant(error.body).error == "invalid_client")
      let html = try await curl("--include", "--data", "", server.url + "/token-html")
      #expect(html.status == 200 && html.body.contains("Content-Type: text/html"))
      let user = "\(server.options.clientID):\(server.options.clientSecret)"
      let slow = try await curl(
        "--user",
        user,
        "--data",
        "grant_type=client_credentials",
        server.url + "/token-slow"
      )
      #expect(try Grant(slow.body).accessToken != nil)
      #expect(try server.stats().refused == 2)
    }
  }
}
