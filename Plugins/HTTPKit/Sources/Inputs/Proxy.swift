internal import DriverKit

/// A server that requests go through.
package struct Proxy: Equatable {
  /// How it is spoken to (CURLOPT_PROXY(3)).
  ///
  /// SOCKS proxies look the servers' names up: libcurl would do so by a resolver of its own, and tell whoever
  /// listens there where it goes.
  package enum Scheme: String {
    case http, https, socks4a, socks5h

    init?(written: String) {
      switch written {
      case "socks4": self = .socks4a
      case "socks5": self = .socks5h
      default: self.init(rawValue: written)
      }
    }

    var port: UInt16 {
      switch self {
      case .http: 8080
      case .https: 443
      case .socks4a, .socks5h: 1080
      }
    }
  }

  /// How it is told who asks.
  package enum Method: String {
    case basic, digest, negotiate, ntlm
  }

  var scheme: Scheme
  /// Its name or address in ASCII.
  var host: String
  var port: UInt16
  /// Whether the host is an address, so that no name has to be looked up.
  var isNumeric: Bool
  var user: String?
  var password: String?
  var method: Method
  /// What an https proxy's certificate is checked against.
  var trust: Trust
  /// Which hosts are reached without it.
  var exceptions: ProxyExceptions

  /// Whether messages must not show where it is.
  var isSecret: Bool

  /// What messages call it.
  var display: String { isSecret ? "the proxy (whose URL is secret)" : "the proxy \(url)" }

  /// As libcurl takes it.
  var url: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "\(scheme.rawValue)://\(name):\(port)"
  }

  /// Reads the input `network.proxy`.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ map: borrowing InputMap) throws(DriverError) {
    let value = try map.required("url")
    isSecret = value.isSecret
    let written = try value.string()
    let start = written.prefix { $0 != ":" }
    guard let scheme = Scheme(written: start.lowercased()),
      written.dropFirst(start.count).hasPrefix("://")
    else {
      throw Proxy.fault(
        "begin with http://, https://, socks4://, socks4a://, socks5:// or socks5h://"
      )
    }
    self.scheme = scheme
    let rest = written.dropFirst(start.count + 3)
    let name = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard rest.utf8.count - name.utf8.count <= 1 else { throw Proxy.fault("end behind the port") }
    guard !name.contains("@") else {
      throw Proxy.fault("hold no user name and no password, which go into username and password")
    }
    let authority = try Authority(
      Array((Authority.hasPort(name) ? String(name) : "\(name):\(scheme.port)").utf8),
      isEncrypted: false,
      pointer: "/network/proxy/url"
    )
    (host, port, isNumeric) = (authority.host, authority.port, authority.isNumeric)
    user = try map["username"]?.string()
    password = try map["password"]?.string()
    method = Method(rawValue: try map.required("authentication_method").string()) ?? .basic
    trust = .system
    if !(try map.required("verify").bool()) {
      trust = .anybody
    } else if let text = try map["ca"]?.string(), !text.isEmpty {
      trust = .authorities(Array(text.utf8))
    }
    exceptions = try Proxy.exceptions(map)
  }

  private static func exceptions(
    _ map: borrowing InputMap
  ) throws(DriverError) -> ProxyExceptions {
    guard let value = map["exceptions"] else { return ProxyExceptions([]) }
    let exceptions = ProxyExceptions(try NetworkSettings.texts(value))
    guard let first = exceptions.faults.first else { return exceptions }
    let faults = exceptions.faults.map { "exceptions[\($0.index)]: \($0.reason)" }
    throw DriverError(
      .invalidInput,
      faults.joined(separator: "; "),
      pointer: "\(value.pointer)/\(first.index)"
    )
  }

  private static func fault(_ what: String) -> DriverError {
    DriverError(.invalidInput, "a proxy's url must \(what)", pointer: "/network/proxy/url")
  }
}
