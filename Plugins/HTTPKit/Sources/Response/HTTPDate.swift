/// Dates as HTTP writes them (RFC 9110, section 5.6.7).
enum HTTPDate {
  /// The seconds since 1970 of a date in any of the three forms.
  ///
  /// - Parameters:
  ///   - text: Such as `Sun, 06 Nov 1994 08:49:37 GMT`; whether it was a Sunday is not looked at.
  ///   - now: The seconds since 1970, for years of two digits: none is over 50 years ahead.
  /// - Returns: nil if the text is in none of the forms.
  static func epochSeconds(_ text: String, now: Int) -> Int? {
    let parts = text.utf8.split(separator: UInt8(ascii: " ")).map(Array.init)
    // The asctime form: "Sun Nov  6 08:49:37 1994".
    if parts.count == 5, isDay(parts[0], days) {
      guard parts[2].count <= 2, parts[4].count == 4 else { return nil }
      return seconds(day: parts[2], month: parts[1], year: number(parts[4]), time: parts[3])
    }
    guard parts.last == Array("GMT".utf8), parts[0].last == UInt8(ascii: ",") else { return nil }
    let name = Array(parts[0].dropLast())
    if parts.count == 6, isDay(name, days) {
      guard parts[1].count == 2, parts[3].count == 4 else { return nil }
      return seconds(day: parts[1], month: parts[2], year: number(parts[3]), time: parts[4])
    }
    // The form of RFC 850: "Sunday, 06-Nov-94 08:49:37 GMT".
    guard parts.count == 4, isDay(name, longDays) else { return nil }
    let date = parts[1].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map(Array.init)
    guard date.count == 3, date[0].count == 2, date[2].count == 2, let short = number(date[2])
    else { return nil }
    let present = CivilTime(epochSeconds: now).year
    var year = present - present % 100 + short
    if year > present + 50 { year -= 100 }
    return seconds(day: date[0], month: date[1], year: year, time: parts[2])
  }

  private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let longDays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func isDay(_ text: [UInt8], _ names: [String]) -> Bool {
    names.contains { text.elementsEqual($0.utf8) }
  }

  private static func seconds(day: [UInt8], month: [UInt8], year: Int?, time: [UInt8]) -> Int? {
    let parts = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map(Array.init)
    guard parts.count == 3, parts.allSatisfy({ $0.count == 2 }), let year, let day = number(day),
      let month = months.firstIndex(where: { month.elementsEqual($0.utf8) }),
      let hour = number(parts[0]), let minute = number(parts[1]), let second = number(parts[2])
    else { return nil }
    return CivilTime(
      year: year,
      month: month + 1,
      day: day,
      hour: hour,
      minute: minute,
      second: second
    )?.epochSeconds
  }

  private static func number(_ digits: [UInt8]) -> Int? {
    guard !digits.isEmpty,
      digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
