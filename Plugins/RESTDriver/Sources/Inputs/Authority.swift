internal import CurlKit
internal import DriverKit

/// Scheme, host and port of a URL: where a connection goes.
struct Authority {
  /// Whether the connection is encrypted.
  private(set) var isEncrypted: Bool
  /// The host in ASCII and lower case; an IPv6 address without brackets.
  private(set) var host = ""
  /// Whether the host is an address, so that no name has to be looked up.
  private(set) var isNumeric = false
  private(set) var port: UInt16 = 0
  /// A user name and a password that stood before the host.
  private(set) var credentials: (user: String, password: String)?

  /// Whether both are of one origin (RFC 6454): credentials for one are for the other.
  func hasSameOrigin(as other: Authority) -> Bool {
    isEncrypted == other.isEncrypted && port == other.port && host == other.host
  }

  /// Scheme, host and port, without the port that goes without saying.
  var origin: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    let scheme = isEncrypted ? "https" : "http"
    return port == (isEncrypted ? 443 : 80)
      ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
  }

  /// What stands between `//` and the path.
  ///
  /// - Parameters:
  ///   - text: What was written.
  ///   - isEncrypted: Whether the scheme is https.
  ///   - pointer: The input that it stood in, for errors.
  /// - Throws: What is wrong with it.
  init(_ text: [UInt8], isEncrypted: Bool, pointer: String) throws(DriverError) {
    self.isEncrypted = isEncrypted
    var place = text[...]
    if let at = place.lastIndex(of: UInt8(ascii: "@")) {
      try setCredentials(place[..<at], pointer)
      place = place[(at + 1)...]
    }
    try setPort(&place, pointer)
    try setHost(place, pointer)
  }

  /// A host and a port that were given apart; nil: the scheme's port.
  init(host: String, port: UInt16?, isEncrypted: Bool) throws(DriverError) {
    self.isEncrypted = isEncrypted
    var name = Array(host.utf8)
    if name.contains(UInt8(ascii: ":")), name.first != UInt8(ascii: "[") {
      name = [UInt8(ascii: "[")] + name + [UInt8(ascii: "]")]
    }
    self.port = port ?? (isEncrypted ? 443 : 80)
    try setHost(name[...], "/host")
  }

  /// Takes the credentials out: whoever redirects may not choose them.
  mutating func dropCredentials() { credentials = nil }

  // MARK: - Parts

  private static func fault(_ message: String, _ pointer: String) -> DriverError {
    DriverError(.invalidInput, message, pointer: pointer)
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
      throw Authority.fault("the user name or the password in the URL is not UTF-8", pointer)
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
      throw Authority.fault("the port in the URL must be from 1 to 65535", pointer)
    }
    port = number
  }

  private mutating func setHost(
    _ name: ArraySlice<UInt8>,
    _ pointer: String
  ) throws(DriverError) {
    guard !name.isEmpty else { throw Authority.fault("the URL names no host", pointer) }
    if name.first == UInt8(ascii: "[") {
      let address = name.dropFirst().dropLast()
      guard name.last == UInt8(ascii: "]"), !address.isEmpty,
        address.allSatisfy(Authority.isInAddress)
      else {
        throw Authority.fault("the IPv6 address in the URL is not one", pointer)
      }
      host = String(decoding: address, as: UTF8.self).lowercased()
      isNumeric = true
      return
    }
    if name.allSatisfy(Authority.isInName) {
      host = String(decoding: name.map(Authority.lowercased), as: UTF8.self)
    } else {
      let written = String(decoding: name, as: UTF8.self)
      guard let ascii = InternationalName.ascii(written), ascii.utf8.allSatisfy(Authority.isInName)
      else {
        throw Authority.fault("\"\(written)\" is not the name of a host", pointer)
      }
      host = ascii.lowercased()
    }
    isNumeric = Authority.isIPv4(host)
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
