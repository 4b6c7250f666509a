internal import CCurl
internal import DriverKit
internal import Glibc

/// libcurl's one timer on the host's loop.
///
/// libcurl moves its timer with each request, nearly always to a later time. The loop's timer is left
/// where it is then, and set anew when it runs out too early.
@safe
final class CurlClock {
  private let loop: Loop
  private var timer: LoopTimer?
  /// When libcurl wants to run; nil: no more.
  private var wanted: UInt64?
  /// When the loop's timer runs out.
  private var armed: UInt64?
  /// Whether libcurl wants to run at once.
  private var isDue = false
  /// Lets libcurl run.
  var onTime: (() -> Void)?

  init(_ loop: Loop) {
    self.loop = loop
    timer = loop.timer { [unowned self] in ranOut() }
  }

  /// Makes libcurl say here when it wants to run.
  func setUp(multi: UnsafeMutableRawPointer) {
    unsafe ccurl_multi_set_pointer(
      multi,
      CURLMOPT_TIMERDATA,
      Unmanaged.passUnretained(self).toOpaque()
    )
    unsafe ccurl_multi_set_timer_function(multi, CurlClock.changed)
  }

  /// Whether libcurl has asked to run at once since this was last called.
  func takeDue() -> Bool {
    defer { isDue = false }
    return isDue
  }

  /// Sets the loop's timer if it runs out later than libcurl wants.
  ///
  /// What libcurl wants at once comes with the loop's next turn.
  func settle() {
    guard let wanted = isDue ? monotonicNanoseconds() : wanted else { return }
    if let armed, armed <= wanted { return }
    arm(wanted)
  }

  /// The corresponding C type is `curl_multi_timer_callback`.
  private static let changed: curl_multi_timer_callback = { _, milliseconds, context in
    // -1 would make the multi useless for all of its transfers.
    guard let context = unsafe context else { return 0 }
    let clock = unsafe Unmanaged<CurlClock>.fromOpaque(context).takeUnretainedValue()
    clock.isDue = milliseconds == 0
    clock.wanted =
      milliseconds > 0 ? monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000 : nil
    return 0
  }

  private func ranOut() {
    armed = nil
    if isDue || wanted.map({ monotonicNanoseconds() >= $0 }) == true {
      isDue = false
      wanted = nil
      onTime?()
    } else if let wanted {
      arm(wanted)
    }
  }

  private func arm(_ time: UInt64) {
    let now = monotonicNanoseconds()
    do throws(DriverError) {
      try timer?.arm(afterNanoseconds: time > now ? time - now : 0)
      armed = time
    } catch {
      // The loop is at its end, and the transfers with it.
      armed = nil
    }
  }
}

/// CLOCK_MONOTONIC, in nanoseconds.
package func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
