/// Vectors that travel as base64 of their numbers: 32 bits each, the low byte first.
enum FloatVector {
  /// The vector as a list in JSON, each number in the fewest digits that mean it; nil if it is none.
  static func document(base64 text: String) -> [UInt8]? {
    guard let bytes = bytes(base64: text), bytes.count % 4 == 0 else { return nil }
    var document: [UInt8] = [UInt8(ascii: "[")]
    document.reserveCapacity(bytes.count * 3)
    for place in stride(from: 0, to: bytes.count, by: 4) {
      var pattern: UInt32 = 0
      for offset in 0..<4 { pattern |= UInt32(bytes[place + offset]) << UInt32(8 * offset) }
      let number = Float(bitPattern: pattern)
      guard number.isFinite else { return nil }
      if place > 0 { document.append(UInt8(ascii: ",")) }
      document += Array(number.description.utf8)
    }
    document.append(UInt8(ascii: "]"))
    return document
  }

  /// RFC 4648, section 4, with its padding or without.
  private static func bytes(base64 text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    while digits.last == UInt8(ascii: "=") { digits.removeLast() }
    guard digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var group: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(digit) else { return nil }
      group = group << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
