import Glibc

/// A moment of the calendar, in nanoseconds since 1970-01-01T00:00:00Z, as CLOCK_REALTIME has it.
///
/// For people and for files: what must not jump is measured with `MonotonicTime`.
public struct WallTime: Sendable, Hashable, Comparable {
  /// Nanoseconds since 1970.
  public var nanoseconds: Int64

  /// A moment from its nanoseconds since 1970.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// This moment.
  public static var now: WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Whether the first comes earlier.
  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment that much later; the first or the last one that there is where that overflows.
  public func advanced(by duration: Duration) -> WallTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return WallTime(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
  }
}

extension WallTime: CustomStringConvertible {
  /// RFC 3339 in UTC with milliseconds: `2026-11-26T09:50:24.123Z`.
  public var description: String {
    let milliseconds = nanoseconds.floored(by: 1_000_000).quotient
    let (days, rest) = milliseconds.floored(by: 86_400_000)
    let time = ArrowText.time(rest, .millisecond)
    // A whole second is written without a fraction there.
    return "\(ArrowText.date(days: days))T\(time)\(rest % 1000 == 0 ? ".000" : "")Z"
  }
}
