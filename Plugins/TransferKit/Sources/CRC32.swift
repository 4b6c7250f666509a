/// The checksum of ISO-HDLC, as zip, Ethernet and `cksum -o 3` have it.
struct CRC32 {
  private var register: UInt32 = 0xFFFF_FFFF

  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
  }

  /// Takes bytes.
  mutating func update(_ bytes: [UInt8]) {
    let table = CRC32.table
    var value = register
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    register = value
  }

  /// The checksum of all that was taken, its first byte first.
  var bytes: [UInt8] {
    let value = ~register
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
