/// A walk over the data types of the SSH protocol (RFC 4251 §5).
///
/// Nothing is copied before it is asked for, and no length that the bytes tell is believed.
struct WireReader {
  private var rest: ArraySlice<UInt8>
  private let start: Int

  /// A walk over all of some bytes.
  ///
  /// - Parameter bytes: The bytes; places in faults are counted from the first one.
  init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// A walk over a part of some bytes, such as a string that holds fields of its own.
  ///
  /// - Parameter bytes: The part; places in faults are counted from its first one.
  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
    start = bytes.startIndex
  }

  /// A walk over a copy of bytes that are not ours to keep.
  ///
  /// - Parameter bytes: The bytes.
  init(copying bytes: borrowing Span<UInt8>) {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for place in bytes.indices { copy.append(bytes[place]) }
    self.init(copy)
  }

  /// How many bytes were read.
  var offset: Int { rest.startIndex - start }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// What was not read yet.
  var remaining: ArraySlice<UInt8> { rest }

  /// Reads bytes that have no length in front.
  ///
  /// - Parameter count: How many.
  /// - Returns: The bytes.
  /// - Throws: That there are fewer.
  mutating func bytes(_ count: Int) throws(WireFault) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else {
      throw .truncated(at: offset, needed: count, left: rest.count)
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Reads a byte.
  ///
  /// - Returns: The byte.
  /// - Throws: That nothing is left.
  mutating func byte() throws(WireFault) -> UInt8 {
    guard let byte = rest.first else { throw .truncated(at: offset, needed: 1, left: 0) }
    rest = rest.dropFirst()
    return byte
  }

  /// Reads a boolean: every byte but 0 is true.
  ///
  /// - Returns: The value.
  /// - Throws: That nothing is left.
  mutating func boolean() throws(WireFault) -> Bool { try byte() != 0 }

  /// Reads a uint32.
  ///
  /// - Returns: The number.
  /// - Throws: That fewer than four bytes are left.
  mutating func uint32() throws(WireFault) -> UInt32 {
    try bytes(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads a uint64.
  ///
  /// - Returns: The number.
  /// - Throws: That fewer than eight bytes are left.
  mutating func uint64() throws(WireFault) -> UInt64 {
    try bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads a string, which may hold any bytes.
  ///
  /// - Returns: Its bytes, without the length.
  /// - Throws: That it is cut off.
  mutating func string() throws(WireFault) -> ArraySlice<UInt8> {
    let count = try uint32()
    return try bytes(Int(count))
  }

  /// Reads a string that is text.
  ///
  /// - Returns: The text.
  /// - Throws: That it is cut off or no UTF-8.
  mutating func text() throws(WireFault) -> String {
    let place = offset
    guard let text = String(validating: try string(), as: UTF8.self) else {
      throw .badText(at: place)
    }
    return text
  }

  /// Reads an mpint that is not below zero.
  ///
  /// - Returns: The number, its highest byte first and not 0: nothing for zero.
  /// - Throws: That it is cut off, below zero, or longer than it need be.
  mutating func mpint() throws(WireFault) -> ArraySlice<UInt8> {
    let place = offset
    let number = try string()
    guard let first = number.first else { return number }
    guard first & 0x80 == 0 else { throw .negativeInteger(at: place) }
    guard first == 0 else { return number }
    let magnitude = number.dropFirst()
    // The zero is only there to tell a high bit from a sign.
    guard let high = magnitude.first, high & 0x80 != 0 else { throw .paddedInteger(at: place) }
    return magnitude
  }

  /// Reads a name-list.
  ///
  /// - Returns: The names, in order.
  /// - Throws: That it is cut off, or has a name that no list may have.
  mutating func nameList() throws(WireFault) -> [String] {
    let place = offset
    let list = try string()
    if list.isEmpty { return [] }
    guard list.allSatisfy({ $0 != 0 && $0 < 0x80 }) else { throw .badNameList(at: place) }
    let names = list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard !names.contains(where: \.isEmpty) else { throw .badNameList(at: place) }
    return names.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Makes sure that nothing is left.
  ///
  /// - Throws: What is left.
  func end() throws(WireFault) {
    guard rest.isEmpty else { throw .trailingBytes(at: offset, count: rest.count) }
  }
}
