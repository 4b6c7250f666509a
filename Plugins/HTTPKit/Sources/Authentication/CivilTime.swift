/// A date and a time of day in UTC, in the Gregorian calendar.
struct CivilTime: Equatable {
  var year: Int
  /// From 1 to 12.
  var month: Int
  /// From 1 to 31.
  var day: Int
  var hour = 0
  var minute = 0
  /// From 0 to 60, for a leap second.
  var second = 0

  private static let secondsOfDay = 86_400

  /// The time of so many seconds since 1970.
  ///
  /// Times before the year 1 and after the year 9999 become the first and the last between.
  init(epochSeconds: Int) {
    let seconds = min(max(epochSeconds, -62_135_596_800), 253_402_300_799)
    let rest = (seconds % CivilTime.secondsOfDay + CivilTime.secondsOfDay) % CivilTime.secondsOfDay
    let days = (seconds - rest) / CivilTime.secondsOfDay
    // 146,097 days are 400 years: the guess is at most some years before, and never after.
    year = max(1, 1970 + days * 400 / 146_097 - 2)
    while CivilTime.days(before: year + 1) <= days { year += 1 }
    var left = days - CivilTime.days(before: year)
    month = 1
    while left >= CivilTime.length(ofMonth: month, in: year) {
      left -= CivilTime.length(ofMonth: month, in: year)
      month += 1
    }
    day = left + 1
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
  }

  /// A date and a time of day; nil if there is none such.
  init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month),
      day >= 1, day <= CivilTime.length(ofMonth: month, in: year),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// The seconds since 1970.
  var epochSeconds: Int {
    var days = CivilTime.days(before: year) + day - 1
    for month in 1..<month { days += CivilTime.length(ofMonth: month, in: year) }
    return days * CivilTime.secondsOfDay + hour * 3600 + minute * 60 + second
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func length(ofMonth month: Int, in year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The days from 1970 to the first of a year, from the year 1 on.
  private static func days(before year: Int) -> Int {
    let past = year - 1
    // 719,162 days are from the first of year 1 to 1970.
    return past * 365 + past / 4 - past / 100 + past / 400 - 719_162
  }
}
