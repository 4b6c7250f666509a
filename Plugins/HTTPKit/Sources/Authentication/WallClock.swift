internal import Glibc

/// The time of day, which signatures and dates in headers go by.
package enum WallClock {
  /// Seconds since 1970 (time(2)).
  package static var seconds: Int { time(nil) }
}
