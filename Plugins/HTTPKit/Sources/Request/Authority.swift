internal import CurlKit
package import DriverKit
internal import Glibc

/// Scheme, host and port of a URL: where a connection goes.
package struct Authority {
  /// Whether the connection is encrypted.
  package private(set) var isEncrypted: Bool
  /// The host in ASCII and lower case; an IPv4 address in four parts, an IPv6 one without brackets.
  package private(set) var host = ""
  /// Whether the host is an address, so that no name has to be looked up.
  package private(set) var isNumeric = false
  package private(set) var port: UInt16 = 0

  /// Whether both are of one origin (RFC 6454): credentials for one are for the other.
  package func hasSameOrigin(as other: Authority) -> Bool {
    isEncrypted == other.isEncrypted && port == other.port && host == other.host
  }

  /// Scheme, host and port, without the port that goes without saying.
  package var origin: String { (isEncrypted ? "https://" : "http://") + hostHeader }

  /// Host, and port unless it is the scheme's own: what the header `Host` holds (RFC 9110, section 7.2).
  package var hostHeader: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// What stands between `//` and the path.
  ///
  /// - Parameters:
  ///   - text: What was written.
  ///   - isEncrypted: Whether the scheme is https.
  ///   - pointer: The input that it stood in, for errors.
  /// - Throws: What is wrong with it.
  package init(_ text: [UInt8], isEncrypted: Bool, pointer: String) throws(DriverError) {
    self.isEncrypted = isEncrypted
    var place = text[...]
    try Authority.refuseUserinfo(text, pointer)
    try setPort(&place, pointer)
    try setHost(place, pointer)
  }

  /// A host and a port that were given apart; nil: the scheme's port.
  package init(host: String, port: UInt16?, isEncrypted: Bool) throws(DriverError) {
    self.isEncrypted = isEncrypted
    var name = Array(host.utf8)
    try Authority.refuseUserinfo(name, "/host")
    if name.first != UInt8(ascii: "[") {
      let colons = name.count { $0 == UInt8(ascii: ":") }
      if colons == 1 {
        throw Authority.fault("host is a name or an address alone: give the port in port", "/host")
      }
      if colons > 1 { name = [UInt8(ascii: "[")] + name + [UInt8(ascii: "]")] }
    }
    self.port = port ?? (isEncrypted ? 443 : 80)
    try setHost(name[...], "/host")
  }

  /// Whether a host that may be an address in brackets is followed by a port.
  static func hasPort(_ text: Substring) -> Bool {
    text.reversed().prefix { $0 != "]" }.contains(":")
  }

  // MARK: - Parts

  private static func fault(_ message: String, _ pointer: String) -> DriverError {
    DriverError(.invalidInput, message, pointer: pointer)
  }

  /// Addresses are shown and logged: what stands in one cannot be kept secret.
  private static func refuseUserinfo(_ text: [UInt8], _ pointer: String) throws(DriverError) {
    guard text.contains(UInt8(ascii: "@")) else { return }
    throw fault(
      "a user name or a password must not stand in the address: give them in authentication",
      pointer
    )
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
      guard name.last == UInt8(ascii: "]"), Authority.isIPv6(address) else {
        throw Authority.fault(
          "\"\(String(decoding: address, as: UTF8.self))\" is not an IPv6 address",
          pointer
        )
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
    if let address = Authority.ipv4(host) {
      host = address
      isNumeric = true
    }
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

  /// Whether a text is an IPv6 address, with a zone (RFC 6874) or without.
  private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
    let zone = text.drop { $0 != UInt8(ascii: "%") }
    guard zone.dropFirst().allSatisfy({ isInName($0) || $0 == UInt8(ascii: "%") }) else {
      return false
    }
    var address = in6_addr()
    let digits = String(decoding: text[..<zone.startIndex], as: UTF8.self)
    return unsafe inet_pton(AF_INET6, digits, &address) == 1
  }

  /// An IPv4 address as four numbers; nil for a name.
  ///
  /// `127.1` and `0x7f000001` are addresses too. The corresponding C function is `inet_aton`.
  private static func ipv4(_ host: String) -> String? {
    // Names nearly never begin like that.
    guard let first = host.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else {
      return nil
    }
    var address = in_addr()
    guard unsafe inet_aton(host, &address) != 0 else { return nil }
    let number = UInt32(bigEndian: address.s_addr)
    return [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
  }
}
