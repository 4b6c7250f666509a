internal import CODBC
internal import DriverKit

/// Columns of values that all have one width, made in one loop each.
extension ColumnReader {
  /// The column; nil where its values are texts or bytes.
  func converted(_ count: Int) throws(DriverError) -> RowColumn? {
    switch plan.form {
    case .direct(_, let width): return try gathered(count, width)
    case .doubleOfFloat: return try loaded(count, Float(0)) { (double: Double) in Float(double) }
    case .bit: return bits(of: try loaded(count, UInt8(0)) { (byte: UInt8) in byte }, count)
    case .boolText:
      let bytes = try parsed(count, UInt8(0)) { NumberText.bool($0).map { $0 ? 1 : 0 } }
      return bits(of: bytes, count)
    case .date:
      return try loaded(count, Int32(0)) { (date: SQL_DATE_STRUCT) in
        Calendar.days(Int(date.year), Int(date.month), Int(date.day)).map(Int32.init)
      }
    case .dateText: return try parsed(count, Int32(0)) { Calendar.days(ofDate: $0).map(Int32.init) }
    case .timestamp:
      let isNano = isNanosecond
      return try loaded(count, Int64(0)) { (moment: SQL_TIMESTAMP_STRUCT) in
        Calendar.count(moment, inNanoseconds: isNano)
      }
    case .timestampText: return try parsed(count, Int64(0)) { Calendar.microseconds(ofMoment: $0) }
    case .timeText: return try parsed(count, Int64(0)) { Calendar.microseconds(ofTime: $0) }
    case .integerText: return try parsed(count, Int64(0)) { NumberText.integer($0) }
    case .doubleText:
      return plan.field.type == .float
        ? try parsed(count, Float(0)) { NumberText.double($0).map(Float.init) }
        : try parsed(count, Double(0)) { NumberText.double($0) }
    case .decimalText: return try decimals(count)
    case .text, .binary, .uuidText: return nil
    }
  }

  private func decimals(_ count: Int) throws(DriverError) -> RowColumn? {
    switch plan.field.type {
    case .decimal128(let precision, let scale):
      return try parsed(count, Int128(0)) {
        DecimalText.integer($0, precision: precision, scale: scale)
      }
    case .decimal256(let precision, let scale):
      return try parsed(count, WideInteger()) {
        DecimalText.wideInteger($0, precision: precision, scale: scale)
      }
    default: preconditionFailure("the column is of another type")
    }
  }

  /// Values that stand among those of other columns as Arrow has them.
  private func gathered(_ count: Int, _ width: Int) throws(DriverError) -> RowColumn {
    switch width {
    case 1: try loaded(count, UInt8(0)) { (value: UInt8) in value }
    case 2: try loaded(count, UInt16(0)) { (value: UInt16) in value }
    case 4: try loaded(count, UInt32(0)) { (value: UInt32) in value }
    default: try loaded(count, UInt64(0)) { (value: UInt64) in value }
    }
  }

  @inline(__always)
  private func loaded<Source: BitwiseCopyable, Value: BitwiseCopyable>(
    _ count: Int,
    _ zero: Value,
    _ convert: (Source) -> Value?
  ) throws(DriverError) -> RowColumn {
    try cells.converted(count, zero: zero, convert) { row, isOfValue in
      isOfValue ? noValue(row) : lie(row)
    }
  }

  @inline(__always)
  private func parsed<Value: BitwiseCopyable>(
    _ count: Int,
    _ zero: Value,
    _ convert: (Span<UInt8>) -> Value?
  ) throws(DriverError) -> RowColumn {
    try cells.convertedTexts(count, room: room, zero: zero, convert) { row, isOfValue in
      isOfValue ? noValue(row) : lie(row)
    }
  }

  /// Truth values in bits, of bytes.
  private func bits(of bytes: RowColumn, _ count: Int) -> RowColumn {
    let bits = RowBuffer(capacity: (count + 7) / 8)
    bits.clear(0..<bits.capacity)
    for row in 0..<count where bytes.values.value(at: row, as: UInt8.self) != 0 { bits.setBit(row) }
    return RowColumn(bits, validity: bytes.validity, nullCount: bytes.nullCount)
  }

  private var isNanosecond: Bool {
    if case .timestamp(.nanosecond, _) = plan.field.type { return true }
    return false
  }

  /// The error for a value that is none of its type.
  private func noValue(_ row: Int) -> DriverError {
    let what =
      switch plan.form {
      case .date, .timestamp: "it is no day or moment, or beyond what Arrow can count"
      case .timeText: "`\(text(row))` is no time of day"
      case .integerText: "`\(text(row))` is no integer of 64 bits"
      case .doubleText: "`\(text(row))` is no number"
      case .boolText: "`\(text(row))` is neither 0 nor 1"
      case .dateText: "`\(text(row))` is no date"
      case .timestampText: "`\(text(row))` is no moment in microseconds"
      case .decimalText: "`\(text(row))` is no decimal of the digits that the driver declares"
      default: "it is none of its type"
      }
    return DriverError(
      .protocolViolation,
      "the column \(plan.field.name) has a value that cannot be read: \(what); cast the column to a text"
    )
  }
}
