/// What the protocol's own words are read by: bytes, whatever encoding names and texts around them have.
enum ASCII {
  static let blank = UInt8(ascii: " ")
  private static let tab = UInt8(ascii: "\t")

  /// Whether a byte is a blank or a tabulator.
  static func isBlank(_ byte: UInt8) -> Bool { byte == blank || byte == tab }

  /// Whether a byte is a digit.
  static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  /// Whether a byte is a letter from A to Z or from a to z.
  static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

  /// The bytes as text, with A to Z made small; other letters stay as they are.
  static func small(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// The bytes as text, with a to z made large; other letters stay as they are.
  static func large(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.map { 0x61...0x7A ~= $0 ? $0 & ~0x20 : $0 }, as: UTF8.self)
  }

  /// The bytes without the blanks and tabulators around them.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let start = bytes.firstIndex(where: { !isBlank($0) }),
      let end = bytes.lastIndex(where: { !isBlank($0) })
    else { return bytes.prefix(0) }
    return bytes[start...end]
  }

  /// The number that some digits are; nil: there are none, something else is among them, or it is too large.
  ///
  /// - Parameters:
  ///   - digits: The digits, without a sign.
  ///   - radix: 8 or 10.
  /// - Returns: The number.
  static func number(_ digits: some Collection<UInt8>, radix: Int64 = 10) -> Int64? {
    if digits.isEmpty { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard isDigit(byte), Int64(byte) - 0x30 < radix else { return nil }
      let (product, isTooLong) = value.multipliedReportingOverflow(by: radix)
      let (sum, isTooLongToo) = product.addingReportingOverflow(Int64(byte) - 0x30)
      guard !isTooLong, !isTooLongToo else { return nil }
      value = sum
    }
    return value
  }

  /// The number of a part of a date; nil: it has more digits than that, or none.
  static func part(_ digits: some Collection<UInt8>, _ counts: ClosedRange<Int>) -> Int? {
    guard counts ~= digits.count else { return nil }
    return number(digits).map(Int.init)
  }
}
