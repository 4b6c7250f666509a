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
    if let short = shortInteger(text, precision: precision, scale: scale) { return Int128(short) }
    guard let shape = Shape(text) else { return nil }
    var low: UInt64 = 0
    var value: Int128 = 0
    var count = 0
    let limit = min(precision, 38)
    // Words of 18 digits, so that most values never need more than 64 bits.
    var inLow = 0
    let powers: (Int) -> Int128 = { power in
      var result: Int128 = 1
      for _ in 0..<power { result *= 10 }
      return result
    }
    let isWhole = shape.forEachDigit(of: text, scale: scale) { digit in
      if count > 0 || digit > 0 {
        count += 1
        guard count <= limit else { return false }
      }
      if inLow == 18 {
        value = value * 1_000_000_000_000_000_000 + Int128(low)
        (low, inLow) = (0, 0)
      }
      low = low * 10 + UInt64(digit)
      inLow += 1
      return true
    }
    guard isWhole else { return nil }
    value = value == 0 ? Int128(low) : value * powers(inLow) + Int128(low)
    return shape.isNegative ? -value : value
  }

  /// The same for the usual ones: up to 18 digits, without an exponent and with no more digits behind the point than there
  /// is room for; nil for others.
  private static func shortInteger(
    _ text: Span<UInt8>,
    precision: Int,
    scale: Int
  ) -> Int64? {
    guard text.count > 0, text.count <= 20, scale <= 18 else { return nil }
    var (value, place, digits, behind): (Int64, Int, Int, Int) = (0, 0, 0, -1)
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative { place = 1 }
    while place < text.count {
      let digit = text[place] &- UInt8(ascii: "0")
      if digit < 10 {
        value = value &* 10 &+ Int64(digit)
        digits += 1
        if behind >= 0 { behind += 1 }
      } else if text[place] == UInt8(ascii: "."), behind < 0 {
        behind = 0
      } else {
        return nil
      }
      place += 1
    }
    let missing = scale - max(0, behind)
    guard digits > 0, missing >= 0, digits + missing <= 18, digits + missing <= precision else {
      return nil
    }
    for _ in 0..<missing { value &*= 10 }
    return isNegative ? -value : value
  }

  /// The same for up to 76 digits.
  static func wideInteger(_ text: Span<UInt8>, precision: Int, scale: Int) -> WideInteger? {
    guard let shape = Shape(text) else { return nil }
    var value = WideInteger()
    var count = 0
    let limit = min(precision, 76)
    let isWhole = shape.forEachDigit(of: text, scale: scale) { digit in
      if count > 0 || digit > 0 {
        count += 1
        guard count <= limit else { return false }
      }
      return value.append(digit: digit)
    }
    guard isWhole else { return nil }
    return shape.isNegative ? value.negated : value
  }

  /// An integer's digits with the point where the scale puts it: `12345` with 2 is `123.45`.
  static func text(_ digits: String, scale: Int) -> String {
    guard scale > 0 else { return digits }
    let isNegative = digits.hasPrefix("-")
    var magnitude = isNegative ? String(digits.dropFirst()) : digits
    let missing = scale + 1 - magnitude.utf8.count
    if missing > 0 { magnitude = String(repeating: "0", count: missing) + magnitude }
    let point = magnitude.utf8.index(magnitude.endIndex, offsetBy: -scale)
    return (isNegative ? "-" : "") + "\(magnitude[..<point]).\(magnitude[point...])"
  }

  /// Where the parts of a decimal stand.
  private struct Shape {
    var isNegative = false
    /// The digits, with a point among them perhaps.
    var digits = 0..<0
    /// How many digits there are.
    var count = 0
    /// How many of them stand behind the point.
    var behind = 0
    var exponent = 0

    /// Nil where the text is no decimal.
    init?(_ text: Span<UInt8>) {
      var place = 0
      if place < text.count, text[place] == UInt8(ascii: "-") || text[place] == UInt8(ascii: "+") {
        isNegative = text[place] == UInt8(ascii: "-")
        place += 1
      }
      let start = place
      var hasPoint = false
      while place < text.count {
        let byte = text[place]
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
          count += 1
          if hasPoint { behind += 1 }
        } else if byte == UInt8(ascii: "."), !hasPoint {
          hasPoint = true
        } else {
          break
        }
        place += 1
      }
      guard count > 0, let exponent = DecimalText.exponent(text, from: place) else { return nil }
      digits = start..<place
      self.exponent = exponent
    }

    /// Runs a function with each digit of the number, scaled by a power of ten.
    ///
    /// - Returns: False where the function says so, or a digit that is no zero stands behind the last one that there is
    ///   room for.
    func forEachDigit(
      of text: Span<UInt8>,
      scale: Int,
      _ body: (UInt8) -> Bool
    ) -> Bool {
      // How many digits of zero come behind those of the text, or how many of the text's go.
      let shift = scale - behind + exponent
      var left = count
      for place in digits where text[place] != UInt8(ascii: ".") {
        let digit = text[place] &- UInt8(ascii: "0")
        left -= 1
        if left + shift < 0 {
          guard digit == 0 else { return false }
        } else {
          guard body(digit) else { return false }
        }
      }
      for _ in 0..<max(0, min(shift, 1200)) { guard body(0) else { return false } }
      return true
    }
  }

  /// What stands behind an E; 0 where there is none, nil where there is something else.
  fileprivate static func exponent(_ text: Span<UInt8>, from start: Int) -> Int? {
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

  /// How many digits stand in front of the point of a decimal that is written out, and how many behind it.
  static func shape(of text: Span<UInt8>) -> (integerDigits: Int, scale: Int) {
    var (before, behind, hasPoint, exponent) = (0, 0, false, 0)
    scan: for index in 0..<text.count {
      switch text[index] {
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        exponent = DecimalText.exponent(text, from: index) ?? 0
        break scan
      case UInt8(ascii: "."): hasPoint = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if hasPoint { behind += 1 } else { before += 1 }
      default: break
      }
    }
    return (max(0, before + exponent), max(0, behind - exponent))
  }
}
