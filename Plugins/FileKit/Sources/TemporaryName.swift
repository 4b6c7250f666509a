/// The name of a file while it is written: `.report.csv.dh-1760000000-00d0f5a1b2c3e4f6.part`.
///
/// It is renamed when it is whole. The token in it, `dh-`, the time and a random number, is ours alone: who finds such
/// a name knows by it how long ago the file was begun, whatever clock the server has, and may remove it when that is
/// long.
package struct TemporaryName: Sendable, Hashable {
  /// The name.
  package let bytes: [UInt8]
  /// When the file was begun, in seconds since the beginning of 1970 by the clock of who began it.
  package let time: Int64
  /// The name that it is to have; the beginning of it where that is long.
  package let stem: [UInt8]

  private static let mark = Array(".dh-".utf8)
  private static let ending = Array(".part".utf8)
  private static let timeDigits = 10
  private static let randomDigits = 16
  /// What is added behind the stem: the mark, the time, `-`, the random number and the ending.
  private static let added = mark.count + timeDigits + 1 + randomDigits + ending.count

  /// A name for a new file.
  ///
  /// - Parameters:
  ///   - name: The name that it is to have; any bytes.
  ///   - time: Now, in seconds since the beginning of 1970.
  ///   - random: A random number, so that two of them do not meet.
  package init(for name: some Collection<UInt8>, time: Int64, random: UInt64) {
    // As many digits as there are places for: until the year 2286.
    self.time = min(max(time, 0), 9_999_999_999)
    let room = NumberedName.limit - 1 - TemporaryName.added
    stem = Array(NumberedName.cut(Array(name)[...], to: room))
    var bytes = [UInt8(ascii: ".")] + stem + TemporaryName.mark
    bytes += TemporaryName.digits(String(self.time), TemporaryName.timeDigits)
    bytes.append(UInt8(ascii: "-"))
    bytes += TemporaryName.digits(String(random, radix: 16), TemporaryName.randomDigits)
    self.bytes = bytes + TemporaryName.ending
  }

  private static func digits(_ text: String, _ count: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "0"), count: max(count - text.utf8.count, 0)) + Array(text.utf8)
  }

  /// Reads a name of ours; nil: it is not exactly as we write them.
  ///
  /// - Parameter name: The name of a file, as a server tells it.
  package init?(recognizing name: some Collection<UInt8>) {
    let bytes = Array(name)
    let stemEnd = bytes.count - TemporaryName.added
    guard stemEnd >= 1, bytes.count <= NumberedName.limit, bytes[0] == UInt8(ascii: ".") else {
      return nil
    }
    let time = bytes[(stemEnd + TemporaryName.mark.count)...].prefix(TemporaryName.timeDigits)
    let random = bytes[(time.endIndex + 1)...].prefix(TemporaryName.randomDigits)
    guard
      bytes[stemEnd...].starts(with: TemporaryName.mark),
      time.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
      bytes[time.endIndex] == UInt8(ascii: "-"),
      random.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
      bytes[random.endIndex...].elementsEqual(TemporaryName.ending)
    else { return nil }
    self.bytes = bytes
    self.time = time.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    stem = Array(bytes[1..<stemEnd])
  }

  /// Whether it is a file of a run that must be over.
  ///
  /// A time that is to come, which another machine's clock may have written, is of no age.
  ///
  /// - Parameters:
  ///   - age: Seconds.
  ///   - now: Now, in seconds since the beginning of 1970.
  /// - Returns: Whether it is older.
  package func isOlder(than age: Int64, now: Int64) -> Bool {
    let (own, overflow) = now.subtractingReportingOverflow(time)
    return !overflow && own >= 0 && own > age
  }

  /// Whether it may be what was written of a file, such as to go on with it.
  ///
  /// - Parameter name: The name of the file.
  /// - Returns: Whether its stem is that name, or the beginning of it where the name is long.
  package func isOf(_ name: some Collection<UInt8>) -> Bool {
    stem == TemporaryName(for: name, time: time, random: 0).stem
  }
}
