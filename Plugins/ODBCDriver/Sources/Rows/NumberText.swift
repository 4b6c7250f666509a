/// Numbers as texts that drivers hand over.
enum NumberText {
  /// An integer of 64 bits; nil where the text is none.
  static func integer(_ text: Span<UInt8>) -> Int64? {
    var place = 0
    let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    if isNegative || (text.count > 0 && text[0] == UInt8(ascii: "+")) { place = 1 }
    guard place < text.count else { return nil }
    // Counted below zero, where there is one more.
    var value: Int64 = 0
    while place < text.count {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      let (product, tooFar) = value.multipliedReportingOverflow(by: 10)
      let (next, isOver) = product.subtractingReportingOverflow(Int64(digit))
      guard !tooFar, !isOver else { return nil }
      value = next
      place += 1
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// A double; nil where the text is no number.
  static func double(_ text: Span<UInt8>) -> Double? {
    if let exact = exactDouble(text) { return exact }
    var copy: [UInt8] = []
    copy.reserveCapacity(text.count)
    for index in 0..<text.count { copy.append(text[index]) }
    return Double(String(decoding: copy, as: UTF8.self))
  }

  /// A double from so few digits that both they and the power of ten are doubles, and one rounding makes the nearest.
  ///
  /// After W. Clinger, How to Read Floating Point Numbers Accurately, 1990. Nil where there are more, or where the text
  /// is none of digits with a point.
  private static func exactDouble(_ text: Span<UInt8>) -> Double? {
    var place = 0
    let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    if isNegative { place = 1 }
    guard text.count > place, text.count - place <= 16 else { return nil }
    var (mantissa, behind, hasPoint, digits): (UInt64, Int, Bool, Int) = (0, 0, false, 0)
    while place < text.count {
      let digit = text[place] &- UInt8(ascii: "0")
      if digit < 10 {
        mantissa = mantissa * 10 + UInt64(digit)
        digits += 1
        if hasPoint { behind += 1 }
      } else if text[place] == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        return nil
      }
      place += 1
    }
    guard digits > 0, digits <= 15 else { return nil }
    let number = Double(mantissa) / powers[behind]
    return isNegative ? -number : number
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// A boolean: 0 or 1, true or false; nil where the text is neither.
  static func bool(_ text: Span<UInt8>) -> Bool? {
    if text.count == 1 {
      switch text[0] {
      case UInt8(ascii: "0"), UInt8(ascii: "f"), UInt8(ascii: "F"): return false
      case UInt8(ascii: "1"), UInt8(ascii: "t"), UInt8(ascii: "T"): return true
      default: return nil
      }
    }
    var word: [UInt8] = []
    for index in 0..<min(text.count, 6) { word.append(text[index] | 0x20) }
    if word == Array("true".utf8) { return true }
    return word == Array("false".utf8) ? false : nil
  }
}
