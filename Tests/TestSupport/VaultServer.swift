import Foundation

/// A server of HashiCorp Vault's HTTP API on a free port of 127.0.0.1.
///
/// As a Vault in development mode it begins unsealed, with a root token and a key/value engine of
/// version 2 at `secret/`. All else is set up through its API: engines (`sys/mounts`), policies,
/// tokens, `auth/approle` and `auth/userpass`, namespaces. hvac, the API's public client, is held
/// against it.
///
/// | function | what it does |
/// |---|---|
/// | `seal`, `unseal` | 503 `Vault is sealed` for all but `sys/health`, `sys/seal-status`, `sys/unseal` |
/// | `setHealth` | the state that `sys/health` tells by its status |
/// | `stand(by:)` | 307 to the same path at another address, as a standby node answers |
/// | `expireTokens` | ends every token's life, not the root's |
/// | `delay` | waits before it answers paths that begin so |
/// | `fail` | answers the next requests of paths that begin so with a status |
/// | `counts` | how many requests each method and path has had |
package final class VaultServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    package var rootToken = "root-token-1"
    /// Refuses requests without `X-Vault-Request: true`.
    package var requiresRequestHeader = true
    /// What it shows where it speaks TLS; nil: it does not.
    package var certificate: CertificateAuthority.Certificate?
    /// Whose certificates clients must have; nil: they need none.
    package var clientAuthority: CertificateAuthority?

    package init() {}
  }

  /// The key that unseals it, as `sys/unseal` takes it.
  package static let unsealKey = "dGhlIG9ubHkga2V5IG9mIHRoaXMgdmF1bHQ="

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
    self.options = options
    var words = ["--root-token", options.rootToken]
    if options.requiresRequestHeader { words.append("--require-request-header") }
    server = try await PythonServer(
      "vault_server",
      folder: TemporaryFolder(),
      options: words,
      certificate: options.certificate,
      clientAuthority: options.clientAuthority
    )
  }

  /// Its API, for setting it up; not over TLS.
  package var api: VaultAPI { VaultAPI(port: port, rootToken: options.rootToken) }

  // MARK: - Faults

  package func seal() throws { _ = try server.get("/control/seal") }
  package func unseal() throws { _ = try server.get("/control/unseal") }

  /// Sets what `sys/health` says: active, standby, performance-standby, dr-secondary, uninitialized.
  package func setHealth(_ state: String) throws {
    _ = try server.get("/control/health?state=\(state)")
  }

  /// Leads all requests to another address; empty: to none.
  package func stand(by active: String) throws {
    _ = try server.get("/control/standby?active=\(active)")
  }

  /// Ends every token's life; `root`: that of the root token too.
  package func expireTokens(root: Bool = false) throws {
    _ = try server.get("/control/expire?root=\(root ? 1 : 0)")
  }

  /// Waits before it answers a path that begins so, such as `auth/approle/login`.
  package func delay(_ path: String, seconds: Double) throws {
    _ = try server.get("/control/delay?path=\(path)&seconds=\(seconds)")
  }

  /// Answers the next requests of a path that begins so with a status and an error.
  package func fail(
    _ path: String,
    status: Int,
    times: Int = 1,
    error: String = "internal+error"
  ) throws {
    _ = try server.get("/control/fault?path=\(path)&status=\(status)&times=\(times)&error=\(error)")
  }

  /// How many requests have come, by `METHOD path` without the `/v1/`.
  package func counts() throws -> [String: Int] {
    try JSONDecoder().decode([String: Int].self, from: server.get("/control/counts"))
  }
}
