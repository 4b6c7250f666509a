internal import DriverHost

/// Where a call's server is, as its x-address inputs say.
struct ServerAddress: Sendable, Hashable {
  var host: String
  var port: Int

  /// The ports that schemes have where a URL names none.
  private static let ports = [
    "http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22,
    "ldap": 389, "ldaps": 636, "smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "mqtt": 1883,
    "amqp": 5672, "redis": 6379, "postgresql": 5432, "mysql": 3306,
  ]

  /// The server of complete inputs; nil where they do not say.
  init?(_ inputs: ValueMap, _ fields: [InputField]) {
    func first(_ address: String) -> Value? {
      fields.first { $0.address == address && inputs[$0.name] != nil }.flatMap { inputs[$0.name] }
    }
    if let host = first("host")?.stringValue, let port = first("port")?.intValue {
      self.init(host: host, port: Int(port))
      return
    }
    guard let url = first("url")?.stringValue, let parsed = ServerAddress(url: url) else {
      return nil
    }
    self = parsed
  }

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// The server of a URL (RFC 3986, section 3.2).
  init?(url: String) {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty, parts[0].hasSuffix(":") else { return nil }
    let authority = parts[2].split(separator: "@").last ?? ""
    guard let first = authority.first else { return nil }
    let scheme = parts[0].dropLast().lowercased()
    var (host, rest): (Substring, Substring)
    if first == "[", let end = authority.firstIndex(of: "]") {
      host = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
    } else {
      host = authority.prefix { $0 != ":" }
      rest = authority.dropFirst(host.count)
    }
    rest = rest.dropFirst()
    guard let port = rest.isEmpty ? ServerAddress.ports[scheme] : Int(rest) else { return nil }
    self.init(host: String(host), port: port)
  }
}
