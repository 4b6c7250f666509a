/// The values of one column in a batch, as they stand in its body.
///
/// What it says about its size has been compared with what there is: whoever makes one does that.
struct ArrowArray: Sendable {
  /// The column, for faults.
  let name: String
  let type: ArrowType
  /// How many values there are.
  let count: Int
  /// The body of the batch.
  let body: ArraySlice<UInt8>
  /// Where the bits stand that say which values are there, from the body's start; nil: all are.
  let validity: Range<Int>?
  /// Where the other buffers stand, from the body's start.
  let buffers: [Range<Int>]

  /// Some of the values.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: The values.
  /// - Throws: What is wrong with one of them.
  func column(_ range: Range<Int>) throws(ArrowFault) -> RecordColumn {
    let isThere = isThere(range)
    return RecordColumn(values: try values(range, isThere), isThere: isThere)
  }

  /// Which of some values are there; nil: all are.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: Whether each is there.
  func isThere(_ range: Range<Int>) -> [Bool]? {
    if type == .null { return range.isEmpty ? nil : [Bool](repeating: false, count: range.count) }
    guard let validity else { return nil }
    let isThere = bits(validity, range)
    return isThere.contains(false) ? isThere : nil
  }

  /// Some of the places in a dictionary that the values are.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: The places; below zero where they are out of any bounds.
  func places(_ range: Range<Int>) -> [Int] {
    switch type {
    case .integer(8, isSigned: true): loaded(Int8.self, range) { Int($0) }
    case .integer(8, isSigned: false): loaded(UInt8.self, range) { Int($0) }
    case .integer(16, isSigned: true): loaded(Int16.self, range) { Int($0) }
    case .integer(16, isSigned: false): loaded(UInt16.self, range) { Int($0) }
    case .integer(32, isSigned: true): loaded(Int32.self, range) { Int($0) }
    case .integer(32, isSigned: false): loaded(UInt32.self, range) { Int($0) }
    default: loaded(Int64.self, range) { Int($0) }
    }
  }

  private func values(
    _ range: Range<Int>,
    _ isThere: [Bool]?
  ) throws(ArrowFault) -> RecordColumn.Values {
    switch type {
    // Any database makes what it needs of a text that is not there.
    case .null:
      .texts(RecordBytes(bytes: [], ends: [Int](repeating: 0, count: range.count)))
    case .bool: .bools(bits(buffers[0], range))
    case .integer(64, isSigned: false): .unsignedIntegers(loaded(UInt64.self, range) { $0 })
    case .integer(64, isSigned: true): .integers(loaded(Int64.self, range) { $0 })
    case .integer: .integers(places(range).map { Int64($0) })
    case .float(16):
      .doubles(loaded(UInt16.self, range) { Double(Float16(bitPattern: $0)) })
    case .float(32): .doubles(loaded(UInt32.self, range) { Double(Float(bitPattern: $0)) })
    case .float: .doubles(loaded(UInt64.self, range) { Double(bitPattern: $0) })
    case .text: .texts(try texts(range, isThere))
    case .bytes: .bytes(try bytes(range, isThere))
    case .fixedBytes(let size): .bytes(fixedBytes(range, size))
    case .decimal(let bits, let scale): .decimals(decimals(range, bits, scale))
    case .date(let isMilliseconds): .dates(try dates(range, isThere, isMilliseconds))
    case .time(let unit): .times(try times(range, isThere, unit))
    case .timestamp(let unit, let isUTC):
      .timestamps(try timestamps(range, isThere, unit), unit, isUTC: isUTC)
    }
  }

  /// Some values of fixed size, from the first buffer.
  func loaded<Stored: FixedWidthInteger, Value>(
    _ stored: Stored.Type,
    _ range: Range<Int>,
    _ value: (Stored) -> Value
  ) -> [Value] {
    let width = MemoryLayout<Stored>.size
    let start = buffers[0].lowerBound + range.lowerBound * width
    let bytes = body.span.extracting(start..<start + range.count * width)
    return [Value](capacity: range.count) { values in
      for index in 0..<range.count {
        values.append(value(bytes.integer(Stored.self, at: index &* width)))
      }
    }
  }

  /// Some bits of a buffer.
  private func bits(_ buffer: Range<Int>, _ range: Range<Int>) -> [Bool] {
    let bytes = body.span.extracting(buffer)
    return [Bool](capacity: range.count) { bits in
      for index in range { bits.append(bytes[index >> 3] >> UInt8(index & 7) & 1 != 0) }
    }
  }
}

extension Span<UInt8> {
  /// A little-endian integer; the compiler makes one load of it.
  @inline(__always)
  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, at offset: Int) -> Integer {
    let part = extracting(offset..<offset &+ MemoryLayout<Integer>.size)
    var bits: UInt64 = 0
    for byte in 0..<MemoryLayout<Integer>.size { bits |= UInt64(part[byte]) << UInt64(8 * byte) }
    return Integer(truncatingIfNeeded: bits)
  }
}
