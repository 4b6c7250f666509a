/// How many bytes may pass by now, at so many a second.
struct TokenBucket {
  /// How many there are at most: what nobody took for long does not pass at once later.
  let capacity: Double
  private let rate: Double
  private var level: Double
  private var last: Double

  /// A bucket that is full.
  ///
  /// - Parameters:
  ///   - rate: Bytes a second, one at least.
  ///   - now: Seconds of a clock that never goes back.
  init(rate: Int, now: Double) {
    self.rate = Double(max(rate, 1))
    capacity = max(self.rate / 8, 1)
    level = capacity
    last = now
  }

  /// Takes bytes.
  ///
  /// - Parameters:
  ///   - wanted: How many would be liked.
  ///   - now: The time.
  /// - Returns: How many may pass.
  mutating func take(_ wanted: Int, now: Double) -> Int {
    fill(now)
    let count = min(max(wanted, 0), Int(level))
    level -= Double(count)
    return count
  }

  /// How long it takes until so many may pass.
  ///
  /// - Parameters:
  ///   - count: How many; no more than it ever has.
  ///   - now: The time.
  /// - Returns: Seconds; 0: they may.
  mutating func seconds(until count: Double, now: Double) -> Double {
    fill(now)
    return max((min(count, capacity) - level) / rate, 0)
  }

  private mutating func fill(_ now: Double) {
    level = min(level + max(now - last, 0) * rate, capacity)
    last = max(now, last)
  }
}
