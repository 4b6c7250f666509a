/// Exact decimals as texts, and as the scaled integers that Arrow has.
enum DecimalText {
  /// The integer that a decimal is, scaled by a power of ten.
  ///
  /// - Parameters:
  ///   - text: An optional sign, digits, and a point with digits behind it; an exponent as well.
  ///   - precision: How many digits there may be, up to 38.
  ///   - scale: How many of them stand behind the point.
  /// - Returns: The integer; nil where the text is no decimal, or has more digits than there is room for.
  static func integer(_ text: Span<UInt8>, precision: Int, scale: Int) -> Int128? {
    var place = 0
    var isNegative = false
    if place < text.count, text[place] == UInt8(ascii: "-") || text[place] == UInt8(ascii: "+") {
      isNegative = text[place] == UInt8(ascii: "-")
      place += 1
    }
    var value: Int128 = 0
    // How many digits stand behind the point; nil: it has not come yet.
    var behind: Int?
    var hasDigits = false
    while place < text.count {
      let byte = text[place]
      if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
        guard let more = shifted(value, by: 1, limit: 38) else { return nil }
        value = more + Int128(byte - UInt8(ascii: "0"))
        hasDigits = true
        behind = behind.map { $0 + 1 }
      } else if byte == UInt8(ascii: "."), behind == nil {
        behind = 0
      } else {
        break
      }
      place += 1
    }
    guard hasDigits, let exponent = exponent(text, from: place) else { return nil }
    let shift = scale - (behind ?? 0) + exponent
    if shift >= 0 {
      guard let more = shifted(value, by: shift, limit: 38) else { return nil }
      value = more
    } else {
      // Only zeros may go.
      for _ in 0..<min(-shift, 40) {
        guard value % 10 == 0 else { return nil }
        value /= 10
      }
    }
    guard let limit = shifted(1, by: min(precision, 38), limit: 39), value < limit else {
      return nil
    }
    return isNegative ? -value : value
  }

  /// What stands behind an E; 0 where there is none, nil where there is something else.
  private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int? {
    guard start < text.count else { return 0 }
    guard text[start] | 0x20 == UInt8(ascii: "e"), start + 1 < text.count else { return nil }
    var place = start + 1
    let isNegative = text[place] == UInt8(ascii: "-")
    if isNegative || text[place] == UInt8(ascii: "+") { place += 1 }
    guard place < text.count else { return nil }
    var exponent = 0
    while place < text.count {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[place], exponent < 1000 else {
        return nil
      }
      exponent = exponent * 10 + Int(text[place] - UInt8(ascii: "0"))
      place += 1
    }
    return isNegative ? -exponent : exponent
  }

  /// A number with zeros behind it; nil where there are more digits than that.
  private static func shifted(_ value: Int128, by count: Int, limit: Int) -> Int128? {
    guard value != 0 else { return 0 }
    var value = value
    for _ in 0..<count {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product
    }
    return value
  }
}
