/// What a host's output is written in (`encoding`).
///
/// Those with one byte a character are tables, so that a stream can be read in pieces.
enum TextEncodingTable: Hashable, Sendable {
  /// UTF-8, the default.
  case utf8
  /// ISO 8859-1: the byte is the code point.
  case latin1
  /// Windows code page 1252, in which 27 bytes differ from that.
  case windows1252
  /// ASCII; other bytes are none of it.
  case ascii
  /// No text: what comes is given as bytes, and nothing is taken out of it.
  case binary

  /// What an output became.
  enum Output: Hashable, Sendable {
    case text(String)
    case bytes([UInt8])
  }

  /// The encoding of a name; nil: it is none of these.
  ///
  /// Names are those of the IANA registry of character sets and their usual other forms; case, `-`, `_` and blanks do
  /// not count.
  ///
  /// - Parameter name: The name as the user wrote it.
  init?(_ name: String) {
    let bytes = name.utf8.filter { !"-_ ".utf8.contains($0) }
      .map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    switch String(decoding: bytes, as: UTF8.self) {
    case "utf8": self = .utf8
    case "latin1", "iso88591", "l1", "8859", "cp819", "ibm819": self = .latin1
    case "windows1252", "cp1252", "1252": self = .windows1252
    case "ascii", "usascii", "iso646us", "646": self = .ascii
    case "binary", "bytes": self = .binary
    default: return nil
    }
  }

  /// A piece of a stream in UTF-8.
  ///
  /// - Parameter bytes: The piece.
  /// - Returns: The piece in UTF-8; of UTF-8 and binary the piece as it is.
  func utf8(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    if self == .utf8 || self == .binary || bytes.allSatisfy({ $0 < 0x80 }) { return Array(bytes) }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 5 / 4)
    for byte in bytes {
      if byte < 0x80 { text.append(byte) } else { text += String(scalar(byte)).utf8 }
    }
    return text
  }

  /// A whole output, as text if it is that.
  ///
  /// What is not UTF-8, where it should be, is given as bytes: a binary output survives.
  ///
  /// - Parameter bytes: The output.
  /// - Returns: Its text; the bytes if it is none.
  func output(_ bytes: [UInt8]) -> Output {
    switch self {
    case .binary: .bytes(bytes)
    case .utf8: String(validating: bytes, as: UTF8.self).map(Output.text) ?? .bytes(bytes)
    case .ascii where !bytes.allSatisfy { $0 < 0x80 }: .bytes(bytes)
    case .ascii, .latin1, .windows1252: .text(String(decoding: utf8(bytes[...]), as: UTF8.self))
    }
  }

  private func scalar(_ byte: UInt8) -> Unicode.Scalar {
    switch self {
    case .ascii: return "\u{FFFD}"
    case .windows1252 where 0x80...0x9F ~= byte:
      return TextEncodingTable.windows[Int(byte) - 0x80]
    default: return Unicode.Scalar(byte)
    }
  }

  /// 0x80 to 0x9F, from the mapping table CP1252.TXT of the Unicode Consortium; its 5 gaps are the controls of ISO
  /// 8859-1, as in the WHATWG Encoding Standard.
  private static let windows: [Unicode.Scalar] = [
    "\u{20AC}", "\u{81}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{02C6}", "\u{2030}", "\u{0160}", "\u{2039}", "\u{0152}", "\u{8D}", "\u{017D}", "\u{8F}",
    "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}", "\u{0153}", "\u{9D}", "\u{017E}", "\u{0178}",
  ]
}
