package import DriverKit
internal import LoopKit

/// A limit of how many bytes a call moves in a second, shared by all its files.
///
/// On the loop. Nobody waits in it: who may move nothing more asks to be told. Who asked first is told first.
package final class Throttle {
  private var bucket: TokenBucket
  private let now: () -> Double
  private var timer: LoopTimer?
  private var waiting: [() -> Void] = []

  /// How many bytes are worth being moved: crumbs of a few would keep the loop and the network busy.
  private static let piece = 16_384.0

  /// A limit.
  ///
  /// - Parameters:
  ///   - bytesPerSecond: How many bytes, one at least. No more than an eighth of that passes at once.
  ///   - loop: The loop.
  ///   - now: Seconds of a clock that never goes back.
  package init(
    bytesPerSecond: Int,
    _ loop: Loop,
    now: @escaping () -> Double = { Loop.now() }
  ) {
    self.now = now
    bucket = TokenBucket(rate: bytesPerSecond, now: now())
    timer = loop.timer { [weak self] in self?.tell() }
  }

  /// Lets bytes pass.
  ///
  /// - Parameter wanted: How many would be liked.
  /// - Returns: How many may pass now; 0: none, and ``whenMore(_:)`` tells when.
  package func allow(_ wanted: Int) -> Int {
    let now = now()
    let least = min(Throttle.piece, Double(wanted))
    guard bucket.seconds(until: least, now: now) == 0 else { return 0 }
    return bucket.take(wanted, now: now)
  }

  /// Has a function run once bytes may pass; never inside of this.
  ///
  /// - Parameter body: What asks again then.
  /// - Throws: That the loop takes no timers any more.
  package func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    waiting.append(body)
    guard waiting.count == 1 else { return }
    do throws(DriverError) {
      try arm()
    } catch {
      waiting = []
      throw error
    }
  }

  private func arm() throws(DriverError) {
    let seconds = bucket.seconds(until: Throttle.piece, now: now())
    try timer?.arm(afterNanoseconds: UInt64(seconds * 1e9) + 1)
  }

  private func tell() {
    // Those who ask again have their turn after all the others.
    var left = waiting.count
    while left > 0, bucket.seconds(until: Throttle.piece, now: now()) == 0 {
      left -= 1
      waiting.removeFirst()()
    }
    guard !waiting.isEmpty else { return }
    // A loop that takes no timers any more has come to its end.
    try? arm()
  }
}
