package import DriverKit
internal import Glibc

extension Loop {
  /// Seconds of the clock that never goes back.
  package static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Waits for a while.
  package func sleep(_ seconds: Double, _ scope: Scope) async throws(DriverError) {
    let waiting = Waiting<Bool>()
    let timer = timer { waiting.finish(.success(true)) }
    try timer.arm(afterNanoseconds: UInt64(max(0, seconds) * 1e9))
    _ = try await waiting.value(scope)
    timer.disarm()
  }
}
