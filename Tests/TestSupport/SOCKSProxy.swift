import Foundation

/// microsocks on a free port of 127.0.0.1: a SOCKS5 proxy.
///
/// | request | answer |
/// |---|---|
/// | CONNECT to an address or a name, of the loopback network | a tunnel |
/// | with no method, or another user and password, than `Options.credentials` | refused |
/// | to a host elsewhere | refused |
/// | BIND, UDP ASSOCIATE | refused |
package final class SOCKSProxy: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// Who may use it; nil: everybody.
    package var credentials: (user: String, password: String)? = (
      user: "user", password: "correct horse"
    )

    package init() {}
  }

  package var port: Int { server.port }
  package let options: Options
  private let server: ServerProcess

  /// Starts a proxy and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let microsocks = try Tool.microsocks.required()
    let folder = try TemporaryFolder()
    self.options = options
    server = try await ServerProcess("microsocks", folder: folder) { port in
      // A connection from 127.0.0.1 gets nowhere but to the loopback network.
      var words = [microsocks, "-i", "127.0.0.1", "-p", "\(port)", "-b", "127.0.0.1"]
      if let (user, password) = options.credentials { words += ["-u", user, "-P", password] }
      return words
    }
  }

  /// The shared proxy of this process, with the default options.
  package static var shared: SOCKSProxy {
    get async throws { try await sharedProxy.value }
  }

  private static let sharedProxy = Task { try await SOCKSProxy() }

  /// `127.0.0.1:PORT`, without a scheme: a client's scheme says who looks names up.
  package var address: String { "127.0.0.1:\(port)" }

  /// Where the tunnels went, HOST:PORT as the client named the host, in the order of their starts.
  package func tunnels() -> [String] {
    // client[4] 127.0.0.1: connected to localhost:80
    log.split(separator: "\n").compactMap { line in
      line.firstRange(of: ": connected to ").map { String(line[$0.upperBound...]) }
    }
  }

  /// What it has written so far.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }
}

/// Runs `body` with a proxy of its own.
package func withSOCKS<Result>(
  _ options: SOCKSProxy.Options = SOCKSProxy.Options(),
  _ body: (SOCKSProxy) async throws -> Result
) async throws -> Result {
  let proxy = try await SOCKSProxy(options)
  defer { proxy.stop() }
  return try await body(proxy)
}
