import CLinux
import Glibc

/// Universally unique identifiers of version 7 (RFC 9562, section 5.7): in the order of time.
enum UUID {
  /// Random bytes that nobody has had yet: asking the system for each identifier would cost as much as a whole
  /// call.
  private struct Supply {
    static let size = 4096
    var bytes = [UInt8](repeating: 0, count: size)
    var used = size
    /// The time of the last identifier, in 4096ths of a millisecond.
    var lastTime: UInt64 = 0

    /// A time for a new identifier: later than the last one's, unless the clock was set back by over a second.
    mutating func time(atLeast now: UInt64) -> UInt64 {
      let isNear = lastTime >= now && lastTime - now < 4_096_000
      lastTime = isNear ? lastTime + 1 : now
      return lastTime
    }

    mutating func next() -> UInt64 {
      if used == Supply.size {
        // getrandom(2) may give less than was asked for when a signal comes.
        var filled = 0
        while filled < Supply.size {
          let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe getrandom(buffer.baseAddress.map { unsafe $0 + filled }, Supply.size - filled, 0)
          }
          if count > 0 { filled += count }
        }
        used = 0
      }
      defer { used += 8 }
      return unsafe bytes.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: used, as: UInt64.self)
      }
    }
  }

  private static let supply = Lock(Supply())

  /// A new identifier as text: 36 lower-case characters.
  ///
  /// The 12 bits behind the millisecond say which 4096th of it it was (RFC 9562, section 6.2, method 3), and go up with
  /// each, so that what a process makes sorts in the order in which it was made.
  static func makeV7() -> String {
    var clock = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &clock)
    let (milliseconds, rest) = UInt64(clock.tv_nsec).quotientAndRemainder(dividingBy: 1_000_000)
    let now = (UInt64(clock.tv_sec) * 1000 + milliseconds) << 12 | rest * 4096 / 1_000_000
    let (time, random) = supply.withLock { supply in (supply.time(atLeast: now), supply.next()) }
    return text(
      (time >> 12) << 16 | 0x7000 | time & 0x0FFF,
      random & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    )
  }

  /// 16 hexadecimal digits of each half, with dashes.
  private static func text(_ upper: UInt64, _ lower: UInt64) -> String {
    unsafe String(unsafeUninitializedCapacity: 36) { buffer in
      var end = 0
      for digit in 0..<32 {
        if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
          unsafe buffer[end] = UInt8(ascii: "-")
          end += 1
        }
        let half = digit < 16 ? upper : lower
        let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (digit & 15))) & 15
        unsafe buffer[end] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
        end += 1
      }
      return end
    }
  }
}
