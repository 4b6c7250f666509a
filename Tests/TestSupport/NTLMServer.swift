/// A server that wants NTLM of each connection, on a free port of 127.0.0.1.
///
/// | path | answer |
/// |---|---|
/// | any, on a connection without a user | 401 with `WWW-Authenticate: NTLM`, or the challenge |
/// | any, on one with a user | 200, JSON of user, method, path, query, body, connection |
package final class NTLMServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    package var user = "user"
    /// Without colons, which the file of the credentials cannot hold.
    package var password = "correct horse"
    /// The domain that the client must name; empty: none.
    package var domain = ""

    package init() {}
  }

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
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
}
