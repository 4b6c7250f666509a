/// Bytes that are put together of the data types of the SSH protocol (RFC 4251 §5).
struct WireWriter {
  /// What was written.
  private(set) var bytes: [UInt8] = []

  /// Writes a byte.
  ///
  /// - Parameter value: The byte.
  mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// Writes a boolean.
  ///
  /// - Parameter value: The value.
  mutating func boolean(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// Writes a uint32.
  ///
  /// - Parameter value: The number.
  mutating func uint32(_ value: UInt32) { integer(value) }

  /// Writes a uint64.
  ///
  /// - Parameter value: The number.
  mutating func uint64(_ value: UInt64) { integer(value) }

  /// Writes bytes without a length in front.
  ///
  /// - Parameter value: The bytes.
  mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

  /// Writes a string.
  ///
  /// - Parameter value: Its bytes.
  /// - Throws: That they are too many.
  mutating func string(_ value: some Collection<UInt8>) throws(WireFault) {
    try length(value.count)
    bytes.append(contentsOf: value)
  }

  /// Writes a string that is text.
  ///
  /// - Parameter value: The text.
  /// - Throws: That it is too long.
  mutating func string(_ value: String) throws(WireFault) { try string(value.utf8) }

  /// Writes a string of bytes that somebody else keeps.
  ///
  /// - Parameter value: Its bytes.
  /// - Throws: That they are too many.
  mutating func string(_ value: borrowing Span<UInt8>) throws(WireFault) {
    try length(value.count)
    for place in value.indices { bytes.append(value[place]) }
  }

  /// Writes an mpint that is not below zero, in the only form that it may have.
  ///
  /// - Parameter magnitude: The number, its highest byte first; zeros in front are left out.
  /// - Throws: That it is too long.
  mutating func mpint(_ magnitude: some Collection<UInt8>) throws(WireFault) {
    let number = magnitude.drop { $0 == 0 }
    let hasHighBit = number.first.map { $0 & 0x80 != 0 } ?? false
    try length(number.count + (hasHighBit ? 1 : 0))
    if hasHighBit { bytes.append(0) }
    bytes.append(contentsOf: number)
  }

  /// Writes a name-list.
  ///
  /// - Parameter names: The names, in order.
  /// - Throws: Which name no list can hold, or that the list is too long.
  mutating func nameList(_ names: [String]) throws(WireFault) {
    for name in names {
      let isUsable =
        !name.isEmpty
        && name.utf8.allSatisfy { $0 != 0 && $0 < 0x80 && $0 != UInt8(ascii: ",") }
      guard isUsable else { throw .unusableName(name) }
    }
    try string(names.joined(separator: ","))
  }

  private mutating func length(_ count: Int) throws(WireFault) {
    guard let length = UInt32(exactly: count) else { throw .tooLong(count: count) }
    uint32(length)
  }

  private mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
