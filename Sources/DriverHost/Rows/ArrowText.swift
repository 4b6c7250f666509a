/// Decimals, dates and times as text.
enum ArrowText {
  /// An integer's digits with the point where the scale puts it: `12345` with 2 is `123.45`.
  static func decimal(_ digits: String, scale: Int) -> String {
    if scale == 0 { return digits }
    if scale < 0 {
      return digits == "0" ? digits : digits + String(repeating: "0", count: -scale)
    }
    let isNegative = digits.hasPrefix("-")
    var magnitude = isNegative ? String(digits.dropFirst()) : digits
    let missing = scale + 1 - magnitude.utf8.count
    if missing > 0 { magnitude = String(repeating: "0", count: missing) + magnitude }
    let point = magnitude.utf8.index(magnitude.endIndex, offsetBy: -scale)
    return (isNegative ? "-" : "") + "\(magnitude[..<point]).\(magnitude[point...])"
  }

  /// Days since 1970-01-01 in the Gregorian calendar: `2026-11-22`.
  static func date(days: Int64) -> String {
    // Years are counted from 1 March, so that a leap day is a year's last; 719,468 days lie between
    // 0000-03-01 and 1970-01-01. An era is the 400 years after which the calendar repeats.
    let (era, dayOfEra) = (days + 719_468).floored(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    // ISO 8601 writes years outside 0 to 9999 with a sign.
    let yearText =
      year < 0 ? "-" + padded(-year, 4) : year > 9999 ? "+\(year)" : padded(year, 4)
    return "\(yearText)-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// A time of day: `13:05:00.250`.
  static func time(_ count: Int64, _ unit: ArrowType.TimeUnit) -> String {
    let (seconds, fraction) = count.floored(by: unit.perSecond)
    let (minutes, second) = seconds.floored(by: 60)
    let (hour, minute) = minutes.floored(by: 60)
    let text = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    if fraction == 0 { return text }
    return text + "." + padded(fraction, String(unit.perSecond).utf8.count - 1)
  }

  /// A moment: with `Z` or the offset where the column has a zone, without where it has none.
  ///
  /// A zone that is a name, such as `Europe/Vienna`, is written in UTC: the moment is the same, and
  /// the zone stays in the column's type.
  static func timestamp(_ count: Int64, _ unit: ArrowType.TimeUnit, zone: String?) -> String {
    let offset = zone.flatMap(offsetMinutes) ?? 0
    let (days, rest) = shifted(count, offset, unit).floored(by: 86_400 * unit.perSecond)
    let text = "\(date(days: days))T\(time(rest, unit))"
    guard zone != nil else { return text }
    if offset == 0 { return text + "Z" }
    let magnitude = Int64(abs(offset))
    return text + (offset < 0 ? "-" : "+") + padded(magnitude / 60, 2) + ":"
      + padded(magnitude % 60, 2)
  }

  private static func shifted(
    _ count: Int64,
    _ minutes: Int,
    _ unit: ArrowType.TimeUnit
  ) -> Int64 {
    let (sum, overflow) = count.addingReportingOverflow(Int64(minutes) * 60 * unit.perSecond)
    return overflow ? count : sum
  }

  /// `+01:00` or `-0330`; nil for names.
  private static func offsetMinutes(_ zone: String) -> Int? {
    guard let sign = zone.first, sign == "+" || sign == "-" else { return nil }
    let digits = zone.dropFirst().filter { $0 != ":" }
    guard digits.utf8.count == 4, let number = Int(digits) else { return nil }
    let minutes = number / 100 * 60 + number % 100
    return sign == "-" ? -minutes : minutes
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    let missing = width - text.utf8.count
    return missing > 0 ? String(repeating: "0", count: missing) + text : text
  }
}

extension Int64 {
  /// Quotient towards minus infinity, and a remainder that is never negative.
  func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// A signed integer of 256 bits, for its decimal digits only.
struct WideInteger: CustomStringConvertible {
  /// Least significant first, two's complement.
  private let words: [UInt64]

  /// Reads 32 bytes, little-endian.
  @unsafe
  init(at place: UnsafeRawPointer) {
    words = (0..<4).map { unsafe place.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
  }

  var description: String {
    let isNegative = words[3] >> 63 == 1
    var magnitude = words
    if isNegative {
      var carry = true
      for index in 0..<4 {
        let (word, overflow) = (~magnitude[index]).addingReportingOverflow(carry ? 1 : 0)
        magnitude[index] = word
        carry = overflow
      }
    }
    // Nineteen digits at a time, the most that a word holds.
    let base: UInt64 = 10_000_000_000_000_000_000
    var groups: [UInt64] = []
    while magnitude.contains(where: { $0 != 0 }) {
      var remainder: UInt64 = 0
      for index in (0..<4).reversed() {
        (magnitude[index], remainder) = base.dividingFullWidth((remainder, magnitude[index]))
      }
      groups.append(remainder)
    }
    guard let first = groups.last else { return "0" }
    let rest = groups.dropLast().reversed().map { group in
      let text = String(group)
      return String(repeating: "0", count: 19 - text.utf8.count) + text
    }
    return (isNegative ? "-" : "") + String(first) + rest.joined()
  }
}
