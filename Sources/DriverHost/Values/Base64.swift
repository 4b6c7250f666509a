/// Bytes as text (RFC 4648, section 4), with padding.
public enum Base64 {
  /// Why a text is not base64.
  public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and where, for the user.
    ///
    /// Holds nothing of the text.
    public let description: String
  }

  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The value of each byte as a digit; 0xFF for those that are none.
  private static let digits: [UInt8] = {
    var digits = [UInt8](repeating: 0xFF, count: 256)
    for (value, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(value) }
    return digits
  }()

  private static let padding = UInt8(ascii: "=")

  /// Bytes as base64 text.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends bytes as base64 text.
  public static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let given = min(3, bytes.count - index)
      var group: UInt32 = 0
      for place in 0..<3 {
        group = group << 8 | (place < given ? UInt32(bytes[index + place]) : 0)
      }
      for place in 0..<4 {
        let digit = group >> (18 - 6 * UInt32(place)) & 0x3F
        text.append(place <= given ? alphabet[Int(digit)] : padding)
      }
      index += 3
    }
  }

  /// The bytes of a base64 text.
  ///
  /// Strict, so that each sequence of bytes has one text only: no white space, all of the padding,
  /// and no bits left over that are not 0 (RFC 4648, 3.1, 3.2, 3.3 and 3.5).
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - ignoringWhiteSpace: Whether to skip white space all the same: text that people write, in a
  ///     YAML block for one, has line breaks.
  /// - Returns: The bytes.
  /// - Throws: `Malformed`, with the reason.
  public static func decode(
    _ text: String,
    ignoringWhiteSpace: Bool = false
  ) throws(Malformed) -> [UInt8] {
    var text = [UInt8](text.utf8)
    if ignoringWhiteSpace { text.removeAll(where: isWhiteSpace) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
    let digitCount = text.count - padded
    var group: UInt32 = 0
    for index in 0..<digitCount {
      let digit = digits[Int(text[index])]
      guard digit < 64 else { throw malformed(text, at: index) }
      group = group << 6 | UInt32(digit)
      guard index % 4 == 3 else { continue }
      for shift: UInt32 in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
      group = 0
    }
    guard text.count.isMultiple(of: 4) else {
      throw Malformed(
        description:
          "is not base64: its length, \(text.count), is no multiple of 4; pad it with `=`"
      )
    }
    guard padded > 0 else { return bytes }
    // One digit too few leaves 2 of 18 bits over, two leave 4 of 12.
    let leftOver: UInt32 = padded == 1 ? 2 : 4
    guard group & (1 << leftOver - 1) == 0 else {
      throw Malformed(
        description: "is not base64: its last digit holds bits that belong to no byte; "
          + "the text was cut or is no base64"
      )
    }
    group >>= leftOver
    if padded == 1 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
    bytes.append(UInt8(truncatingIfNeeded: group))
    return bytes
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private static func malformed(_ text: [UInt8], at index: Int) -> Malformed {
    let what =
      switch text[index] {
      case let byte where isWhiteSpace(byte): "white space stands"
      case UInt8(ascii: "-"), UInt8(ascii: "_"):
        "a digit of the URL-safe alphabet stands (use `+` and `/`)"
      case padding: "padding stands"
      default: "what is no base64 digit stands"
      }
    return Malformed(description: "is not base64: \(what) at byte \(index + 1) of \(text.count)")
  }
}
