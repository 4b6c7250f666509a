import Glibc

/// A moment on CLOCK_MONOTONIC, which is the ABI's clock for deadlines.
package struct MonotonicTime: Sendable, Hashable, Comparable {
  /// Nanoseconds since the clock's own beginning.
  package var nanoseconds: Int64

  /// A moment from the clock's nanoseconds.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// This moment.
  package static var now: MonotonicTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The moment that much later; the end of time where that overflows.
  package func advanced(by duration: Duration) -> MonotonicTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return MonotonicTime(nanoseconds: overflow ? .max : sum)
  }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in whole nanoseconds, at most what Int64 holds.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return sumOverflow ? .max : sum
  }

  /// The duration for a message: "2 s", "0.25 s"; "300 µs" where that is less than a millisecond.
  package var inWords: String {
    let nanoseconds = nanoseconds
    switch nanoseconds.magnitude {
    case 1..<1000: return "\(nanoseconds) ns"
    case 1000..<1_000_000: return "\(nanoseconds / 1000) µs"
    default: break
    }
    let thousandths = nanoseconds / 1_000_000
    if thousandths % 1000 == 0 { return "\(thousandths / 1000) s" }
    return "\(Double(thousandths) / 1000) s"
  }
}
