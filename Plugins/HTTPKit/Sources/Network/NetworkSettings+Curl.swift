internal import DriverKit

/// The settings as options of curl(1), without secrets.
extension NetworkSettings {
  /// Whether there is a proxy.
  package var hasProxy: Bool { proxy != nil }

  package var curlOptions: [(option: String, value: String?)] {
    var options: [(option: String, value: String?)] = []
    if let proxy {
      options.append(("--proxy", proxy.isSecret ? "***" : proxy.url))
      if let user = proxy.user { options.append(("--proxy-user", "\(user):***")) }
      if proxy.method != .basic { options.append(("--proxy-\(proxy.method.rawValue)", nil)) }
    }
    if !unixSocket.isEmpty { options.append(("--unix-socket", unixSocket)) }
    for override in overrides {
      let address =
        override.address.utf8.contains(UInt8(ascii: ":"))
        ? "[\(override.address)]" : override.address
      let port = override.port.map(String.init) ?? ""
      options.append(("--connect-to", "\(override.host):\(port):\(address):"))
    }
    if !interface.isEmpty { options.append(("--interface", interface)) }
    switch family {
    case .any: break
    case .ipv4: options.append(("--ipv4", nil))
    case .ipv6: options.append(("--ipv6", nil))
    }
    switch version {
    case .any: break
    case .one: options.append(("--http1.1", nil))
    case .two: options.append(("--http2", nil))
    case .twoAtOnce: options.append(("--http2-prior-knowledge", nil))
    }
    return options
  }
}
