/// Base64 (RFC 4648 §4): the alphabet with + and /, no line ends, and one form for each value.
enum Base64 {
  /// Whether there are = at the end that fill the last four characters.
  enum Padding: Hashable, Sendable {
    case required
    case absent
    /// Both is right; some, but not enough, is not.
    case optional
  }

  /// Why a text is no Base64.
  ///
  /// Places are characters, counted from 1.
  enum Fault: Error, Hashable, Sendable {
    /// A character that is not of the alphabet.
    case foreignCharacter(at: Int)
    /// No bytes have that many characters.
    case badLength(Int)
    case badPadding
    /// The last character says more than whole bytes.
    case unusedBits
  }

  /// Writes bytes as text.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - isPadded: Whether = fill the last four characters.
  /// - Returns: The text.
  static func text(_ bytes: some Collection<UInt8>, isPadded: Bool = true) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var group: UInt32 = 0
    var bits = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(character(of: UInt8(truncatingIfNeeded: group >> bits) & 0x3F))
      }
    }
    if bits > 0 {
      text.append(character(of: UInt8(truncatingIfNeeded: group << (6 - bits)) & 0x3F))
    }
    while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads text.
  ///
  /// - Parameters:
  ///   - text: The characters, without blanks.
  ///   - padding: Whether there are to be = at the end.
  /// - Returns: The bytes.
  /// - Throws: What is wrong and where.
  static func bytes(
    _ text: ArraySlice<UInt8>,
    padding: Padding = .optional
  ) throws(Fault) -> [UInt8] {
    var digits = text
    while text.count - digits.count < 2, digits.last == UInt8(ascii: "=") { digits.removeLast() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3 + 2)
    var group: UInt32 = 0
    var bits = 0
    for place in digits.indices {
      guard let value = value(of: digits[place]) else {
        throw .foreignCharacter(at: place - text.startIndex + 1)
      }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
      }
    }
    guard digits.count % 4 != 1 else { throw .badLength(digits.count) }
    let isPadded = digits.count < text.count
    let isWhole = text.count % 4 == 0
    let isRight =
      switch padding {
      case .required: isWhole
      case .absent: !isPadded
      case .optional: isWhole || !isPadded
      }
    guard isRight else { throw .badPadding }
    // Else several texts would stand for the same bytes, and a comparison of texts would tell them apart.
    guard group & (1 << UInt32(bits) - 1) == 0 else { throw .unusedBits }
    return bytes
  }

  /// Reads text.
  ///
  /// - Parameters:
  ///   - text: The characters, without blanks.
  ///   - padding: Whether there are to be = at the end.
  /// - Returns: The bytes.
  /// - Throws: What is wrong and where.
  static func bytes(
    _ text: some StringProtocol,
    padding: Padding = .optional
  ) throws(Fault) -> [UInt8] {
    try bytes(Array(text.utf8)[...], padding: padding)
  }

  private static func character(of value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + value
    case 26..<52: UInt8(ascii: "a") + (value - 26)
    case 52..<62: UInt8(ascii: "0") + (value - 52)
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension Base64.Fault: CustomStringConvertible {
  /// What is wrong and where, without a full stop.
  var description: String {
    switch self {
    case .foreignCharacter(let place):
      "character \(place) of the Base64 is none of A-Z, a-z, 0-9, + and /"
    case .badLength(let count): "the Base64 is cut off: it cannot have \(count) characters"
    case .badPadding: "the Base64 is cut off or has the wrong number of = at its end"
    case .unusedBits: "the Base64 is cut off: its last character says more than whole bytes"
    }
  }
}
