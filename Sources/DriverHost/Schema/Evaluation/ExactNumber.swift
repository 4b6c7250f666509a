/// Arithmetic on numbers as their decimal digits say, without a rounding.
enum ExactNumber {
  /// Less than, equal to or greater than 0 as `left` is less than, equal to or greater than
  /// `right`; both are numbers.
  static func compare(_ left: Value, _ right: Value) -> Int {
    switch (left, right) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a == b ? 0 : 1
    case (.double(let a), .double(let b)): return a < b ? -1 : a == b ? 0 : 1
    case (.int(let a), .double(let b)) where a.magnitude < 1 << 53:
      let a = Double(a)
      return a < b ? -1 : a == b ? 0 : 1
    case (.double(let a), .int(let b)) where b.magnitude < 1 << 53:
      let b = Double(b)
      return a < b ? -1 : a == b ? 0 : 1
    default:
      guard let a = DecimalText(number: left)?.normalized,
        let b = DecimalText(number: right)?.normalized
      else { return 0 }
      return compare(a, b)
    }
  }

  private static func compare(
    _ a: DecimalText.Normalized,
    _ b: DecimalText.Normalized
  ) -> Int {
    let (signA, signB) = (sign(a), sign(b))
    if signA != signB { return signA < signB ? -1 : 1 }
    if signA == 0 { return 0 }
    let (magnitudeA, magnitudeB) = (a.digits.count + a.exponent, b.digits.count + b.exponent)
    if magnitudeA != magnitudeB { return magnitudeA < magnitudeB ? -signA : signA }
    if a.digits == b.digits { return 0 }
    return a.digits.lexicographicallyPrecedes(b.digits) ? -signA : signA
  }

  private static func sign(_ number: DecimalText.Normalized) -> Int {
    number.digits.isEmpty ? 0 : number.isNegative ? -1 : 1
  }

  /// Whether a number has no fraction.
  static func isInteger(_ value: Value) -> Bool {
    switch value {
    case .int: return true
    case .double(let number): return number.rounded(.towardZero) == number
    case .decimal(let text): return text.normalized.exponent >= 0
    default: return false
    }
  }

  /// A number as an int64; nil if it has a fraction or lies beyond.
  static func int64(_ value: Value) -> Int64? {
    switch value {
    case .int(let integer): return integer
    case .double(let number): return Int64(exactly: number)
    case .decimal(let text): return text.normalized.int64
    default: return nil
    }
  }
}

/// What `multipleOf` divides by.
struct Divisor: Sendable {
  /// The number as the schema has it.
  let value: Value

  private let integer: Int64?
  private let digits: [UInt8]
  private let exponent: Int

  /// A divisor; nil unless it is a number above 0.
  init?(_ value: Value) {
    guard let number = DecimalText(number: value)?.normalized,
      !number.isNegative, !number.digits.isEmpty
    else { return nil }
    self.value = value
    integer = ExactNumber.int64(value)
    digits = number.digits.map { $0 - UInt8(ascii: "0") }
    exponent = number.exponent
  }

  /// Whether a number is a whole multiple of this one.
  func divides(_ value: Value) -> Bool {
    if case .int(let number) = value, let integer { return number % integer == 0 }
    guard let number = DecimalText(number: value)?.normalized else { return false }
    if number.digits.isEmpty { return true }
    // digits·10^shift must be a multiple of our digits. The digits end in no 0, so nothing is left
    // to divide by a power of ten.
    guard number.exponent >= exponent else { return false }
    // Exponents may be as far apart as their texts say.
    let (difference, isBeyond) = number.exponent.subtractingReportingOverflow(exponent)
    let shift = isBeyond ? .max : difference
    var divisor = digits
    // The power of ten takes as many factors 2 and 5 out of the divisor as it has.
    Divisor.removeFactor(2, atMost: shift, from: &divisor)
    Divisor.removeFactor(5, atMost: shift, from: &divisor)
    return Divisor.isMultiple(number.digits, of: divisor)
  }

  private static func removeFactor(_ factor: Int, atMost count: Int, from digits: inout [UInt8]) {
    var count = count
    while count > 0 {
      var quotient: [UInt8] = []
      var remainder = 0
      for digit in digits {
        let part = remainder * 10 + Int(digit)
        if !(quotient.isEmpty && part < factor) { quotient.append(UInt8(part / factor)) }
        remainder = part % factor
      }
      guard remainder == 0 else { return }
      digits = quotient
      count -= 1
    }
  }

  /// Whether the number of ASCII digits is a multiple of the one of plain digits, by long division.
  private static func isMultiple(_ number: [UInt8], of divisor: [UInt8]) -> Bool {
    if divisor.count <= 18 {
      let small = divisor.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
      var remainder: UInt64 = 0
      for digit in number {
        let wide = remainder.multipliedFullWidth(by: 10)
        let (low, carry) = wide.low.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        remainder = small.dividingFullWidth((wide.high + (carry ? 1 : 0), low)).remainder
      }
      return remainder == 0
    }
    var remainder: [UInt8] = []
    for digit in number {
      remainder.append(digit - UInt8(ascii: "0"))
      if remainder.first == 0 { remainder.removeFirst() }
      while !isLess(remainder, than: divisor) { subtract(divisor, from: &remainder) }
    }
    return remainder.isEmpty
  }

  private static func isLess(_ a: [UInt8], than b: [UInt8]) -> Bool {
    a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
  }

  private static func subtract(_ small: [UInt8], from large: inout [UInt8]) {
    var borrow = 0
    for offset in 1...large.count {
      let index = large.count - offset
      let taken = (offset <= small.count ? Int(small[small.count - offset]) : 0) + borrow
      let difference = Int(large[index]) - taken
      borrow = difference < 0 ? 1 : 0
      large[index] = UInt8(difference + borrow * 10)
    }
    let leading = large.prefix { $0 == 0 }.count
    large.removeFirst(leading)
  }
}
