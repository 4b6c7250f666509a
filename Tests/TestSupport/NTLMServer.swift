/// A server that wants NTLM of each connection, on a free port of 127.0.0.1.
///
/// | path | answer |
/// |---|---|
/// | any, on a connection without a user | 401 with `WWW-Authenticate: NTLM`, or the challenge |
/// | any, on one with a user | 200, JSON of user, method, path, query, body, connection |
package final class NTLMServer: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    package var user = "user"
    /// Without colons, which the file of the credentials cannot hold.
    package var password = "correct horse"
    /// The domain that the client must name; empty: none.
    package var domain = ""

    package init() {}
  }

  package let options: Options
  private let server: PythonServer

  package var port: Int { server.port }
  package var url: String { server.url }
  package var log: String { server.log }

  /// Starts a server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let folder = try TemporaryFolder()
    let credentials = try folder.write(
      "\(options.domain):\(options.user):\(options.password)\n",
      to: "credentials"
    )
    self.options = options
    server = try await PythonServer(
      "ntlm_server",
      folder: folder,
      environment: ["NTLM_USER_FILE": credentials]
    )
  }

  /// The requests that have come, in their order.
  package func requests() throws -> [ServerRequest] {
    try server.requests()
  }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }
}

/// Runs `body` with a server of its own.
package func withNTLMServer<Result>(
  _ options: NTLMServer.Options = NTLMServer.Options(),
  _ body: (NTLMServer) async throws -> Result
) async throws -> Result {
  let server = try await NTLMServer(options)
  defer { server.stop() }
  return try await body(server)
}
