import Foundation

/// A token endpoint of OAuth 2.0 and a resource that wants its tokens, on a free port of 127.0.0.1.
///
/// authlib decides what is issued and what is refused.
///
/// | path | answer |
/// |---|---|
/// | `POST /token` | a token for client_credentials or refresh_token, with the form's audience |
/// | `POST /token-slow` | the same after a second |
/// | `/token-error` | 400, invalid_client |
/// | `/token-html` | 200, a page of HTML |
/// | `/resource` | for a valid token: JSON of its number as token, scope, audience, method, body |
/// | `/resource?scope=SCOPE` | the same for a token of that scope, 403 for another one |
/// | `/revoke-all` | see `revokeAll` |
/// | `/stats` | see `stats` |
///
/// Without a token that is valid now, the resource answers 401 with WWW-Authenticate. The last two
/// are for tests and in no `requests()`.
package final class TokenServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    /// How the client says who it is.
    package enum ClientAuthentication: String, Sendable {
      case basic
      case post
      case any
    }

    package var clientID = "client"
    /// Basic authentication wants its colon and plus encoded; they are taken as they are too.
    package var clientSecret = "correct:horse+battery"
    package var clientAuthentication = ClientAuthentication.any
    /// The scopes there are, which are also given to those who ask for none.
    package var scope = "read write"
    /// How many seconds a token is valid; nil: until it is revoked, and the answer does not say.
    package var expiresIn: Int? = 3600
    /// A refresh gives a new refresh token and revokes the old one.
    package var rotatesRefreshTokens = false
    /// client_credentials gives a refresh token, as some servers do.
    package var issuesRefreshTokens = false
    /// A refresh token that is valid from the start.
    package var refreshToken: String?

    package init() {}
  }

  /// What it has done so far.
  package struct Stats: Sendable, Decodable, Equatable {
    /// Tokens that were issued, those of refreshes among them.
    package var issued: Int
    package var refreshed: Int
    /// Requests for a token that were refused by `/token` and `/token-slow`.
    package var refused: Int
    /// Requests of the resource that were answered.
    package var resource: Int
    package var resourceRefused: Int
  }

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
    self.options = options
    var words = [
      "--client-id", options.clientID, "--client-secret", options.clientSecret,
      "--client-auth", options.clientAuthentication.rawValue, "--scope", options.scope,
    ]
    if let seconds = options.expiresIn { words += ["--expires-in", "\(seconds)"] }
    if options.rotatesRefreshTokens { words.append("--rotate") }
    if options.issuesRefreshTokens { words.append("--issue-refresh-tokens") }
    if let token = options.refreshToken { words += ["--refresh-token", token] }
    server = try await PythonServer("token_server", folder: TemporaryFolder(), options: words)
  }

  /// What it has done so far.
  package func stats() throws -> Stats {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Stats.self, from: server.get("/stats"))
  }

  /// Makes all access tokens invalid: a client must fetch a new one.
  package func revokeAll(refreshTokens: Bool = false) throws {
    _ = try server.get("/revoke-all?refresh=\(refreshTokens ? 1 : 0)")
  }
}
