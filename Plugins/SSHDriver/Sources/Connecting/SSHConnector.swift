internal import CSSH2
internal import DriverKit

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
        connection = session
        try await Authenticator(transport: session.transport, loop: loop, host: stop.name)
          .run(stop.logins, limited)
        session.keepAlive(keepAlive, loop)
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
    guard case .fingerprint = stop.policy, algorithms.hostKey.isEmpty else {
      return try await attempt(stop, jump, algorithms, scope)
    }
    // A fingerprint does not tell which of its keys the server is to show: each is asked for until it is the one.
    var first: DriverError?
    for names in HostKeyAlgorithms.ofEachType(SSHLibrary.hostKeyAlgorithms) {
      var only = algorithms
      only.hostKey = names
      do throws(DriverError) {
        return try await attempt(stop, jump, only, scope)
      } catch {
        try scope.check()
        guard error.code == .hostKey || error.code == .unsupported else { throw error }
        // A key that is another one says more than one that is not there.
        if first == nil || first?.code == .unsupported { first = error }
      }
    }
    throw first ?? DriverError(.unsupported, "libssh2 has no algorithms for host keys")
  }

  private func attempt(
    _ stop: AddressInputs.Stop,
    _ jump: SSHConnection?,
    _ algorithms: AlgorithmInputs,
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
      if let warning = try await check.run(key, loop, scope) { warn(warning) }
      return SSHConnection(transport, name: stop.name, hostKey: key, jump: jump)
    } catch {
      transport.close()
      throw error
    }
  }
}
