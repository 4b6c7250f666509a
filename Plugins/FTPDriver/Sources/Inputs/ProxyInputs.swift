internal import DriverKit

/// A server that all connections go through: the input `proxy`.
struct ProxyInputs: Sendable {
  /// Scheme, host and port as libcurl takes them.
  let url: String
  /// The proxy's own name or address, without brackets.
  let host: String
  let port: Int
  let user: String?
  let password: String?

  /// Reads the members of the input.
  ///
  /// - Parameter map: The members.
  /// - Throws: `.invalidInput`, which says what is wrong with the URL.
  init(_ map: borrowing InputMap) throws(DriverError) {
    let written = try map.required("url").string()
    let start = written.prefix { $0 != ":" }
    let schemes = [
      "http": ("http", 8080), "socks4": ("socks4a", 1080), "socks4a": ("socks4a", 1080),
      "socks5": ("socks5h", 1080), "socks5h": ("socks5h", 1080),
    ]
    // SOCKS proxies look names up themselves: whoever listens to our resolver is not told where it goes.
    guard let (scheme, usual) = schemes[start.lowercased()],
      written.dropFirst(start.count).hasPrefix("://")
    else {
      throw ProxyInputs.fault("begin with http://, socks4a:// or socks5h://")
    }
    var rest = written.dropFirst(start.count + 3)
    if rest.hasSuffix("/") { rest.removeLast() }
    guard !rest.contains("@") else {
      throw ProxyInputs.fault("hold no user and no password, which go into username and password")
    }
    guard let (host, port) = ProxyInputs.place(rest, usual) else {
      throw ProxyInputs.fault("be SCHEME://HOST:PORT, with an address of IPv6 in brackets")
    }
    (self.host, self.port) = (host, port)
    url = "\(scheme)://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
    user = try map["username"]?.string()
    password = try map["password"]?.string()
    guard user != nil || password == nil else {
      throw DriverError(
        .invalidInput,
        "there is a password for the proxy and no user: give proxy.username",
        pointer: "/proxy/username"
      )
    }
  }

  /// Takes host and port apart; nil: that is none.
  private static func place(_ text: Substring, _ usual: Int) -> (host: String, port: Int)? {
    var host = text
    var rest: Substring = ""
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      rest = text[colon...]
    }
    let isName = host.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "/") }
    guard !host.isEmpty, host.utf8.count <= 253, isName else { return nil }
    if rest.isEmpty { return (String(host), usual) }
    guard rest.first == ":", let port = Int(rest.dropFirst()), 1...65535 ~= port else { return nil }
    return (String(host), port)
  }

  private static func fault(_ what: String) -> DriverError {
    DriverError(.invalidInput, "a proxy's url must \(what)", pointer: "/proxy/url")
  }
}
