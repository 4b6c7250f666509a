internal import CSSH2
internal import DriverKit
internal import LoopKit

/// Makes connections to servers: straight, or through others.
///
/// On the loop.
struct SSHConnector {
  let loop: Loop
  /// After how many seconds of silence a peer is asked for a sign of life; 0: never.
  var keepAlive = 60
  /// What connections go through that no jump host makes; nil: straight.
  var proxy: Proxy?
  /// Is told of what a person should know.
  let warn: (String) -> Void

  /// Connects and logs in.
  ///
  /// - Parameters:
  ///   - address: The way.
  ///   - scope: How long, beside the way's own limit.
  /// - Throws: Which server could not be reached or does not let us in, and why.
  /// - Returns: The connection to the last server of the way.
  func connect(_ address: AddressInputs, _ scope: Scope) async throws(DriverError) -> SSHConnection
  {
    let limited = try limited(address, scope)
    defer { limited.unlimit() }
    var connection: SSHConnection?
    do throws(DriverError) {
      for stop in address.stops {
        let session = try await open(stop, connection, address.algorithms, limited)
        let jump = connection
        connection = session
        let loggedIn = try await logIn(session, stop, jump, address.algorithms, limited)
        connection = loggedIn
        loggedIn.keepAlive(keepAlive, loop)
      }
    } catch {
      connection?.close()
      throw error
    }
    guard let connection else {
      throw DriverError(.invalidInput, "no host is given", pointer: "/host")
    }
    return connection
  }

  /// Logs in to a server, over further connections to it where one does not do.
  ///
  /// - Parameters:
  ///   - connection: The first one, which `open` has made.
  ///   - stop: The server.
  ///   - jump: What the way leads through; nil: straight.
  ///   - algorithms: What may be used.
  ///   - scope: How long.
  /// - Throws: Why it does not let us in; all connections to it are closed then.
  /// - Returns: The connection that is logged in.
  func logIn(
    _ connection: SSHConnection,
    _ stop: AddressInputs.Stop,
    _ jump: SSHConnection?,
    _ algorithms: AlgorithmInputs,
    _ scope: Scope
  ) async throws(DriverError) -> SSHConnection {
    let progress = LoginProgress(stop.logins)
    var connection = connection
    while true {
      do throws(DriverError) {
        let authenticator = Authenticator(
          transport: connection.transport,
          loop: loop,
          host: stop.name
        )
        if try await authenticator.run(progress, scope) { return connection }
      } catch {
        connection.transport.close()
        throw error
      }
      // Without the hosts in front, which the next one needs too.
      connection.transport.close()
      connection = try await open(stop, jump, algorithms, scope)
    }
  }

  /// A scope that ends when connecting has taken as long as it may.
  ///
  /// - Parameters:
  ///   - address: The way, whose limit it is.
  ///   - scope: Ends it too.
  /// - Throws: That the loop takes no timers any more.
  /// - Returns: The scope, whose time is taken back when all is connected.
  func limited(_ address: AddressInputs, _ scope: Scope) throws(DriverError) -> Scope {
    let limited = Scope(loop, in: scope)
    try limited.limit(
      address.timeout,
      DriverError(
        .timedOut,
        "connecting took longer than connect_timeout, which is \(address.timeout) s",
        pointer: "/connect_timeout",
        isRetryable: true
      )
    )
    return limited
  }

  /// Connects to a server, and looks at its key.
  ///
  /// - Parameters:
  ///   - stop: The server.
  ///   - jump: What the way leads through; nil: straight.
  ///   - algorithms: What may be used.
  ///   - scope: How long.
  /// - Throws: Why it cannot be reached, or that its key is not the right one.
  /// - Returns: A connection that nobody has logged in over.
  func open(
    _ stop: AddressInputs.Stop,
    _ jump: SSHConnection?,
    _ algorithms: AlgorithmInputs,
    _ scope: Scope
  ) async throws(DriverError) -> SSHConnection {
    guard case .fingerprint(let text) = stop.policy, algorithms.hostKey.isEmpty,
      (try? PinnedFingerprint(text)) != nil
    else { return try await attempt(stop, jump, algorithms, Found(), scope) }
    // A fingerprint need not tell which of its keys the server is to show: types that it has shown another key of are
    // left out, until it is the one.
    let supported = SSHLibrary.hostKeyAlgorithms
    let preferred = try HostKeyCheck(stop).preference(supported)
    var groups = HostKeyAlgorithms.ofEachType(preferred.isEmpty ? supported : preferred)
    var first: DriverError?
    while !groups.isEmpty {
      var only = algorithms
      only.hostKey = groups.flatMap { $0 }
      let shown = Found<PublicKey>()
      do throws(DriverError) {
        return try await attempt(stop, jump, only, shown, scope)
      } catch {
        try scope.check()
        guard error.code == .hostKey, let type = shown.value?.plain.type else {
          // Nothing is left that both have.
          if error.code == .unsupported, let first { throw first }
          throw error
        }
        first = first ?? error
        let count = groups.count
        groups.removeAll { $0.contains { HostKeyAlgorithms.keyType(of: $0) == type } }
        if groups.count == count { break }
      }
    }
    throw first ?? DriverError(.unsupported, "libssh2 has no algorithms for host keys")
  }

  private func attempt(
    _ stop: AddressInputs.Stop,
    _ jump: SSHConnection?,
    _ algorithms: AlgorithmInputs,
    _ shown: Found<PublicKey>,
    _ scope: Scope
  ) async throws(DriverError) -> SSHConnection {
    let stream: any ByteStream
    if let jump {
      let kind = ChannelOpener.Kind.connection(host: stop.host, port: stop.port)
      stream = ChannelStream(try await jump.opener.open(kind, scope))
    } else if let proxy {
      stream = try await ProxyConnector(loop: loop, proxy: proxy)
        .connect(stop.host, stop.port, keepAlive, scope)
    } else {
      stream = try await Dialer(loop: loop).connect(stop.host, stop.port, keepAlive, scope)
    }
    let transport = try SSHTransport(stream, loop)
    do throws(DriverError) {
      let check = try HostKeyCheck(stop)
      let handshake = Handshake(transport: transport)
      var algorithms = algorithms
      if algorithms.hostKey.isEmpty {
        algorithms.hostKey = check.preference(SSHLibrary.hostKeyAlgorithms)
      }
      let key = try await handshake.run(algorithms, stop.name, scope)
      shown.value = key
      if let warning = try await check.run(key, loop, scope) { warn(warning) }
      return SSHConnection(transport, name: stop.name, hostKey: key, jump: jump)
    } catch {
      transport.close()
      throw error
    }
  }
}
