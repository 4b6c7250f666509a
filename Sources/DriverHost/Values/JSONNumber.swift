/// A JSON number's text, taken apart (RFC 8259, section 6).
///
/// The rule that all documents share, whatever they are written in, for which `Value` a number is.
struct JSONNumber {
  /// Why a text is no number.
  struct Malformed: Error {
    var offset: Int
    var expected: String
  }

  /// Where the number ends.
  private(set) var end: Int
  private let start: Int
  private var isNegative = false
  /// The digits without the point.
  ///
  /// Only where there are 19 of them at most.
  private var significand: UInt64 = 0
  private var digitCount = 0
  /// The power of ten of the last digit; far beyond what a double has, it stays at a bound.
  private var exponent = 0
  private var isInteger = true

  /// Reads the number that begins at an offset.
  @inline(__always)
  init(_ input: SourceBytes, at start: Int) throws(Malformed) {
    self.start = start
    end = start
    if input[end] == UInt8(ascii: "-") {
      isNegative = true
      end += 1
    }
    let firstDigit = end
    readDigits(input)
    guard digitCount > 0 else { throw Malformed(offset: end, expected: "a digit") }
    if input[firstDigit] == UInt8(ascii: "0"), digitCount > 1 {
      throw Malformed(
        offset: firstDigit,
        expected: "a number without a 0 in front, or the number as a string"
      )
    }
    if input[end] == UInt8(ascii: ".") { try readFraction(input) }
    if input[end] | 0x20 == UInt8(ascii: "e") { try readExponent(input) }
  }

  @inline(__always)
  private mutating func readDigits(_ input: SourceBytes) {
    let first = end
    while true {
      let digit = input[end] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      significand = significand &* 10 &+ UInt64(digit)
      end += 1
    }
    digitCount += end - first
  }

  @inline(__always)
  private mutating func readFraction(_ input: SourceBytes) throws(Malformed) {
    isInteger = false
    let whole = digitCount
    end += 1
    readDigits(input)
    guard digitCount > whole else {
      throw Malformed(offset: end, expected: "a digit after the point")
    }
    exponent = whole - digitCount
  }

  private mutating func readExponent(_ input: SourceBytes) throws(Malformed) {
    isInteger = false
    end += 1
    let sign = input[end]
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { end += 1 }
    let first = end
    var written = 0
    while true {
      let digit = input[end] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      written = min(written * 10 + Int(digit), 1_000_000)
      end += 1
    }
    guard end > first else { throw Malformed(offset: end, expected: "a digit of the exponent") }
    exponent += sign == UInt8(ascii: "-") ? -written : written
  }

  /// The value that it denotes, without loss.
  @inline(__always)
  func value(in input: SourceBytes) -> Value {
    if digitCount <= 19 {
      if isInteger, let integer {
        return .int(integer)
      }
      if let exactDouble { return .double(exactDouble) }
    }
    return slowValue(in: input)
  }

  /// The integer, if Int64 holds it; nil for -0 too.
  @inline(__always)
  private var integer: Int64? {
    if isNegative {
      guard significand != 0, significand <= UInt64(Int64.max) + 1 else { return nil }
      return Int64(truncatingIfNeeded: 0 &- significand)
    }
    return Int64(exactly: significand)
  }

  /// The double, where one multiplication or division of two exact doubles gives it.
  ///
  /// Digits below 2^53 and powers of ten up to 10^22 are exact doubles, so IEEE 754 rounds once and
  /// rightly. With at most 15 digits no second decimal of so few digits is nearest to the same
  /// double, so the double's shortest text has the same value.
  @inline(__always)
  private var exactDouble: Double? {
    guard significand < 1_000_000_000_000_000, exponent >= -22, exponent <= 22 else { return nil }
    let power = JSONNumber.powersOfTen[abs(exponent)]
    let digits = Double(significand)
    let magnitude = exponent < 0 ? digits / power : digits * power
    return isNegative ? -magnitude : magnitude
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private func slowValue(in input: SourceBytes) -> Value {
    if digitCount <= 19, let double = roundedDouble, isShortestText(of: double) {
      return .double(double)
    }
    let decimal = DecimalText(checked: input.text(start..<end))
    guard let double = Double(decimal.text), double.isFinite,
      let shortest = DecimalText(number: .double(double)),
      shortest.isNumericallyEqual(to: decimal)
    else { return .decimal(decimal) }
    return .double(double)
  }

  /// The nearest double, where powers of five of 64 bits are enough to tell it; nil elsewhere.
  ///
  /// Digits times 10^-n are digits / 5^n in units of 2^-n. The quotient is computed to 64 bits, of
  /// which a double has room for 53; with the remainder it is known exactly on which side of the
  /// middle the rest lies, so the result is rounded as IEEE 754 asks.
  private var roundedDouble: Double? {
    guard significand > 0, exponent < 0, exponent >= -27 else { return nil }
    let divisor = JSONNumber.powersOfFive[-exponent]
    let divisorShift = divisor.leadingZeroBitCount
    // Half of the dividend, so that it is less than the divisor and the quotient has 64 bits at
    // most.
    let dividendShift = significand.leadingZeroBitCount
    let dividend = significand << dividendShift
    let (quotient, remainder) = (divisor << divisorShift).dividingFullWidth(
      (dividend >> 1, dividend << 63)
    )
    // significand / divisor = quotient (and a rest) × 2^power
    let power = divisorShift - dividendShift - 63
    let surplus = 11 - quotient.leadingZeroBitCount
    var kept = quotient >> surplus
    let rest = quotient & (1 << surplus - 1)
    let half: UInt64 = 1 << (surplus - 1)
    if rest > half || rest == half && (remainder > 0 || kept & 1 == 1) { kept += 1 }
    let magnitude = Double(
      sign: .plus,
      exponent: power + surplus + exponent,
      significand: Double(kept)
    )
    return isNegative ? -magnitude : magnitude
  }

  /// 5^0 to 5^27, all that 64 bits hold.
  private static let powersOfFive: [UInt64] = (0...27).map { power in
    (0..<power).reduce(1) { product, _ in product * 5 }
  }

  /// Whether a double is written with the digits of this number, of which there are 19 at most.
  private func isShortestText(of double: Double) -> Bool {
    var text = double.description
    return text.withUTF8 { bytes in
      guard let shortest = unsafe try? JSONNumber(SourceBytes(bytes), at: 0) else { return false }
      return isNumericallyEqual(to: shortest)
    }
  }

  /// Whether two numbers of at most 19 digits are the same.
  private func isNumericallyEqual(to other: JSONNumber) -> Bool {
    var (a, b) = (self, other)
    a.dropZeros()
    b.dropZeros()
    return a.significand == b.significand && a.exponent == b.exponent
      && a.isNegative == b.isNegative
  }

  private mutating func dropZeros() {
    guard significand != 0 else {
      exponent = 0
      return
    }
    while significand.isMultiple(of: 10) {
      significand /= 10
      exponent += 1
    }
  }
}
