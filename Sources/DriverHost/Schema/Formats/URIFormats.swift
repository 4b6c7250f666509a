/// URIs (RFC 3986) and IRIs (RFC 3987).
enum URIFormats {
  /// Whether a text is a URI or an IRI; without a scheme also a relative reference.
  static func isURI(_ text: String, isInternational: Bool, needsScheme: Bool) -> Bool {
    guard isInternational || text.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
    let parts = URIReference(text)
    let check = Check(isInternational: isInternational)
    if let scheme = parts.scheme {
      guard isScheme(scheme) else { return false }
    } else if needsScheme {
      return false
    } else if parts.authority == nil,
      parts.path.prefix(while: { $0 != "/" }).utf8.contains(UInt8(ascii: ":"))
    {
      // The first segment of a relative path has no colon (section 4.2).
      return false
    }
    if let authority = parts.authority, !check.isAuthority(authority) { return false }
    return check.isMadeOf(parts.path, also: "/:@")
      && check.isMadeOf(parts.query ?? "", also: "/?:@", isQuery: true)
      && check.isMadeOf(parts.fragment ?? "", also: "/?:@")
  }

  /// Whether a text is a URI of the form that nearly all have: a scheme, `://`, a name, a port, and
  /// a path, query and fragment of ASCII without escapes.
  ///
  /// It costs a fraction of the whole check, which tells of all others.
  static func isPlainURL(_ text: String) -> Bool {
    let bytes = text.utf8Span.span
    var index = 0
    func skip(_ kinds: UInt8) {
      while index < bytes.count, kinds & kind[Int(bytes[index])] != 0 { index += 1 }
    }
    guard bytes.count > 0, bytes[0].isASCIILetter else { return false }
    skip(letterOrDigit)
    guard index + 3 < bytes.count, bytes[index] == UInt8(ascii: ":"),
      bytes[index + 1] == UInt8(ascii: "/"), bytes[index + 2] == UInt8(ascii: "/")
    else { return false }
    index += 3
    skip(letterOrDigit | hostMark)
    if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
      index += 1
      while index < bytes.count, bytes[index].isASCIIDigit { index += 1 }
    }
    guard index < bytes.count else { return true }
    guard bytes[index] == UInt8(ascii: "/") else { return false }
    skip(letterOrDigit | hostMark | pathMark)
    if index < bytes.count, bytes[index] == UInt8(ascii: "?") {
      index += 1
      skip(letterOrDigit | hostMark | pathMark | queryMark)
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "#") {
      index += 1
      skip(letterOrDigit | hostMark | pathMark | queryMark)
    }
    return index == bytes.count
  }

  private static let letterOrDigit: UInt8 = 1
  private static let hostMark: UInt8 = 2
  private static let pathMark: UInt8 = 4
  private static let queryMark: UInt8 = 8

  /// Where each byte may stand.
  private static let kind: [UInt8] = (0...255).map { byte in
    let byte = UInt8(byte)
    if byte.isASCIILetter || byte.isASCIIDigit { return letterOrDigit }
    if "-._~!$&'()*+,;=".utf8.contains(byte) { return hostMark }
    if "/:@".utf8.contains(byte) { return pathMark }
    return byte == UInt8(ascii: "?") ? queryMark : 0
  }

  /// Section 3.1.
  private static func isScheme(_ scheme: String) -> Bool {
    guard scheme.utf8.first?.isASCIILetter == true else { return false }
    return scheme.utf8.allSatisfy {
      $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0)
    }
  }

  private struct Check {
    var isInternational: Bool

    /// Whether a part holds only unreserved characters, sub-delims, escapes and these others.
    func isMadeOf(_ part: String, also others: String, isQuery: Bool = false) -> Bool {
      var escapeDigits = 0
      for scalar in part.unicodeScalars {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        if escapeDigits > 0 {
          guard scalar.isASCII, byte.isASCIIHexDigit else { return false }
          escapeDigits -= 1
        } else if scalar == "%" {
          escapeDigits = 2
        } else if scalar.isASCII {
          guard
            byte.isASCIILetter || byte.isASCIIDigit || "-._~!$&'()*+,;=".utf8.contains(byte)
              || others.utf8.contains(byte)
          else { return false }
        } else if !isInternational || !isUCSCharacter(scalar.value, isQuery) {
          return false
        }
      }
      return escapeDigits == 0
    }

    /// Section 3.2.
    func isAuthority(_ authority: String) -> Bool {
      var rest = Substring(authority)
      if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
        guard isMadeOf(String(rest[..<at]), also: ":") else { return false }
        rest = rest[rest.utf8.index(after: at)...]
      }
      if rest.utf8.first == UInt8(ascii: "[") {
        guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "]")) else { return false }
        let literal = Array(rest[..<end].utf8.dropFirst())
        guard HostFormats.isIPv6(literal[...]) || isFutureAddress(literal) else { return false }
        rest = rest[rest.utf8.index(after: end)...]
      } else {
        let host = rest.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard isMadeOf(String(Substring(host)), also: "") else { return false }
        rest = rest[host.endIndex...]
      }
      guard rest.utf8.first == UInt8(ascii: ":") else { return rest.isEmpty }
      return rest.utf8.dropFirst().allSatisfy(\.isASCIIDigit)
    }

    /// `IPvFuture` (section 3.2.2).
    private func isFutureAddress(_ bytes: [UInt8]) -> Bool {
      guard let first = bytes.first, first | 0x20 == UInt8(ascii: "v"),
        let dot = bytes.firstIndex(of: UInt8(ascii: ".")), dot > 1, dot + 1 < bytes.count
      else { return false }
      return bytes[1..<dot].allSatisfy(\.isASCIIHexDigit)
        && isMadeOf(String(decoding: bytes[(dot + 1)...], as: UTF8.self), also: ":")
    }

    /// `ucschar`, and `iprivate` in a query (RFC 3987, section 2.2).
    private func isUCSCharacter(_ value: UInt32, _ isQuery: Bool) -> Bool {
      switch value {
      case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
      case 0x10000...0xEFFFD: value & 0xFFFF <= 0xFFFD && !(0xE0000...0xE0FFF).contains(value)
      case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: isQuery
      default: false
      }
    }
  }
}
