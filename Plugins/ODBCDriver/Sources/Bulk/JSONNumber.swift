/// A number of JSON, as what holds it exactly.
enum JSONNumber: Hashable {
  case integer(Int64)
  case unsignedInteger(UInt64)
  case double(Double)
  /// Only its text is exact.
  case decimal

  /// The powers of ten that are exact as doubles.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The number whose digits were read.
  ///
  /// - Parameters:
  ///   - magnitude: All digits as an integer; nil where they are beyond one.
  ///   - isNegative: Whether a sign is in front of them.
  init(magnitude: UInt64?, isNegative: Bool) {
    guard let magnitude else {
      self = .decimal
      return
    }
    if !isNegative {
      self = magnitude <= Int64.max ? .integer(Int64(magnitude)) : .unsignedInteger(magnitude)
    } else if magnitude <= Int64.min.magnitude {
      self = .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
    } else {
      self = .decimal
    }
  }

  /// The number with a fraction or an exponent whose digits were read.
  ///
  /// - Parameters:
  ///   - text: The whole number.
  ///   - magnitude: All digits as an integer; nil where they are beyond one.
  ///   - exponent: The power of ten that it is multiplied with.
  ///   - isNegative: Whether a sign is in front of it.
  init(_ text: Span<UInt8>, magnitude: UInt64?, exponent: Int, isNegative: Bool) {
    // Both are exact as doubles, so that one step makes the nearest one.
    if let magnitude, magnitude < 1_000_000_000_000_000, -22...22 ~= exponent {
      let power = JSONNumber.powers[abs(exponent)]
      let value = exponent < 0 ? Double(magnitude) / power : Double(magnitude) * power
      self = .double(isNegative ? -value : value)
      return
    }
    guard let decimal = JSONDecimal(text) else {
      self = .decimal
      return
    }
    guard let value = JSONNumber.nearest(text, decimal, isNegative), value.isFinite else {
      self = .decimal
      return
    }
    // Very small doubles have fewer digits.
    let isExact = decimal.digits <= 15 && (value.isNormal || decimal.digits == 0)
    let isShortest = { JSONDecimal(value.description.utf8.span) == decimal }
    self = isExact || isShortest() ? .double(value) : .decimal
  }

  private static func nearest(
    _ text: Span<UInt8>,
    _ decimal: JSONDecimal,
    _ isNegative: Bool
  ) -> Double? {
    if text.count < 40, let span = try? UTF8Span(validating: text) {
      return Double(String(copying: span))
    }
    // Without the digits that mean nothing, of which there can be any number.
    return Double("\(isNegative ? "-" : "")\(decimal.significant)e\(decimal.exponent)")
  }
}
