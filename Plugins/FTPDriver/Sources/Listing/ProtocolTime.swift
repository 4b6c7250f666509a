internal import FileKit
internal import TransferKit

/// Moments as MLSD, MDTM and MFMT write them (RFC 3659, section 2.3): `20241127083412.123`, in UTC.
enum ProtocolTime {
  /// Reads a moment.
  ///
  /// - Parameter digits: Fourteen digits, and perhaps a point with parts of a second behind it.
  /// - Returns: The moment; nil: it is none. Parts of a second are kept where all nine digits of them are told: a
  ///   `FileTime` is exact to seconds or to nanoseconds, and one of milliseconds would pass for another than the same
  ///   moment in nanoseconds.
  static func time(_ digits: ArraySlice<UInt8>) -> FileTime? {
    let parts = digits.split(
      separator: UInt8(ascii: "."),
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    guard let whole = parts.first, whole.count == 14, whole.allSatisfy(ASCII.isDigit) else {
      return nil
    }
    let number = { (start: Int, count: Int) -> Int in
      ASCII.part(whole.dropFirst(start).prefix(count), count...count) ?? 0
    }
    var nanoseconds: Int64 = 0
    var exactness = FileTime.Exactness.second
    if parts.count > 1 {
      guard !parts[1].isEmpty, parts[1].allSatisfy(ASCII.isDigit) else { return nil }
      if parts[1].count >= 9, let fraction = ASCII.number(parts[1].prefix(9)) {
        (nanoseconds, exactness) = (fraction, .nanosecond)
      }
    }
    return FileTime(
      year: number(0, 4),
      month: number(4, 2),
      day: number(6, 2),
      hour: number(8, 2),
      minute: number(10, 2),
      second: number(12, 2),
      nanoseconds: Int32(nanoseconds),
      exactness: exactness
    )
  }
}

extension ProtocolTime {
  /// A moment as MFMT takes it: fourteen digits.
  ///
  /// - Parameter seconds: Since the beginning of 1970 in UTC.
  /// - Returns: The digits.
  static func text(_ seconds: Int64) -> String {
    String(FileTime(seconds: seconds).text.filter(\.isNumber))
  }
}
