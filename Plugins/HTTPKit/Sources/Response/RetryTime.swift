/// How servers write how long to wait; in milliseconds, rounded up.
package enum RetryTime {
  /// What is too long to be counted.
  static let endless = Int.max / 2

  /// A number of seconds such as `30` or `1.5`; nil if it is none.
  static func seconds(_ text: String) -> Int? { decimal(text[...]).map { rounded($0 * 1000) } }

  /// How long it is until a point in time (RFC 9110, section 10.2.3): seconds, or a date.
  static func retryAfter(_ text: String, now: Int) -> Int? {
    if let seconds = seconds(text) { return seconds }
    return HTTPDate.epochSeconds(text, now: now).map { max(0, $0 - now) * 1000 }
  }

  /// How long it is until a limit is reset: a number of seconds, since 1970 if it is great enough.
  ///
  /// Over 1e12 it is taken for milliseconds since 1970, over 1e9 for seconds.
  static func reset(_ text: String, now: Int) -> Int? {
    guard let number = decimal(text[...]) else { return nil }
    if number > 1e12 { return rounded(number - Double(now) * 1000) }
    if number > 1e9 { return rounded((number - Double(now)) * 1000) }
    return rounded(number * 1000)
  }

  /// A duration such as `6m0s`, `1.5s` or `20ms`; without a unit it is in seconds.
  package static func duration(_ text: String) -> Int? {
    if let seconds = seconds(text) { return seconds }
    var rest = text[...]
    var sum = 0.0
    if rest.isEmpty { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { "0123456789.".contains($0) }
      let unit = rest[digits.endIndex...].prefix { !"0123456789.".contains($0) }
      guard let number = decimal(digits), let factor = units[String(unit)] else { return nil }
      sum += number * factor
      rest = rest[unit.endIndex...]
    }
    return rounded(sum)
  }

  /// In milliseconds.
  private static let units = [
    "d": 86_400_000.0, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "us": 1e-3, "µs": 1e-3,
    "ns": 1e-6,
  ]

  /// Digits, and digits behind a point; `Double` alone accepts more.
  private static func decimal(_ text: Substring) -> Double? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2,
      parts.allSatisfy({ part in
        !part.isEmpty && part.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      })
    else { return nil }
    return Double(text)
  }

  private static func rounded(_ milliseconds: Double) -> Int {
    // What a product of doubles has beyond a nanosecond is noise.
    let exact = max(0, milliseconds - 1e-6)
    guard exact < Double(endless) else { return endless }
    // Without `rounded(.up)`, which is in the C library for mathematics.
    let whole = Int(exact)
    return Double(whole) < exact ? whole + 1 : whole
  }
}
