/// Bytes whose integers are read with a bounds check, least significant byte first.
struct LittleEndianBytes: Sendable {
  let bytes: [UInt8]

  /// Bytes as they are.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The integer at an offset.
  ///
  /// - Parameters:
  ///   - type: The integer's type.
  ///   - offset: Where it begins.
  /// - Returns: The integer; nil if it does not lie wholly inside.
  func integer<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type,
    at offset: Int
  ) -> Integer? {
    let width = Integer.bitWidth / 8
    guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return nil }
    return bytes[offset..<offset + width].reversed().reduce(0) {
      $0 &<< 8 | Integer(truncatingIfNeeded: $1)
    }
  }

  func u16(at offset: Int) -> UInt16? { integer(UInt16.self, at: offset) }
  func u32(at offset: Int) -> UInt32? { integer(UInt32.self, at: offset) }
  func u64(at offset: Int) -> UInt64? { integer(UInt64.self, at: offset) }

  /// The text from an offset up to the next NUL.
  ///
  /// - Parameter offset: Where it begins.
  /// - Returns: The text; nil if it has no end here, or is not UTF-8.
  func text(at offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else {
      return nil
    }
    return String(validating: bytes[offset..<end], as: UTF8.self)
  }
}
