internal import CODBC
internal import DriverKit

/// Where the values of a column stand after a fetch: a cell and a length for each row.
@safe
struct ColumnCells: Sendable {
  /// What the cells stand in, and what the lengths do: the same where rows lie one behind the other.
  let cells: RowBuffer
  let lengths: RowBuffer
  /// Where the first cell begins, and how many bytes lie between the begins of two.
  private let offset: Int
  let stride: Int
  /// The same of the lengths.
  private let lengthOffset: Int
  private let lengthStride: Int
  /// How many bytes in front of these each is bound.
  private let bindsBefore: Int

  /// Cells that lie one behind the other, with lengths that do.
  init(width: Int, capacity: Int) {
    cells = RowBuffer(capacity: capacity * width)
    lengths = RowBuffer(capacity: capacity * MemoryLayout<SQLLEN>.size)
    (offset, stride) = (0, width)
    (lengthOffset, lengthStride) = (0, MemoryLayout<SQLLEN>.size)
    bindsBefore = 0
  }

  /// Cells that are a part of rows, which lie one behind the other; the first one is no row, but what is bound.
  ///
  /// SQLite's driver writes the lengths of what SQLGetData reads to where the bound ones begin, whatever row that is.
  init(in rows: RowBuffer, rowSize: Int, cellAt offset: Int, lengthAt lengthOffset: Int) {
    (cells, lengths) = (rows, rows)
    (self.offset, stride) = (rowSize + offset, rowSize)
    (self.lengthOffset, lengthStride) = (rowSize + lengthOffset, rowSize)
    bindsBefore = rowSize
  }

  /// Where the cells and the lengths are bound, which fetches of rows one by one add an offset to.
  @unsafe
  func boundStarts(
    _ offset: Int
  ) -> (cells: UnsafeMutableRawPointer, lengths: UnsafeMutableRawPointer) {
    unsafe (start - bindsBefore + offset, lengthStart - bindsBefore + offset)
  }

  /// The first cell.
  @unsafe
  var start: UnsafeMutableRawPointer { unsafe cells.start + offset }

  /// The first length.
  @unsafe
  var lengthStart: UnsafeMutableRawPointer { unsafe lengths.start + lengthOffset }

  /// The length of a row's value, as the driver has it.
  func length(_ row: Int) -> SQLLEN {
    unsafe lengthStart.load(fromByteOffset: row * lengthStride, as: SQLLEN.self)
  }

  /// Adds texts or bytes to a builder, up to the first row whose value has no room in its cell.
  func append(to builder: inout RowColumnBuilder, room: Int, _ rows: Range<Int>) -> Int {
    unsafe builder.append(
      cells: start,
      stride: stride,
      room: room,
      lengths: lengthStart,
      lengthStride: lengthStride,
      missing: codbc_null_data,
      rows: rows
    )
  }

  /// A column of values that are made of those in the cells, which have one width.
  ///
  /// - Parameters:
  ///   - count: How many rows there are.
  ///   - zero: What stands where there is no value.
  ///   - convert: Makes a value; nil where there can be none.
  ///   - failure: The error for a row: of its value, or of its length.
  /// - Throws: The error of the first row that has one.
  /// - Returns: The column.
  @inline(__always)
  func converted<Source: BitwiseCopyable, Value: BitwiseCopyable>(
    _ count: Int,
    zero: Value,
    _ convert: (Source) -> Value?,
    failure: (Int, Bool) -> DriverError
  ) throws(DriverError) -> RowColumn {
    try unsafe made(count, room: Int.max, zero, failure: failure) { cell, _ in
      unsafe convert(cell.loadUnaligned(as: Source.self))
    }
  }

  /// A column of values that are made of texts in the cells.
  ///
  /// - Parameters:
  ///   - count: How many rows there are.
  ///   - room: How many bytes a text has at most.
  ///   - zero: What stands where there is no value.
  ///   - convert: Makes a value; nil where there can be none.
  ///   - failure: The error for a row: of its value, or of its length.
  /// - Throws: The error of the first row that has one.
  /// - Returns: The column.
  @inline(__always)
  func convertedTexts<Value: BitwiseCopyable>(
    _ count: Int,
    room: Int,
    zero: Value,
    _ convert: (Span<UInt8>) -> Value?,
    failure: (Int, Bool) -> DriverError
  ) throws(DriverError) -> RowColumn {
    try unsafe made(count, room: room, zero, failure: failure) { cell, length in
      let bytes = unsafe UnsafeRawBufferPointer(start: cell, count: length)
      return convert(unsafe Span<UInt8>(_unsafeBytes: bytes))
    }
  }

  @inline(__always)
  private func made<Value: BitwiseCopyable>(
    _ count: Int,
    room: Int,
    _ zero: Value,
    failure: (Int, Bool) -> DriverError,
    _ convert: (UnsafeRawPointer, Int) -> Value?
  ) throws(DriverError) -> RowColumn {
    let made = RowBuffer(capacity: count * MemoryLayout<Value>.stride)
    let (source, sizes, target) = unsafe (start, lengthStart, made.start)
    var (validity, nulls): (RowBuffer?, Int) = (nil, 0)
    for row in 0..<count {
      let length = unsafe sizes.load(fromByteOffset: row * lengthStride, as: SQLLEN.self)
      var value = zero
      if length == codbc_null_data {
        let bits = validity ?? ColumnCells.allThere(count)
        validity = bits
        bits.clearBit(row)
        nulls += 1
      } else {
        guard length >= 0, length <= room else { throw failure(row, false) }
        guard let found = unsafe convert(UnsafeRawPointer(source + row * stride), length) else {
          throw failure(row, true)
        }
        value = found
      }
      unsafe target.storeBytes(
        of: value,
        toByteOffset: row * MemoryLayout<Value>.stride,
        as: Value.self
      )
    }
    return RowColumn(made, validity: validity, nullCount: nulls)
  }

  /// Bits that say that all values are there.
  static func allThere(_ count: Int) -> RowBuffer {
    let bits = RowBuffer(capacity: (count + 7) / 8)
    bits.fill(0..<bits.capacity)
    return bits
  }
}
