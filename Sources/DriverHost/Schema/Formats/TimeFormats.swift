/// Dates, times and durations (RFC 3339).
enum TimeFormats {
  /// `date-time` (section 5.6).
  static func isDateTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let separator = bytes.firstIndex(where: { $0 == 0x54 || $0 == 0x74 }) else {
      return false
    }
    return isDate(bytes[..<separator]) && isTime(bytes[(separator + 1)...])
  }

  /// `full-date` (section 5.6), a day that there is.
  static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    guard let year = rest.takeNumber(digits: 4), rest.take(UInt8(ascii: "-")),
      let month = rest.takeNumber(digits: 2), rest.take(UInt8(ascii: "-")),
      let day = rest.takeNumber(digits: 2), rest.isEmpty
    else { return false }
    return (1...12).contains(month) && (1...days(in: month, of: year)).contains(day)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `full-time` (section 5.6).
  ///
  /// A leap second is at 23:59:60 UTC (section 5.7).
  static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    guard let hour = rest.takeNumber(digits: 2), hour < 24, rest.take(UInt8(ascii: ":")),
      let minute = rest.takeNumber(digits: 2), minute < 60, rest.take(UInt8(ascii: ":")),
      let second = rest.takeNumber(digits: 2), second <= 60
    else { return false }
    if rest.take(UInt8(ascii: ".")), rest.takeAll(where: \.isASCIIDigit) == 0 { return false }
    guard let offset = offset(&rest), rest.isEmpty else { return false }
    if second < 60 { return true }
    let minutesOfDay = 24 * 60
    let utc = (hour * 60 + minute - offset + minutesOfDay) % minutesOfDay
    return utc == minutesOfDay - 1
  }

  /// `time-offset` in minutes; nil if there is none.
  private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
    if rest.take(UInt8(ascii: "Z")) || rest.take(UInt8(ascii: "z")) { return 0 }
    let sign: Int
    if rest.take(UInt8(ascii: "+")) {
      sign = 1
    } else if rest.take(UInt8(ascii: "-")) {
      sign = -1
    } else {
      return nil
    }
    guard let hours = rest.takeNumber(digits: 2), hours < 24, rest.take(UInt8(ascii: ":")),
      let minutes = rest.takeNumber(digits: 2), minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }

  /// `duration` (appendix A): a unit may be followed by the next smaller one only.
  static func isDuration(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    guard rest.take(UInt8(ascii: "P")) else { return false }
    if rest.last == UInt8(ascii: "W") {
      rest.removeLast()
      return rest.takeAll(where: \.isASCIIDigit) > 0 && rest.isEmpty
    }
    let parts = rest.split(
      separator: UInt8(ascii: "T"),
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    let hasDate = isChain(parts[0], of: Array("YMD".utf8))
    guard parts.count == 2 else { return hasDate }
    return (hasDate || parts[0].isEmpty) && isChain(parts[1], of: Array("HMS".utf8))
  }

  /// One number with its unit or more, the units without a gap.
  private static func isChain(_ bytes: ArraySlice<UInt8>, of units: [UInt8]) -> Bool {
    var rest = bytes
    var expected: Int?
    while !rest.isEmpty {
      guard rest.takeAll(where: \.isASCIIDigit) > 0, let unit = rest.popFirst(),
        let index = units.firstIndex(of: unit), expected == nil || index == expected
      else { return false }
      expected = index + 1
    }
    return expected != nil
  }
}
