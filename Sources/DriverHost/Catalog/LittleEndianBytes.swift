/// Bytes whose integers are read with a bounds check, least significant byte first.
struct LittleEndianBytes {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The integer at an offset; nil if it does not lie wholly inside.
  func integer<Integer: FixedWidthInteger & UnsignedInteger>(
    _: Integer.Type,
    at offset: Int
  ) -> Integer? {
    let width = Integer.bitWidth / 8
    guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return nil }
    var value: Integer = 0
    var shift: Integer = 0
    for byte in bytes[offset..<offset + width] {
      value |= Integer(truncatingIfNeeded: byte) &<< shift
      shift &+= 8
    }
    return value
  }

  func u16(at offset: Int) -> UInt16? { integer(UInt16.self, at: offset) }
  func u32(at offset: Int) -> UInt32? { integer(UInt32.self, at: offset) }
  func u64(at offset: Int) -> UInt64? { integer(UInt64.self, at: offset) }

  /// The bytes from an offset up to the next NUL; nil if there is none, or they are not UTF-8.
  func text(at offset: Int) -> String? {
    textRange(at: offset).flatMap { String(validating: bytes[$0], as: UTF8.self) }
  }

  /// Where the bytes from an offset up to the next NUL stand; nil if there is none.
  func textRange(at offset: Int) -> Range<Int>? {
    guard offset >= 0, offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else {
      return nil
    }
    return offset..<end
  }
}
