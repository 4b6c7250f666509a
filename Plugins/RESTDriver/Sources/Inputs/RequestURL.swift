internal import CurlKit
internal import DriverKit

/// Where a request goes.
struct RequestURL {
  /// Whether the connection is encrypted.
  private(set) var isEncrypted = false
  /// The host in ASCII and lower case; an IPv6 address without brackets.
  private(set) var host = ""
  /// Whether the host is an address, so that no name has to be looked up.
  private(set) var isNumeric = false
  private(set) var port: UInt16 = 0
  /// The path and the query, percent-encoded; begins with a slash.
  private(set) var rest: [UInt8] = []
  /// Whether messages must not show any of it.
  var isSecret = false
  /// A user name and a password that stood in the URL.
  private(set) var credentials: (user: String, password: String)?

  /// Whether both are of one origin (RFC 6454): credentials for one are for the other.
  func hasSameOrigin(as other: RequestURL) -> Bool {
    isEncrypted == other.isEncrypted && port == other.port && host == other.host
  }

  /// Scheme, host and port, without the port that goes without saying.
  var origin: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    let scheme = isEncrypted ? "https" : "http"
    return port == (isEncrypted ? 443 : 80)
      ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
  }

  /// What libcurl is given and the outputs show: without credentials and without a fragment.
  var text: String { origin + String(decoding: rest, as: UTF8.self) }

  /// What messages show: without the query, which may hold keys.
  var display: String {
    if isSecret { return "the URL (which is secret)" }
    return origin + String(decoding: rest.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
  }

  /// The URL of a text.
  ///
  /// - Parameters:
  ///   - text: What was written.
  ///   - pointer: The input that it stood in, for errors.
  /// - Throws: What is wrong with it.
  init(_ text: Span<UInt8>, pointer: String) throws(DriverError) {
    var place = 0
    guard let isEncrypted = URLScanner.takeScheme(text, &place) else {
      throw RequestURL.fault("the URL must begin with http:// or https://", pointer)
    }
    self.isEncrypted = isEncrypted
    try setAuthority(URLScanner.takeAuthority(text, &place), pointer)
    URLScanner.takeRest(text, &place, into: &rest)
  }

  /// The URL of the inputs `scheme`, `host`, `port`, `base_path` and `path`.
  init(
    isEncrypted: Bool,
    host: String,
    port: UInt16?,
    basePath: String,
    path: String
  ) throws(DriverError) {
    self.isEncrypted = isEncrypted
    var host = Array(host.utf8)
    if host.contains(UInt8(ascii: ":")), host.first != UInt8(ascii: "[") {
      host = [UInt8(ascii: "[")] + host + [UInt8(ascii: "]")]
    }
    try setAuthority(host, "/host")
    if let port { self.port = port }
    for part in [basePath, path] where !part.isEmpty {
      if rest.last == UInt8(ascii: "/") { rest.removeLast() }
      if part.utf8.first != UInt8(ascii: "/"), part.utf8.first != UInt8(ascii: "?") {
        rest.append(UInt8(ascii: "/"))
      }
      for byte in part.utf8.prefix(while: { $0 != UInt8(ascii: "#") }) {
        PercentEncoding.appendWritten(byte, to: &rest)
      }
    }
    if rest.first != UInt8(ascii: "/") { rest.insert(UInt8(ascii: "/"), at: 0) }
  }

  /// Adds parameters to the query.
  mutating func append(_ parameters: Parameters) {
    let hasQuery = rest.contains(UInt8(ascii: "?"))
    let before = rest.count
    if !hasQuery { rest.append(UInt8(ascii: "?")) }
    let isOpen = !hasQuery || rest.last == UInt8(ascii: "?") || rest.last == UInt8(ascii: "&")
    parameters.appendQuery(to: &rest, startsWithSeparator: !isOpen)
    // Nothing was added: neither is the question mark.
    if !hasQuery, rest.count == before + 1 { rest.removeLast() }
  }

  /// Takes the credentials out: whoever redirects may not choose them.
  mutating func dropCredentials() { credentials = nil }

  private static func fault(_ message: String, _ pointer: String) -> DriverError {
    DriverError(.invalidInput, message, pointer: pointer)
  }

  // MARK: - Parts

  private mutating func setAuthority(
    _ authority: [UInt8],
    _ pointer: String
  ) throws(DriverError) {
    var place = authority[...]
    if let at = place.lastIndex(of: UInt8(ascii: "@")) {
      try setCredentials(place[..<at], pointer)
      place = place[(at + 1)...]
    }
    try setPort(&place, pointer)
    try setHost(place, pointer)
  }

  private mutating func setCredentials(
    _ userinfo: ArraySlice<UInt8>,
    _ pointer: String
  ) throws(DriverError) {
    let parts = userinfo.split(
      separator: UInt8(ascii: ":"),
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    guard let user = PercentEncoding.decode(parts[0]),
      let password = parts.count > 1 ? PercentEncoding.decode(parts[1]) : ""
    else {
      throw RequestURL.fault("the user name or the password in the URL is not UTF-8", pointer)
    }
    credentials = (user, password)
  }

  /// Takes a port off the end.
  private mutating func setPort(
    _ authority: inout ArraySlice<UInt8>,
    _ pointer: String
  ) throws(DriverError) {
    port = isEncrypted ? 443 : 80
    guard let colon = authority.lastIndex(of: UInt8(ascii: ":")),
      !authority[colon...].contains(UInt8(ascii: "]"))
    else { return }
    let digits = authority[(colon + 1)...]
    authority = authority[..<colon]
    // "host:" means the default port (RFC 3986, section 3.2.3).
    if digits.isEmpty { return }
    guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let number = UInt16(String(decoding: digits, as: UTF8.self)), number > 0
    else {
      throw RequestURL.fault("the port in the URL must be from 1 to 65535", pointer)
    }
    port = number
  }

  private mutating func setHost(
    _ name: ArraySlice<UInt8>,
    _ pointer: String
  ) throws(DriverError) {
    guard !name.isEmpty else { throw RequestURL.fault("the URL names no host", pointer) }
    if name.first == UInt8(ascii: "[") {
      let address = name.dropFirst().dropLast()
      guard name.last == UInt8(ascii: "]"), !address.isEmpty,
        address.allSatisfy(RequestURL.isInAddress)
      else {
        throw RequestURL.fault("the IPv6 address in the URL is not one", pointer)
      }
      host = String(decoding: address, as: UTF8.self).lowercased()
      isNumeric = true
      return
    }
    if name.allSatisfy(RequestURL.isInName) {
      host = String(decoding: name.map(RequestURL.lowercased), as: UTF8.self)
    } else {
      let written = String(decoding: name, as: UTF8.self)
      guard let ascii = InternationalName.ascii(written), ascii.utf8.allSatisfy(RequestURL.isInName)
      else {
        throw RequestURL.fault("\"\(written)\" is not the name of a host", pointer)
      }
      host = ascii.lowercased()
    }
    isNumeric = RequestURL.isIPv4(host)
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  private static func isInName(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  /// Digits of an IPv6 address, and a zone (RFC 6874).
  private static func isInAddress(_ byte: UInt8) -> Bool {
    isInName(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
  }

  /// Whether libcurl takes a host for an IPv4 address: its last part is a number.
  ///
  /// `127.1` and `0x7f000001` are addresses too.
  private static func isIPv4(_ host: String) -> Bool {
    let last = host.utf8.split(separator: UInt8(ascii: ".")).last ?? host.utf8[...]
    if last.starts(with: "0x".utf8) { return true }
    return last.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}

/// Takes a URL's text apart from its beginning; `place` is how far that has come.
private enum URLScanner {
  /// Takes `http://` or `https://`: whether it is the latter; nil if it is neither.
  static func takeScheme(_ text: Span<UInt8>, _ place: inout Int) -> Bool? {
    if take("https://", text, &place) { return true }
    if take("http://", text, &place) { return false }
    return nil
  }

  /// Takes what stands before the path, the query or the fragment.
  static func takeAuthority(_ text: Span<UInt8>, _ place: inout Int) -> [UInt8] {
    var authority: [UInt8] = []
    while place < text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
        break
      }
      authority.append(byte)
      place += 1
    }
    return authority
  }

  /// Takes path and query.
  static func takeRest(_ text: Span<UInt8>, _ place: inout Int, into rest: inout [UInt8]) {
    rest.reserveCapacity(text.count - place + 1)
    if place == text.count || text[place] != UInt8(ascii: "/") { rest.append(UInt8(ascii: "/")) }
    while place < text.count, text[place] != UInt8(ascii: "#") {
      PercentEncoding.appendWritten(text[place], to: &rest)
      place += 1
    }
  }

  /// Takes a prefix in any case.
  ///
  /// The prefix is in lower case, and its signs have no other case.
  private static func take(_ prefix: String, _ text: Span<UInt8>, _ place: inout Int) -> Bool {
    guard text.count >= prefix.utf8.count else { return false }
    for (index, expected) in prefix.utf8.enumerated() {
      let byte = text[index]
      let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      if (isUpper ? byte | 0x20 : byte) != expected { return false }
    }
    place = prefix.utf8.count
    return true
  }
}
