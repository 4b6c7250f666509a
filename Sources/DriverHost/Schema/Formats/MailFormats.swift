/// Addresses of mailboxes.
enum MailFormats {
  /// `Mailbox` (RFC 5321, section 4.1.2; RFC 6531, section 3.3, for international ones).
  static func isMailbox(_ text: String, isInternational: Bool) -> Bool {
    let bytes = Array(text.utf8)
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let local = bytes[..<at]
    let domain = bytes[(at + 1)...]
    // 64 octets: section 4.5.3.1.1.
    guard (1...64).contains(local.count), isLocalPart(local, isInternational) else {
      return false
    }
    if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") {
      return isAddressLiteral(domain.dropFirst().dropLast())
    }
    let name = String(decoding: domain, as: UTF8.self)
    return isInternational
      ? HostFormats.isInternationalHostname(name) : HostFormats.isHostname(name)
  }

  private static func isLocalPart(_ bytes: ArraySlice<UInt8>, _ isInternational: Bool) -> Bool {
    let quote = UInt8(ascii: "\"")
    if bytes.count >= 2, bytes.first == quote, bytes.last == quote {
      return isQuoted(bytes.dropFirst().dropLast(), isInternational)
    }
    return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { atom in
        !atom.isEmpty && atom.allSatisfy { isAtomText($0) || isInternational && $0 >= 0x80 }
      }
  }

  /// `QcontentSMTP`: printable characters, with `\` before quotes and itself.
  private static func isQuoted(_ bytes: ArraySlice<UInt8>, _ isInternational: Bool) -> Bool {
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst(), (0x20...0x7E).contains(escaped) else { return false }
      case UInt8(ascii: "\""): return false
      case 0x20...0x7E: continue
      default:
        guard isInternational, byte >= 0x80 else { return false }
      }
    }
    return true
  }

  /// `atext` (RFC 5322, section 3.2.3).
  private static func isAtomText(_ byte: UInt8) -> Bool {
    byte.isASCIILetter || byte.isASCIIDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isAddressLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
    let tag = Array("ipv6:".utf8)
    if bytes.count > tag.count, bytes.prefix(tag.count).map({ $0 | 0x20 }) == tag {
      return HostFormats.isIPv6(bytes.dropFirst(tag.count))
    }
    return HostFormats.isIPv4(bytes)
  }
}
