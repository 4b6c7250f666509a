internal import FileKit

/// What dates in a listing are read by: they have no time zone, and often no year.
struct ListingClock: Sendable, Hashable {
  /// Now, in seconds since the beginning of 1970 in UTC.
  let now: Int64
  /// By how many minutes the server's clock is ahead of UTC, from -1440 to 1440 (`list_time_zone`).
  let offset: Int

  /// How far a date without a year may be ahead before it is one of the year before, in seconds.
  ///
  /// The offset is rarely told, and clocks are wrong: `ls` itself leaves out the year of what lies within six months.
  private static let ahead: Int64 = 86_400

  /// A clock.
  ///
  /// - Parameters:
  ///   - now: Now, in seconds since the beginning of 1970 in UTC.
  ///   - offset: By how many minutes the server's clock is ahead of UTC.
  init(now: Int64, offset: Int = 0) {
    self.now = now
    self.offset = offset
  }

  /// A moment of the last twelve months, or of the day to come; nil: there is no such one.
  ///
  /// - Parameters:
  ///   - month: From 1.
  ///   - day: From 1.
  ///   - hour: From 0 to 23.
  ///   - minute: From 0 to 59.
  /// - Returns: The moment, exact to a minute. One of 29 February is that of the last leap year.
  func moment(month: Int, day: Int, hour: Int, minute: Int) -> FileTime? {
    // A little more than the years that have passed: the first one that is tried may be ahead.
    let latest = 1971 + Int(clamping: max(now, 0) / 31_556_952)
    // Around 2100 leap years are eight years apart.
    for year in stride(from: latest, through: latest - 9, by: -1) {
      let moment = FileTime(
        year: year,
        month: month,
        day: day,
        hour: hour,
        minute: minute,
        offset: offset,
        exactness: .minute
      )
      if let moment, moment.seconds - ListingClock.ahead <= now { return moment }
    }
    return nil
  }
}
