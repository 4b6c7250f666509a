/// Percent-encoding (RFC 3986, section 2.1).
package enum PercentEncoding {
  /// Appends a name or a value of a query: only unreserved characters stay as they are.
  package static func appendComponent(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      if isUnreserved(byte) { bytes.append(byte) } else { append(byte, to: &bytes) }
    }
  }

  /// Appends a name or a value of a form (application/x-www-form-urlencoded): a space is a plus.
  package static func appendFormComponent(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      if byte == UInt8(ascii: " ") {
        bytes.append(UInt8(ascii: "+"))
      } else if isUnreserved(byte) {
        bytes.append(byte)
      } else {
        append(byte, to: &bytes)
      }
    }
  }

  /// Appends a byte of a path or a query that somebody has written: what a URL cannot hold is encoded,
  /// everything else stays, a percent sign included.
  package static func appendWritten(_ byte: UInt8, to bytes: inout [UInt8]) {
    if isAllowedInURL(byte) { bytes.append(byte) } else { append(byte, to: &bytes) }
  }

  private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "%"))
    bytes.append(digit(byte >> 4))
    bytes.append(digit(byte & 15))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  /// RFC 3986, section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func isAllowedInURL(_ byte: UInt8) -> Bool {
    guard byte > 0x20, byte < 0x7F else { return false }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
      UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
      UInt8(ascii: "}"):
      return false
    default: return true
    }
  }
}
