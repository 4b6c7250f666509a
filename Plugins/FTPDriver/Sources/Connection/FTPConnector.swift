internal import CurlKit
internal import DriverKit
internal import FileKit
internal import Glibc
internal import LoopKit
internal import TransferKit

/// What is known of a server.
struct ServerFacts {
  /// What it says it can do (RFC 2389).
  var features: FTPFeatures
  /// The directory that a login begins in, in the server's encoding; nil: it is not told.
  var home: [UInt8]?
}

/// Makes control connections.
struct FTPConnector {
  let address: AddressInputs
  let loop: Loop

  /// How large a file of authorities may be, in bytes: what libcurl takes (CURL_MAX_INPUT_LENGTH).
  private static let authoritiesLimit = 8_000_000

  /// Connects, logs in, and agrees with the server about what it needs to know.
  ///
  /// - Parameters:
  ///   - known: What is known of it.
  ///   - parent: How long.
  /// - Throws: Why there is no connection.
  /// - Returns: The connection, and what is known now.
  func connect(
    _ known: ServerFacts?,
    _ parent: Scope
  ) async throws(DriverError) -> (FTPConnection, ServerFacts) {
    let scope = Scope(loop, in: parent)
    try scope.limit(
      address.connectTimeout,
      DriverError(
        .timedOut,
        "\(address.name) did not let us in within \(address.connectTimeout) s, which is connect_timeout",
        pointer: "/connect_timeout",
        isRetryable: true
      )
    )
    let connection = try await open(scope)
    do throws(DriverError) {
      let home = try await logIn(connection, scope)
      let facts = try await greet(connection, known, home, scope)
      return (connection, facts)
    } catch {
      connection.close()
      throw error
    }
  }

  /// A connection that is not made yet, with all that has to be looked up for it.
  func open(_ scope: Scope) async throws(DriverError) -> FTPConnection {
    let (host, port) = address.proxy.map { ($0.host, $0.port) } ?? (address.host, address.port)
    var pins: [String] = []
    if let addresses = try await resolve(host, scope) {
      let texts = addresses.map { $0.utf8.contains(UInt8(ascii: ":")) ? "[\($0)]" : $0 }
      pins.append("\(host):\(port):\(texts.joined(separator: ","))")
    }
    var authorities: [UInt8]?
    if address.tls.mode != .off, let path = address.tls.authoritiesFile {
      authorities = try await read(path, scope)
    }
    return try FTPConnection(address, loop, authorities: authorities, pins: pins)
  }

  /// Connects and logs in.
  ///
  /// - Returns: The directory that the login begins in; nil: it is not told.
  func logIn(_ connection: FTPConnection, _ scope: Scope) async throws(DriverError) -> [UInt8]? {
    let request = FTPRequest(.commands([]), .logIn, RemotePath("/"), "")
    let replies = try await connection.perform(request, scope)
    connection.hasLoggedIn = true
    return replies.last { $0.code == 257 }.flatMap { try? FTPAnswer.path($0) }
  }

  private func greet(
    _ connection: FTPConnection,
    _ known: ServerFacts?,
    _ home: [UInt8]?,
    _ scope: Scope
  ) async throws(DriverError) -> ServerFacts {
    func ask(_ commands: [String]) async throws(DriverError) -> [FTPReply] {
      let work = FTPRequest.Work.commands(commands.map { Array("*\($0)".utf8) })
      let request = FTPRequest(work, .look, RemotePath("/"), "")
      return Array(try await connection.perform(request, scope).suffix(commands.count))
    }
    var facts = known ?? ServerFacts(features: FTPFeatures.none, home: home)
    if known == nil, let reply = try await ask(["FEAT"]).last, reply.code == 211 {
      facts.features = FTPFeatures(reply)
    }
    facts.home = home
    var options: [String] = []
    // Some servers take names as UTF-8 only when they are told to.
    if facts.features.hasUTF8, address.encoding.lowercased() == "utf-8" {
      options.append("OPTS UTF8 ON")
    }
    if let command = facts.features.mlstOption { options.append(command) }
    if !options.isEmpty { _ = try await ask(options) }
    return facts
  }

  // MARK: - What libcurl would wait for

  /// The addresses of a name; nil: it is one, or is known without asking (RFC 6761, 6.3).
  private func resolve(_ host: String, _ scope: Scope) async throws(DriverError) -> [String]? {
    if host == "localhost" || host.hasSuffix(".localhost") || NumericAddress.isOne(host) {
      return nil
    }
    let waiting = Waiting<[String]>()
    let lookup = try loop.resolve(host) { waiting.finish($0) }
    let addresses = try await waiting.value(scope)
    lookup.cancel()
    guard !addresses.isEmpty else {
      throw DriverError(
        .dns,
        "the name \(host) has no address",
        pointer: address.proxy == nil ? "/host" : "/proxy/url",
        isRetryable: true
      )
    }
    return addresses
  }

  private func read(_ path: String, _ scope: Scope) async throws(DriverError) -> [UInt8] {
    let result = try await Background.run(.disk, loop, scope) {
      () -> Result<[UInt8], DriverError> in
      Result { () throws(DriverError) in
        let file = try LocalFile(RemotePath(path), O_RDONLY)
        guard try file.entry().kind == .file else {
          throw DriverError(.kindDiffers, "\(path) is no file")
        }
        return try file.read(at: 0, FTPConnector.authoritiesLimit)
      }
    }
    do throws(DriverError) {
      return try result.get()
    } catch {
      var error = error
      error.code = .invalidInput
      error.pointer = "/tls/ca_file"
      throw error
    }
  }
}
