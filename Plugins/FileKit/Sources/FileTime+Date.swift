extension FileTime {
  /// The moments in UTC that a date with a year of four digits can tell: those of the years from 1 to 9999.
  private static let told: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// A moment that is told as a date and a time of day of the Gregorian calendar; nil: there is no such day or time.
  ///
  /// Nor is there one where a leap second, or the clock's offset, leads out of these years: no date in UTC tells it.
  ///
  /// - Parameters:
  ///   - year: From 1 to 9999.
  ///   - month: From 1.
  ///   - day: From 1.
  ///   - hour: From 0 to 23.
  ///   - minute: From 0 to 59.
  ///   - second: From 0 to 60: a leap second is the one behind it.
  ///   - nanoseconds: What is to be added; kept where it is exact to nanoseconds.
  ///   - offset: By how many minutes the clock that tells it is ahead of UTC.
  ///   - exactness: How exact it is.
  package init?(
    year: Int,
    month: Int,
    day: Int,
    hour: Int = 0,
    minute: Int = 0,
    second: Int = 0,
    nanoseconds: Int32 = 0,
    offset: Int = 0,
    exactness: Exactness
  ) {
    guard 1...9999 ~= year, 1...12 ~= month, 1...FileTime.days(in: month, of: year) ~= day,
      0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second, -1440...1440 ~= offset
    else { return nil }
    // Years that begin in March have the leap day at their end (Hinnant, chrono-Compatible Low-Level Date Algorithms).
    let years = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let days = years * 365 + years / 4 - years / 100 + years / 400 + dayOfYear - 719_468
    let minutes = (days * 24 + hour) * 60 + minute - offset
    let seconds = Int64(minutes) * 60 + Int64(second)
    guard FileTime.told ~= seconds else { return nil }
    self.init(seconds: seconds, nanoseconds: nanoseconds, exactness: exactness)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}
