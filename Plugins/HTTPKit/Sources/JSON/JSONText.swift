/// Strings as JSON writes them (RFC 8259, section 7).
package enum JSONText {
  /// Appends a text with its quotation marks, on one line.
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes += Array("\\b".utf8)
      case 0x09: bytes += Array("\\t".utf8)
      case 0x0A: bytes += Array("\\n".utf8)
      case 0x0C: bytes += Array("\\f".utf8)
      case 0x0D: bytes += Array("\\r".utf8)
      case 0..<0x20:
        bytes += Array("\\u00".utf8)
        bytes += [digit(byte >> 4), digit(byte & 15)]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What stands between two quotation marks, without its escapes, in UTF-8.
  ///
  /// Half of a surrogate pair and an escape that is none become U+FFFD; no valid document has them.
  static func decoded(_ range: Range<Int>, in bytes: Span<UInt8>) -> [UInt8] {
    let range = range.clamped(to: 0..<bytes.count)
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var place = range.lowerBound
    while place < range.upperBound {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\\") {
        let scalar = takeEscape(&place, before: range.upperBound, in: bytes)
        text += Array(String(Character(scalar)).utf8)
      } else {
        text.append(byte)
      }
    }
    return text
  }

  private static let replacement: Unicode.Scalar = "\u{FFFD}"

  /// Takes an escape whose backslash has been taken.
  private static func takeEscape(
    _ place: inout Int,
    before end: Int,
    in bytes: Span<UInt8>
  ) -> Unicode.Scalar {
    guard place < end else { return replacement }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"): break
    default: return replacement
    }
    guard let high = takeUnit(&place, before: end, in: bytes) else { return replacement }
    guard high >> 10 == 0x36 else { return Unicode.Scalar(high) ?? replacement }
    // The lower half stays where it is unless it is one.
    var next = place
    guard end - next >= 6, bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u")
    else { return replacement }
    next += 2
    guard let low = takeUnit(&next, before: end, in: bytes), low >> 10 == 0x37 else {
      return replacement
    }
    place = next
    return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) ?? replacement
  }

  private static func takeUnit(
    _ place: inout Int,
    before end: Int,
    in bytes: Span<UInt8>
  ) -> UInt32? {
    guard end - place >= 4 else { return nil }
    var unit: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[place + offset])).hexDigitValue else {
        return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    place += 4
    return unit
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
