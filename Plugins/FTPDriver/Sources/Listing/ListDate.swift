internal import FileKit

/// The date in a line like those of `ls -l`, and how many words it takes.
///
/// The forms are `Nov 27 08:34`, `Nov 27  2024`, `27 Nov 2024`, `27 Nov 08:34`, `Nov 27 08:34:12 2024`,
/// `2024-11-27 08:34`, and the last one with seconds and a time zone behind it. A date with the name of a month in
/// another language is found by its looks and has no time: a name is worth more than a date that is guessed.
struct ListDate {
  /// When that is; nil: it is not known.
  let time: FileTime?
  /// How many words it takes.
  let count: Int

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Reads a date; nil: none begins there.
  ///
  /// - Parameters:
  ///   - words: The words of the line from there on.
  ///   - clock: What it is read by.
  init?(_ words: ArraySlice<ArraySlice<UInt8>>, _ clock: ListingClock) {
    let words = Array(words.prefix(4))
    guard words.count > 1 else { return nil }
    if let date = ListDate(numeric: words, clock) {
      self = date
      return
    }
    guard words.count > 2, let time = Clock(words[2]) else { return nil }
    // The day stands behind the month, or in front of it; `27.` and `27日` are days too.
    let day: Int
    let word: ArraySlice<UInt8>
    if let number = ListDate.day(words[1]), ListDate.isWord(words[0]) {
      (day, word) = (number, words[0])
    } else if let number = ListDate.day(words[0]), ListDate.isWord(words[1]) {
      (day, word) = (number, words[1])
    } else {
      return nil
    }
    let month = ListDate.month(word)
    switch time {
    case .year(let year):
      count = 3
      self.time = month.flatMap {
        FileTime(year: year, month: $0, day: day, offset: clock.offset, exactness: .day)
      }
    case .time(let hour, let minute, let second):
      // Seconds are told together with a year, behind them.
      if let second, words.count > 3, let year = ASCII.part(words[3], 4...4) {
        count = 4
        self.time = month.flatMap {
          FileTime(
            year: year,
            month: $0,
            day: day,
            hour: hour,
            minute: minute,
            second: second,
            offset: clock.offset,
            exactness: .second
          )
        }
        return
      }
      count = 3
      self.time = month.flatMap {
        clock.moment(month: $0, day: day, hour: hour, minute: minute)
      }
    }
  }

  /// `2024-11-27 08:34`, `2024-11-27 08:34:12.123456789 +0100`.
  private init?(numeric words: [ArraySlice<UInt8>], _ clock: ListingClock) {
    let parts = words[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, let year = ASCII.part(parts[0], 4...4),
      let month = ASCII.part(parts[1], 1...2), let day = ASCII.part(parts[2], 1...2),
      case .time(let hour, let minute, let second)? = Clock(words[1])
    else { return nil }
    var offset = clock.offset
    var count = 2
    if second != nil, words.count > 2, let zone = ListDate.zone(words[2]) {
      (offset, count) = (zone, 3)
    }
    self.count = count
    time = FileTime(
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second ?? 0,
      offset: offset,
      exactness: second == nil ? .minute : .second
    )
  }

  /// The last word: a time of day, or a year.
  private enum Clock {
    case year(Int)
    case time(hour: Int, minute: Int, second: Int?)

    init?(_ word: ArraySlice<UInt8>) {
      let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      if parts.count == 1, let year = ASCII.part(word, 4...4), year > 1900 {
        self = .year(year)
        return
      }
      guard 2...3 ~= parts.count, let hour = ASCII.part(parts[0], 1...2), hour < 24,
        let minute = ASCII.part(parts[1], 2...2), minute < 60
      else { return nil }
      guard parts.count > 2 else {
        self = .time(hour: hour, minute: minute, second: nil)
        return
      }
      // Parts of a second, which `ls --full-time` has, are left out.
      let whole = parts[2].prefix { $0 != UInt8(ascii: ".") }
      guard let second = ASCII.part(whole, 2...2), second <= 60,
        parts[2].dropFirst(3).allSatisfy(ASCII.isDigit)
      else { return nil }
      self = .time(hour: hour, minute: minute, second: second)
    }
  }

  /// The number of a day, such as `7`, `27` or `27.`.
  private static func day(_ word: ArraySlice<UInt8>) -> Int? {
    let digits = word.prefix(while: ASCII.isDigit)
    // A sign of one character may stand behind it, such as the one for "day" in Japanese; never letters of ASCII.
    let rest = word.dropFirst(digits.count)
    guard rest.count <= 3, rest.allSatisfy({ $0 >= 0x80 || $0 == UInt8(ascii: ".") }),
      let day = ASCII.part(digits, 1...2), 1...31 ~= day
    else { return nil }
    return day
  }

  /// Whether it may be the name of a month: with a letter in it, of whatever language, and no `:`.
  private static func isWord(_ word: ArraySlice<UInt8>) -> Bool {
    word.count <= 24 && word.contains { ASCII.isLetter($0) || $0 >= 0x80 }
      && !word.contains(UInt8(ascii: ":"))
  }

  /// The number of a month with its English name, short or whole, perhaps with a point.
  private static func month(_ word: ArraySlice<UInt8>) -> Int? {
    let name = ASCII.small(word.last == UInt8(ascii: ".") ? word.dropLast() : word)
    let long = [
      "january", "february", "march", "april", "june", "july", "august", "september", "sept",
      "october", "november", "december",
    ]
    guard name.utf8.count == 3 || long.contains(name) else { return nil }
    return months.firstIndex(of: String(name.prefix(3))).map { $0 + 1 }
  }

  /// The minutes of a time zone such as `+0100`.
  private static func zone(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.count == 5, let sign = word.first,
      sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let hours = ASCII.part(word.dropFirst().prefix(2), 2...2), hours <= 14,
      let minutes = ASCII.part(word.suffix(2), 2...2), minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }
}
