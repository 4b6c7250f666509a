/// Names and addresses of hosts.
enum HostFormats {
  /// A host name (RFC 1123, section 2.1), whose `xn--` labels are names of RFC 5890.
  static func isHostname(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (1...253).contains(bytes.count) else { return false }
    return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { label in
        guard (1...63).contains(label.count),
          label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
          label.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") })
        else { return false }
        let name = String(decoding: label, as: UTF8.self).lowercased()
        return !name.hasPrefix("xn--") || IDNA.isALabel(name)
      }
  }

  /// An internationalized host name (RFC 5890, section 2.3.2.3), in either form of each label.
  static func isInternationalHostname(_ text: String) -> Bool {
    // What people type for a dot (RFC 3490, section 3.1).
    let dots: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]
    let labels = text.unicodeScalars.split(omittingEmptySubsequences: false) { dots.contains($0) }
    var length = labels.count - 1
    for label in labels {
      guard let size = IDNA.length(of: String(label)) else { return false }
      length += size
    }
    return length <= 253
  }

  /// Four numbers of 0 to 255 without leading zeros (RFC 2673, section 3.2).
  static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard (1...3).contains(part.count), part.allSatisfy(\.isASCIIDigit) else { return false }
        if part.count > 1, part.first == UInt8(ascii: "0") { return false }
        return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
      }
  }

  /// An IPv6 address without a zone (RFC 4291, section 2.2).
  static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    let colon = UInt8(ascii: ":")
    var groups = 0
    var hasGap = false
    var rest = bytes
    if rest.first == colon {
      guard rest.dropFirst().first == colon else { return false }
      rest = rest.dropFirst(2)
      hasGap = true
    }
    while !rest.isEmpty {
      let group = rest.prefix { $0 != colon }
      rest = rest.dropFirst(group.count)
      if rest.isEmpty, group.contains(UInt8(ascii: ".")) {
        guard isIPv4(group) else { return false }
        groups += 2
        break
      }
      guard (1...4).contains(group.count), group.allSatisfy(\.isASCIIHexDigit) else {
        return false
      }
      groups += 1
      guard rest.take(colon) else { break }
      if rest.take(colon) {
        if hasGap { return false }
        hasGap = true
      } else if rest.isEmpty {
        return false
      }
    }
    return hasGap ? groups <= 7 : groups == 8
  }
}
