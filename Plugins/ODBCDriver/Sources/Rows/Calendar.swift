/// Days and times of the Gregorian calendar, as ODBC and Arrow have them.
enum Calendar {
  /// The days from 1970-01-01 to a date; nil where there is no such day.
  ///
  /// - Parameters:
  ///   - year: From -32768 to 32767; 0 is the year before 1.
  ///   - month: From 1.
  ///   - day: From 1.
  /// - Returns: The days.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    guard 1...12 ~= month, 1...daysIn(month, of: year) ~= day else { return nil }
    // Years begin in March here, so that the day that comes every four years is the last one.
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    let cycle = years >= 0 ? years / 400 : (years - 399) / 400
    let yearOfCycle = years - cycle * 400
    let dayOfYear = (153 * months + 2) / 5 + day - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * 146_097 + dayOfCycle - 719_468
  }

  private static func daysIn(_ month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// The microseconds of a time of day such as `23:59:59.123456`; nil where it is none.
  ///
  /// - Parameter text: Hours, minutes, seconds and up to six digits behind them; more must be zero.
  /// - Returns: The microseconds.
  static func microseconds(ofTime text: Span<UInt8>) -> Int64? {
    // Without seconds: `23:59`.
    if text.count == 5, text[2] == UInt8(ascii: ":"), let hours = two(text, 0),
      let minutes = two(text, 3), hours < 24, minutes < 60
    {
      return Int64(hours * 60 + minutes) * 60_000_000
    }
    guard text.count >= 8, text[2] == UInt8(ascii: ":"), text[5] == UInt8(ascii: ":"),
      let hours = two(text, 0), let minutes = two(text, 3), let seconds = two(text, 6),
      // PostgreSQL's day ends at 24:00:00.
      hours < 24 || (hours == 24 && minutes == 0 && seconds == 0), minutes < 60, seconds < 60
    else { return nil }
    var microseconds: Int64 = 0
    if text.count > 8 {
      guard text[8] == UInt8(ascii: "."), text.count > 9 else { return nil }
      var unit: Int64 = 100_000
      for index in 9..<text.count {
        guard let digit = digit(text[index]), unit > 0 || digit == 0 else { return nil }
        microseconds += Int64(digit) * unit
        unit /= 10
      }
    }
    return Int64((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + microseconds
  }

  /// The days from 1970-01-01 to a date such as `2024-02-29`; nil where it is none.
  static func days(ofDate text: Span<UInt8>) -> Int? {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let century = two(text, 0), let year = two(text, 2), let month = two(text, 5),
      let day = two(text, 8)
    else { return nil }
    return days(century * 100 + year, month, day)
  }

  /// The microseconds from 1970-01-01 to a moment such as `2024-02-29 12:13:14.5`, with a `T` perhaps and without a
  /// zone; nil where it is none.
  static func microseconds(ofMoment text: Span<UInt8>) -> Int64? {
    guard text.count >= 10, let days = days(ofDate: text.extracting(0..<10)) else { return nil }
    var microseconds = Int64(days) * 86_400_000_000
    guard text.count > 10 else { return microseconds }
    guard text[10] == UInt8(ascii: " ") || text[10] | 0x20 == UInt8(ascii: "t"),
      let time = Calendar.microseconds(ofTime: text.extracting(11..<text.count))
    else { return nil }
    microseconds += time
    return microseconds
  }

  private static func two(_ text: Span<UInt8>, _ place: Int) -> Int? {
    guard let tens = digit(text[place]), let ones = digit(text[place + 1]) else { return nil }
    return tens * 10 + ones
  }

  private static func digit(_ byte: UInt8) -> Int? {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? Int(byte - UInt8(ascii: "0")) : nil
  }
}
