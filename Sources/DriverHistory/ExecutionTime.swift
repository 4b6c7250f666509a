internal import DriverHost
internal import Glibc

/// What an execution's id says of when it was created: it is a UUID of version 7 (RFC 9562, 5.7).
enum ExecutionTime {
  /// How far a record's time may be from its id's: both are taken one after the other.
  private static let tolerance: Int64 = 60_000

  /// An id that is not behind that of any execution of a moment or later.
  static func firstID(notAfter time: WallTime) -> String {
    id(milliseconds: time.nanoseconds / 1_000_000 - tolerance)
  }

  /// An id that is behind those of all executions before a moment.
  static func firstID(after time: WallTime) -> String {
    id(milliseconds: time.nanoseconds / 1_000_000 + tolerance)
  }

  /// The beginning of the ids of a millisecond: the first 48 bits.
  private static func id(milliseconds: Int64) -> String {
    let bits = UInt64(min(max(0, milliseconds), 1 << 48 - 1))
    let digits = String(bits, radix: 16)
    let padded = String(repeating: "0", count: 12 - digits.count) + digits
    return "\(padded.prefix(8))-\(padded.suffix(4))"
  }
}

/// This process, for people.
enum ProcessNumber {
  static var current: Int64 { Int64(getpid()) }
}
