internal import CODBC

extension Calendar {
  /// The year, month and day that a number of days since 1970-01-01 comes to.
  static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    // Days since 0000-03-01, in cycles of 400 years.
    let shifted = days + 719_468
    let cycle = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
    let day = shifted - cycle * 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let (number, isNextYear) = month < 10 ? (month + 3, false) : (month - 9, true)
    return (
      year + cycle * 400 + (isNextYear ? 1 : 0), number, dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  /// A time of day as ISO 8601 has it, with six digits behind the second where there are any.
  static func text(ofTime microseconds: Int64) -> String {
    let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let time =
      "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return fraction == 0 ? time : "\(time).\(padded(fraction, 6))"
  }

  /// A date as ISO 8601 has it.
  static func text(ofDate days: Int) -> String {
    let (year, month, day) = date(days)
    let sign = year < 0 ? "-" : ""
    return
      "\(sign)\(padded(Int64(year.magnitude), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))"
  }

  /// A moment as SQL has it, with the digits behind the second that its unit has, where there are any.
  static func text(ofMoment count: Int64, _ unit: RecordTimeUnit) -> String {
    let (days, second, fraction) = parts(ofMoment: count, unit)
    let text = "\(text(ofDate: Int(days))) \(text(ofTime: second * 1_000_000))"
    guard fraction > 0 else { return text }
    return unit == .nanosecond
      ? "\(text).\(padded(fraction, 9))"
      : "\(text).\(padded(fraction * (1_000_000 / unit.perSecond), 6))"
  }

  /// The days since 1970-01-01, the seconds of the day and what is left of a moment; any count has them.
  static func parts(
    ofMoment count: Int64,
    _ unit: RecordTimeUnit
  ) -> (days: Int64, second: Int64, fraction: Int64) {
    // Rounded down, so that what is left is never below zero.
    func floored(_ count: Int64, _ size: Int64) -> (Int64, Int64) {
      let (whole, rest) = count.quotientAndRemainder(dividingBy: size)
      return rest < 0 ? (whole - 1, rest + size) : (whole, rest)
    }
    let (seconds, fraction) = floored(count, unit.perSecond)
    let (days, second) = floored(seconds, 86_400)
    return (days, second, fraction)
  }

  /// The days since 1970-01-01 of the years that every database has: 1 to 9999.
  static let commonDays = -719_162...2_932_896

  /// A number with zeros in front.
  static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}

extension Calendar {
  /// How many microseconds or nanoseconds lie between 1970-01-01 and a moment; nil where it is none, or too far away.
  static func count(_ moment: SQL_TIMESTAMP_STRUCT, inNanoseconds isNano: Bool) -> Int64? {
    guard let days = days(Int(moment.year), Int(moment.month), Int(moment.day)),
      moment.hour < 24, moment.minute < 60, moment.second < 61, moment.fraction < 1_000_000_000
    else { return nil }
    let minutes = (days * 24 + Int(moment.hour)) * 60 + Int(moment.minute)
    let seconds = Int64(minutes) * 60 + Int64(moment.second)
    let fraction = Int64(moment.fraction)
    guard isNano else { return seconds * 1_000_000 + fraction / 1000 }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (count, isTooLate) = whole.addingReportingOverflow(fraction)
    return overflow || isTooLate ? nil : count
  }
}

extension RecordTimeUnit {
  /// How many there are in a second.
  var perSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }
}

extension SQL_DATE_STRUCT {
  /// The date so many days after 1970-01-01, cut to the years that fit.
  init(days: Int) {
    let (year, month, day) = Calendar.date(days)
    self.init(
      year: SQLSMALLINT(clamping: year),
      month: SQLUSMALLINT(month),
      day: SQLUSMALLINT(day)
    )
  }
}

extension SQL_TIMESTAMP_STRUCT {
  /// The moment at a count since 1970-01-01, cut to the years that fit.
  init(_ count: Int64, _ unit: RecordTimeUnit) {
    let (days, second, fraction) = Calendar.parts(ofMoment: count, unit)
    let (year, month, day) = Calendar.date(Int(days))
    self.init(
      year: SQLSMALLINT(clamping: year),
      month: SQLUSMALLINT(month),
      day: SQLUSMALLINT(day),
      hour: SQLUSMALLINT(second / 3600),
      minute: SQLUSMALLINT(second / 60 % 60),
      second: SQLUSMALLINT(second % 60),
      fraction: SQLUINTEGER(fraction * (1_000_000_000 / unit.perSecond))
    )
  }
}
