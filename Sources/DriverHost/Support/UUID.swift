import CLinux
import Glibc

/// Universally unique identifiers of version 7 (RFC 9562, section 5.7): in the order of time.
enum UUID {
  /// A new identifier as text: 36 lower-case characters.
  static func makeV7() -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    // getrandom(2) gives up to 256 bytes whole once the system has been seeded.
    unsafe getrandom(&bytes, bytes.count, 0)
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    for place in 0..<6 {
      bytes[place] = UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64(place)))
    }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    return text(bytes)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    let digits: StaticString = "0123456789abcdef"
    return unsafe String(unsafeUninitializedCapacity: 36) { buffer in
      var end = 0
      for (place, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(place) {
          unsafe buffer[end] = UInt8(ascii: "-")
          end += 1
        }
        unsafe buffer[end] = digits.utf8Start[Int(byte >> 4)]
        unsafe buffer[end + 1] = digits.utf8Start[Int(byte & 15)]
        end += 2
      }
      return end
    }
  }
}
