/// A decimal without its sign, so that two texts can be told to mean the same.
struct JSONDecimal: Hashable {
  /// The digits without zeros at either end.
  private(set) var significant: UInt64 = 0
  /// The power of ten that they are multiplied with; 0 for zero.
  private(set) var exponent = 0
  /// How many digits there are.
  private(set) var digits = 0

  /// One that is written as in JSON; nil where it has more digits than any shortest text of a double.
  init?(_ text: Span<UInt8>) {
    // Zeros that count only when another digit comes.
    var zeros = 0
    var isBehindPoint = false
    var place = 0
    while place < text.count {
      let byte = text[place]
      if byte | 0x20 == UInt8(ascii: "e") { break }
      place += 1
      if byte == UInt8(ascii: ".") { isBehindPoint = true }
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { continue }
      if isBehindPoint { exponent -= 1 }
      if byte == UInt8(ascii: "0") {
        zeros += 1
        continue
      }
      if significant == 0 { zeros = 0 }
      digits += zeros + 1
      guard digits <= 17 else { return nil }
      for _ in 0...zeros { significant *= 10 }
      significant += UInt64(byte - UInt8(ascii: "0"))
      zeros = 0
    }
    exponent += zeros + JSONDecimal.exponent(text, from: place)
    if significant == 0 { exponent = 0 }
  }

  /// What stands behind an E, not exact where that is far beyond any double; 0 where there is none.
  private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int {
    var exponent = 0
    var isNegative = false
    for place in start..<text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "-") { isNegative = true }
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { continue }
      exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
    }
    return isNegative ? -exponent : exponent
  }
}
