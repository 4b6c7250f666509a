/// A table in a FlatBuffer; nothing in the buffer is believed.
///
/// Places are those of `bytes`. Each member is read on its own and nothing is followed further than it is asked for, so
/// that tables which refer to each other in a circle do no harm. The format: https://flatbuffers.dev/internals/.
struct FlatBufferTable: Sendable {
  private let bytes: LittleEndianBytes
  private let place: Int
  /// Where the places of its members stand, and how many bytes that takes.
  private let members: Int
  private let membersSize: Int

  /// The table that a buffer begins with.
  ///
  /// - Parameter bytes: The whole buffer.
  /// - Throws: What is wrong with it.
  init(rootOf bytes: [UInt8]) throws(ArrowFault) {
    let bytes = LittleEndianBytes(bytes)
    try self.init(bytes, at: FlatBufferTable.target(in: bytes, of: 0))
  }

  fileprivate init(_ bytes: LittleEndianBytes, at place: Int) throws(ArrowFault) {
    guard let distance = bytes.u32(at: place) else { throw .damagedMetadata }
    let members = place - Int(Int32(bitPattern: distance))
    guard let size = bytes.u16(at: members), size >= 4, members <= bytes.bytes.count - Int(size)
    else { throw .damagedMetadata }
    self.bytes = bytes
    self.place = place
    self.members = members
    membersSize = Int(size)
  }

  /// Whether a member is there.
  ///
  /// - Parameter number: Its number in the schema.
  /// - Returns: Whether it is.
  func has(_ number: Int) -> Bool { memberPlace(number) != nil }

  /// The value of a number, an enumeration or a union's kind.
  ///
  /// - Parameters:
  ///   - number: Its number in the schema.
  ///   - standard: What it is where it is not there.
  /// - Returns: The value.
  /// - Throws: Where it lies outside of the buffer.
  func integer<Integer: FixedWidthInteger>(
    _ number: Int,
    else standard: Integer
  ) throws(ArrowFault) -> Integer where Integer.Magnitude: UnsignedInteger {
    guard let place = memberPlace(number) else { return standard }
    guard let value = bytes.integer(Integer.Magnitude.self, at: place) else {
      throw .damagedMetadata
    }
    return Integer(truncatingIfNeeded: value)
  }

  /// The value of a Boolean that is false where it is not there.
  ///
  /// - Parameter number: Its number in the schema.
  /// - Returns: The value.
  /// - Throws: Where it lies outside of the buffer.
  func flag(_ number: Int) throws(ArrowFault) -> Bool { try integer(number, else: UInt8(0)) != 0 }

  /// A table that this one refers to, as a member or as the value of a union.
  ///
  /// - Parameter number: Its number in the schema.
  /// - Returns: The table; nil: there is none.
  /// - Throws: What is wrong with it.
  func table(_ number: Int) throws(ArrowFault) -> FlatBufferTable? {
    guard let place = memberPlace(number) else { return nil }
    return try FlatBufferTable(bytes, at: FlatBufferTable.target(in: bytes, of: place))
  }

  /// How many bytes a string has, without reading it.
  ///
  /// - Parameter number: Its number in the schema.
  /// - Returns: The count; 0 where there is none.
  /// - Throws: Where it lies outside of the buffer.
  func stringSize(_ number: Int) throws(ArrowFault) -> Int { try vector(number, of: 1).count }

  /// A string.
  ///
  /// - Parameter number: Its number in the schema.
  /// - Returns: The string; empty where there is none.
  /// - Throws: Where it lies outside of the buffer, or is not UTF-8.
  func string(_ number: Int) throws(ArrowFault) -> String {
    let vector = try vector(number, of: 1)
    let text = bytes.bytes[vector.place..<vector.place + vector.count]
    guard let string = String(validating: text, as: UTF8.self) else { throw .damagedMetadata }
    return string
  }

  /// A vector of numbers, structs or references.
  ///
  /// - Parameters:
  ///   - number: Its number in the schema.
  ///   - size: How many bytes each element takes.
  /// - Returns: The vector; empty where there is none.
  /// - Throws: Where it lies outside of the buffer.
  func vector(_ number: Int, of size: Int) throws(ArrowFault) -> FlatBufferVector {
    guard let place = memberPlace(number) else {
      return FlatBufferVector(bytes: bytes, place: 0, count: 0, size: size)
    }
    let start = try FlatBufferTable.target(in: bytes, of: place)
    guard let count = bytes.u32(at: start), Int(count) <= (bytes.bytes.count - start - 4) / size
    else { throw .damagedMetadata }
    return FlatBufferVector(bytes: bytes, place: start + 4, count: Int(count), size: size)
  }

  /// Where a member stands; nil: it is not there.
  private func memberPlace(_ number: Int) -> Int? {
    let entry = 4 + 2 * number
    guard entry + 2 <= membersSize, let offset = bytes.u16(at: members + entry), offset != 0
    else { return nil }
    return place + Int(offset)
  }

  /// What the reference at a place leads to.
  fileprivate static func target(
    in bytes: LittleEndianBytes,
    of place: Int
  ) throws(ArrowFault) -> Int {
    guard let distance = bytes.u32(at: place) else { throw .damagedMetadata }
    return place + Int(distance)
  }
}

/// A vector in a FlatBuffer that lies wholly inside of it.
struct FlatBufferVector: Sendable {
  fileprivate let bytes: LittleEndianBytes
  fileprivate let place: Int
  /// How many elements there are.
  let count: Int
  fileprivate let size: Int

  /// A 64-bit integer of an element.
  ///
  /// - Parameters:
  ///   - index: The element.
  ///   - offset: Where in the element it stands.
  /// - Returns: The integer.
  /// - Throws: Where there is no such element.
  func long(_ index: Int, at offset: Int = 0) throws(ArrowFault) -> Int64 {
    guard 0..<count ~= index, let value = bytes.u64(at: place + index * size + offset) else {
      throw .damagedMetadata
    }
    return Int64(bitPattern: value)
  }

  /// The table that an element refers to.
  ///
  /// - Parameter index: The element.
  /// - Returns: The table.
  /// - Throws: What is wrong with it.
  func table(_ index: Int) throws(ArrowFault) -> FlatBufferTable {
    guard 0..<count ~= index else { throw .damagedMetadata }
    return try FlatBufferTable(
      bytes,
      at: FlatBufferTable.target(in: bytes, of: place + index * size)
    )
  }
}

extension ArrowFault {
  /// References that lead out of the metadata, or texts in it that are none.
  fileprivate static let damagedMetadata = ArrowFault("the metadata of a message is damaged")
}
