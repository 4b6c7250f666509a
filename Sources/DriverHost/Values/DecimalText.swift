/// A number kept as the digits that it was written with, because nothing binary holds it exactly.
///
/// The text is a JSON number (RFC 8259, section 6): `12345678901234567890`,
/// `0.1000000000000000055`, `1e400`.
public struct DecimalText: Sendable, Hashable, CustomStringConvertible {
  /// The number's text.
  public let text: String

  /// A number from its text; nil if that is no JSON number.
  public init?(_ text: String) {
    guard DecimalText.isNumber(text.utf8) else { return nil }
    self.text = text
  }

  /// A number from a text that is known to be one.
  init(checked text: String) {
    self.text = text
  }

  /// The exact decimal text of an integer, a double or a decimal; nil for every other kind.
  ///
  /// A double is what its shortest text says, which is how it was read and will be written.
  init?(number: Value) {
    switch number {
    case .int(let integer): text = String(integer)
    case .double(let double): text = "\(double)"
    case .decimal(let decimal): self = decimal
    default: return nil
    }
  }

  /// The number's text.
  public var description: String { text }

  /// Whether `bytes` are a JSON number: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
  static func isNumber(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = bytes[...]
    func skipDigits() -> Int {
      let before = rest.count
      rest = rest.drop { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      return before - rest.count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = skipDigits()
    guard whole > 0, !startsWithZero || whole == 1 else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard skipDigits() > 0 else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// Whether two texts name the same number: `1.50` and `15e-1`.
  func isNumericallyEqual(to other: DecimalText) -> Bool {
    normalized == other.normalized
  }
}

extension DecimalText {
  /// Sign, digits without zeros at either end, and the power of ten of the last digit.
  struct Normalized: Hashable {
    var isNegative: Bool
    var digits: [UInt8]
    var exponent: Int

    /// The number as an int64; nil if it has a fraction or lies beyond.
    var int64: Int64? {
      guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
      // Built below zero, where int64 reaches one further.
      var result: Int64 = 0
      for digit in digits + Array(repeating: UInt8(ascii: "0"), count: exponent) {
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        result = sum
      }
      if isNegative { return result }
      return result == .min ? nil : -result
    }
  }

  /// The number in the one form that all texts of it share.
  ///
  /// An exponent beyond half of Int is kept there, which no real document reaches.
  var normalized: Normalized {
    var digits: [UInt8] = []
    var exponent = 0
    var isNegative = false
    var inFraction = false
    var utf8 = text.utf8[...]
    if utf8.first == UInt8(ascii: "-") {
      isNegative = true
      utf8 = utf8.dropFirst()
    }
    while let byte = utf8.first {
      utf8 = utf8.dropFirst()
      switch byte {
      case UInt8(ascii: "."): inFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        let written = Substring(utf8).drop { $0 == "+" }
        let bound = Int.max / 2
        exponent += min(max(Int(written) ?? (written.first == "-" ? -bound : bound), -bound), bound)
        utf8 = utf8[utf8.endIndex...]
      default:
        if !(digits.isEmpty && byte == UInt8(ascii: "0")) { digits.append(byte) }
        if inFraction { exponent -= 1 }
      }
    }
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty { return Normalized(isNegative: false, digits: [], exponent: 0) }
    return Normalized(isNegative: isNegative, digits: digits, exponent: exponent)
  }
}
