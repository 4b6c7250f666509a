import ArgumentParser
import DriverHost

/// How long something takes, on a command line: `90s`, `15m`, `12h`, `30d`, `2w`.
struct SpanArgument: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let unit = argument.last.flatMap({ units[$0] }),
      let count = Int64(argument.dropLast()), count >= 0, count < 1_000_000_000
    else { return nil }
    duration = .seconds(count * unit)
  }
}

/// A moment on a command line: how long ago it was, or a date with or without a time, in UTC unless it says else.
struct MomentArgument: ExpressibleByArgument {
  let time: WallTime

  init?(argument: String) {
    if let span = SpanArgument(argument: argument) {
      time = WallTime.now.advanced(by: .zero - span.duration)
      return
    }
    guard let seconds = MomentArgument.seconds(argument) else { return nil }
    time = WallTime(nanoseconds: seconds * 1_000_000_000)
  }

  /// Seconds since 1970 of RFC 3339, of which the time, its seconds and the zone may be missing; nil for what is none.
  static func seconds(_ text: String) -> Int64? {
    let pattern =
      /(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:[Zz]|([+-])(\d\d):(\d\d))?)?/
    guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ text: Substring?) -> Int64 { text.flatMap { Int64($0) } ?? 0 }
    let (year, month, day) = (number(match.1), number(match.2), number(match.3))
    let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
    guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day), hour < 24,
      minute < 60, second < 61, year >= 1970, year < 2262
    else { return nil }
    let zone = (number(match.8) * 60 + number(match.9)) * (match.7 == "-" ? -60 : 60)
    return (daysSince1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - zone
  }

  private static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let years = (1970..<year).reduce(Int64(0)) { $0 + (isLeap($1) ? 366 : 365) }
    return (1..<month).reduce(years) { $0 + days(in: $1, of: year) } + day - 1
  }
}
