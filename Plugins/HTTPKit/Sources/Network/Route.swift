internal import DriverKit

/// How a server is reached, where that is not straight.
///
/// Nearly always there is none, and then it is to cost nothing: so it is an object, which does not change.
final class Route: Equatable {
  let proxy: Proxy?
  /// The address that is connected to in place of the server's name; nil: what the name has.
  let address: String?
  /// The path of a socket to connect to; empty: the network.
  let unixSocket: String
  /// As CURLOPT_INTERFACE takes it; empty: any.
  let interface: String
  let version: NetworkSettings.Version
  let keepsConnections: Bool

  /// The way to a server.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - network: The settings.
  ///   - candidate: One of its addresses, where that matters.
  init(to server: Authority, by network: NetworkSettings, candidate: String? = nil) {
    unixSocket = network.unixSocket
    interface = network.interface
    version = network.version
    keepsConnections = network.keepsConnections
    proxy = unixSocket.isEmpty ? network.proxy(to: server) : nil
    address = unixSocket.isEmpty ? candidate ?? network.override(of: server) : nil
  }

  static func == (left: Route, right: Route) -> Bool {
    if left === right { return true }
    return left.proxy == right.proxy && left.address == right.address
      && left.unixSocket == right.unixSocket && left.interface == right.interface
      && left.version == right.version && left.keepsConnections == right.keepsConnections
  }

  /// Whether the connection's other end is not the server itself.
  var isIndirect: Bool { proxy != nil || !unixSocket.isEmpty }

  /// The line for CURLOPT_CONNECT_TO; nil: none.
  var connectTo: String? {
    address.map { $0.utf8.contains(UInt8(ascii: ":")) ? "::[\($0)]:" : "::\($0):" }
  }
}

extension Exchange {
  /// A name whose addresses libcurl has to know.
  struct Target {
    var host: String
    var port: UInt16
    var isNumeric: Bool

    /// Whether nothing has to be looked up; libcurl knows localhost by itself (RFC 6761, section 6.3).
    var isKnown: Bool { isNumeric || host == "localhost" || host.hasSuffix(".localhost") }
  }

  /// What is connected to: the server, or the proxy in front of it; nil where no name is needed.
  var target: Target? {
    if let proxy = route?.proxy {
      return Target(host: proxy.host, port: proxy.port, isNumeric: proxy.isNumeric)
    }
    guard route?.unixSocket.isEmpty ?? true, route?.address == nil else { return nil }
    let server = request.url.authority
    return Target(host: server.host, port: server.port, isNumeric: server.isNumeric)
  }

  // MARK: - Who may be asked

  /// Looks whether the server may be asked, by its name.
  ///
  /// - Throws: `.forbidden` with the rule that says no.
  func checkName() throws(DriverError) {
    let policy: HostPolicy
    if let given = request.network?.policy {
      policy = given
    } else if route?.proxy != nil {
      // No address is seen there, so that what the URL says has to do.
      policy = .standard
    } else {
      return
    }
    if let reason = policy.refusal(ofName: request.url.authority.host) { throw denied(reason) }
  }

  /// Looks whether an address may be connected to; nil: it may.
  func refusal(of address: NetworkAddress) -> DriverError? {
    // That of a proxy is nobody's choice but that of whoever wrote the inputs.
    if route?.isIndirect == true { return nil }
    let policy = request.network?.policy ?? .standard
    let host = request.url.authority.host
    return policy.refusal(ofAddress: address, name: host).map { denied($0) }
  }

  private func denied(_ reason: String) -> DriverError {
    let server = request.url.isSecret ? "the server (whose URL is secret)" : request.url.origin
    return DriverError(
      .forbidden,
      "\(server) must not be asked: \(request.url.isSecret ? "network.denied_hosts says so" : reason)",
      pointer: redirects.isEmpty ? request.addressPointer : "/network"
    )
  }
}
