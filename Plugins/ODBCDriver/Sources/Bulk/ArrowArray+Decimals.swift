extension ArrowArray {
  /// Decimals as exact texts.
  func decimals(_ range: Range<Int>, _ bits: Int, _ scale: Int) -> RecordBytes {
    let width = bits / 8
    let values = body.span.extracting(buffers[0])
    var texts = RecordBytes()
    texts.ends.reserveCapacity(range.count)
    var decimal = ArrowDecimal(scale: scale)
    for index in range {
      decimal.load(values.extracting(index * width..<(index + 1) * width))
      decimal.write(to: &texts.bytes)
      texts.ends.append(texts.bytes.count)
    }
    return texts
  }
}

/// Writes an integer of up to 256 bits, scaled by a power of ten, as a text such as `-12.50`.
struct ArrowDecimal {
  /// Digits are made this many at a time: more do not go into 64 bits.
  private static let group = 19
  private static let groupUnit: UInt64 = 10_000_000_000_000_000_000
  private static let zero = UInt8(ascii: "0")

  /// How many digits stand behind the point; below zero: how many zeros stand behind the integer.
  let scale: Int
  private var isNegative = false
  /// The magnitude, least significant part first.
  private var parts: InlineArray<4, UInt64> = [0, 0, 0, 0]
  /// The digits, the last one at the end: 256 bits have up to 78 of them, in groups.
  private var digits = InlineArray<96, UInt8>(repeating: 0)

  /// Nothing so far.
  ///
  /// - Parameter scale: From -76 to 76.
  init(scale: Int) { self.scale = scale }

  /// Takes a number.
  ///
  /// - Parameter bytes: Four bytes or eight, or a multiple of eight up to 32, in two's complement.
  mutating func load(_ bytes: Span<UInt8>) {
    if bytes.count == 4 {
      parts[0] = UInt64(bitPattern: Int64(bytes.integer(Int32.self, at: 0)))
    } else {
      for part in 0..<bytes.count / 8 { parts[part] = bytes.integer(UInt64.self, at: part * 8) }
    }
    let used = max(1, bytes.count / 8)
    isNegative = parts[used - 1] >> 63 == 1
    for part in used..<4 { parts[part] = isNegative ? .max : 0 }
    guard isNegative else { return }
    var carry = true
    for part in 0..<4 {
      let sum = (~parts[part]).addingReportingOverflow(carry ? 1 : 0)
      (parts[part], carry) = (sum.partialValue, sum.overflow)
    }
  }

  /// Writes the number; it is gone then.
  ///
  /// - Parameter text: What the text is added to.
  mutating func write(to text: inout [UInt8]) {
    if isNegative { text.append(UInt8(ascii: "-")) }
    var first = makeDigits()
    let isZero = first == digits.count
    // One digit stands in front of the point in any case.
    let least = digits.count - max(scale, 0) - 1
    while first > least {
      first -= 1
      digits[first] = ArrowDecimal.zero
    }
    for place in first..<digits.count {
      if place == least + 1, scale > 0 { text.append(UInt8(ascii: ".")) }
      text.append(digits[place])
    }
    if scale < 0, !isZero {
      text.append(contentsOf: repeatElement(ArrowDecimal.zero, count: -scale))
    }
  }

  /// Makes the digits, without zeros in front.
  ///
  /// - Returns: Where the first one is.
  private mutating func makeDigits() -> Int {
    var first = digits.count
    var used = 4
    while used > 0, parts[used - 1] == 0 { used -= 1 }
    while used > 1 {
      var rest: UInt64 = 0
      for part in (0..<used).reversed() {
        let dividend = (high: rest, low: parts[part])
        (parts[part], rest) = ArrowDecimal.groupUnit.dividingFullWidth(dividend)
      }
      let end = first - ArrowDecimal.group
      putDigits(of: rest, &first)
      while first > end {
        first -= 1
        digits[first] = ArrowDecimal.zero
      }
      while used > 0, parts[used - 1] == 0 { used -= 1 }
    }
    putDigits(of: parts[0], &first)
    return first
  }

  private mutating func putDigits(of number: UInt64, _ first: inout Int) {
    var number = number
    while number > 0 {
      first -= 1
      digits[first] = ArrowDecimal.zero + UInt8(number % 10)
      number /= 10
    }
  }
}
