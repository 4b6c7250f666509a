/// When a file was changed, and how exactly that is known.
package struct FileTime: Sendable, Hashable {
  /// How long the span is in which the moment lies.
  ///
  /// SFTP tells seconds, MLSD seconds or parts of them, a listing like that of `ls` minutes or, for old files, days.
  package enum Exactness: Int, Sendable, Hashable {
    case nanosecond
    case second
    case minute
    case day

    /// The span in whole seconds; a part of a second counts as one.
    fileprivate var seconds: Int64 {
      switch self {
      case .nanosecond, .second: 1
      case .minute: 60
      case .day: 86_400
      }
    }
  }

  /// How one moment lies to another.
  package enum Order: Sendable, Hashable {
    case earlier
    case same
    case later
  }

  /// Seconds since the beginning of 1970 in UTC, where the span begins.
  package let seconds: Int64
  /// What is to be added, from 0 to 999,999,999.
  package let nanoseconds: Int32
  /// How exact it is.
  package let exactness: Exactness

  /// A moment.
  ///
  /// - Parameters:
  ///   - seconds: Seconds since the beginning of 1970 in UTC.
  ///   - nanoseconds: What is to be added; brought between 0 and 999,999,999.
  ///   - exactness: How exact it is.
  package init(seconds: Int64, nanoseconds: Int32 = 0, exactness: Exactness = .second) {
    self.seconds = seconds
    self.nanoseconds = exactness == .nanosecond ? min(max(nanoseconds, 0), 999_999_999) : 0
    self.exactness = exactness
  }

  /// How this moment lies to another, as far as both are known: the coarser one decides.
  ///
  /// - Parameter other: The other one.
  /// - Returns: `.same` where they cannot be told apart.
  package func order(to other: FileTime) -> Order {
    let coarser = exactness.rawValue > other.exactness.rawValue ? exactness : other.exactness
    let (own, others) = (span(coarser), other.span(coarser))
    if own != others { return own < others ? .earlier : .later }
    guard coarser == .nanosecond, nanoseconds != other.nanoseconds else { return .same }
    return nanoseconds < other.nanoseconds ? .earlier : .later
  }

  /// How long ago the moment was at least, where only a span is known.
  ///
  /// - Parameter now: Seconds since the beginning of 1970 in UTC.
  /// - Returns: Seconds; fewer than 0: it may still be to come.
  package func age(at now: Int64) -> Int64 {
    let (end, isFar) = seconds.addingReportingOverflow(exactness.seconds - 1)
    let (age, isFarther) = now.subtractingReportingOverflow(isFar ? .max : end)
    return isFarther ? (now < 0 ? .min : .max) : age
  }

  /// The number of the span in which the moment lies, counted from 1970; rounded down also before.
  private func span(_ exactness: Exactness) -> Int64 {
    let (quotient, rest) = seconds.quotientAndRemainder(dividingBy: exactness.seconds)
    return rest < 0 ? quotient - 1 : quotient
  }
}
