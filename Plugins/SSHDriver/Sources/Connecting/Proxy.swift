internal import DriverKit

/// A server that makes the first connection of a way for us.
///
/// The input `proxy`, in the shape that other drivers have it.
struct Proxy: Sendable, Equatable {
  /// How it is asked for a connection.
  enum Scheme: String, Sendable {
    /// The method CONNECT of HTTP (RFC 9110, 9.3.6).
    case http
    /// SOCKS version 5 (RFC 1928), which looks names up itself.
    case socks5h

    /// The port where a URL names none, as other drivers and curl have it.
    var port: Int {
      switch self {
      case .http: 8080
      case .socks5h: 1080
      }
    }
  }

  /// Who asks.
  struct Credentials: Sendable, Equatable {
    var user: String
    var password: String
  }

  var scheme: Scheme
  /// A name or an address; IPv6 without brackets.
  var host: String
  var port: Int
  /// Nil: it is not told who asks.
  var credentials: Credentials?

  /// What messages call it: a URL, which holds no credentials.
  var name: String { "\(scheme.rawValue)://\(Proxy.authority(host, port))" }

  /// Reads the input.
  ///
  /// - Parameter inputs: Its members.
  /// - Throws: `.invalidInput` or `.unsupported`, which names the member at fault.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    try self.init(
      url: try inputs.required("url").string(),
      user: try inputs["username"]?.string(),
      password: try inputs["password"]?.string()
    )
  }

  /// A proxy.
  ///
  /// - Parameters:
  ///   - url: Scheme, host and port, without credentials.
  ///   - user: The user; nil: none.
  ///   - password: The password; nil: none.
  /// - Throws: `.invalidInput` or `.unsupported`, which names the member at fault.
  init(url: String, user: String?, password: String?) throws(DriverError) {
    let start = url.prefix { $0 != ":" }
    guard url.dropFirst(start.count).hasPrefix("://") else {
      throw Proxy.fault("the URL of a proxy must begin with http://, socks5:// or socks5h://")
    }
    scheme = try Proxy.scheme(start.lowercased())
    var rest = url.dropFirst(start.count + 3)
    if rest.hasSuffix("/") { rest.removeLast() }
    guard !rest.contains("@") else {
      throw Proxy.fault("the URL of a proxy holds no user and no password: give username, password")
    }
    guard let (host, port) = Proxy.place(rest, scheme.port) else {
      throw Proxy.fault(
        "the URL of a proxy must be SCHEME://HOST:PORT, with an address of IPv6 in brackets"
      )
    }
    (self.host, self.port) = (host, port)
    credentials = try Proxy.credentials(user, password, scheme)
  }

  private static func scheme(_ text: String) throws(DriverError) -> Scheme {
    switch text {
    case "http": return .http
    case "socks5", "socks5h": return .socks5h
    case "https":
      throw fault(
        "a proxy of https is not spoken to, since this driver has no TLS: give an http or socks5h one",
        code: .unsupported
      )
    case "socks4", "socks4a":
      throw fault(
        "a proxy of SOCKS 4 is not spoken to: give a socks5h or http one",
        code: .unsupported
      )
    default:
      throw fault("a proxy's scheme is http, socks5 or socks5h, and not \(text)")
    }
  }

  /// Takes host and port apart; nil: that is none.
  private static func place(_ text: Substring, _ usual: Int) -> (host: String, port: Int)? {
    var host = text
    var rest: Substring = ""
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      guard host.contains(":"), SocketAddress(String(host), port: usual) != nil else { return nil }
      rest = text[text.index(after: end)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      rest = text[colon...]
    }
    guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
      !host.contains(where: { "/?#\\".contains($0) })
    else { return nil }
    if rest.isEmpty { return (String(host), usual) }
    guard rest.first == ":", rest.dropFirst().utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let port = Int(rest.dropFirst()), 1...65535 ~= port
    else { return nil }
    return (String(host), port)
  }

  private static func credentials(
    _ user: String?,
    _ password: String?,
    _ scheme: Scheme
  ) throws(DriverError) -> Credentials? {
    guard let user else {
      guard password == nil else {
        throw fault("there is a password for the proxy and no username", "/proxy/username")
      }
      return nil
    }
    switch scheme {
    case .http:
      guard !user.contains(":") else {
        throw fault("a user of basic authentication has no colon (RFC 7617)", "/proxy/username")
      }
    case .socks5h:
      for (text, member) in [(user, "username"), (password ?? "", "password")] {
        guard 1...255 ~= text.utf8.count else {
          throw fault(
            "SOCKS takes 1 to 255 bytes as a \(member) (RFC 1929)",
            "/proxy/\(member)"
          )
        }
      }
    }
    return Credentials(user: user, password: password ?? "")
  }

  private static func fault(
    _ message: String,
    _ pointer: String = "/proxy/url",
    code: DriverError.Code = .invalidInput
  ) -> DriverError {
    DriverError(code, message, pointer: pointer)
  }

  /// `HOST:PORT`, with an address of IPv6 in brackets.
  static func authority(_ host: String, _ port: Int) -> String {
    host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
