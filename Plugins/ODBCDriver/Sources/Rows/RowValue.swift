internal import DriverKit

/// A single value of a batch of rows.
struct RowValue {
  private let column: RowColumn
  private let type: RowType
  private let row: Int

  /// A value; the first row is 0.
  init(_ column: RowColumn, _ field: RowField, _ row: Int) {
    self.column = column
    type = field.type
    self.row = row
  }

  /// The value as an output has it: numbers as numbers, dates and times in ISO 8601.
  var output: OutputValue {
    if let validity = column.validity, !validity.bit(row) { return .null }
    let values = column.values
    switch type {
    case .bool: return .bool(values.bit(row))
    case .int8: return integer(Int8.self)
    case .int16: return integer(Int16.self)
    case .int32: return integer(Int32.self)
    case .int64: return integer(Int64.self)
    case .uint8: return integer(UInt8.self)
    case .uint16: return integer(UInt16.self)
    case .uint32: return integer(UInt32.self)
    case .uint64: return integer(UInt64.self)
    case .float: return number(Double(values.value(at: row, as: Float.self)))
    case .double: return number(values.value(at: row, as: Double.self))
    case .decimal128(_, let scale):
      let integer = values.value(at: row, as: Int128.self)
      return .decimal(DecimalText.text("\(integer)", scale: scale))
    case .decimal256(_, let scale):
      let integer = values.value(at: row, as: WideInteger.self)
      return .decimal(DecimalText.text(integer.description, scale: scale))
    case .date: return .string(Calendar.text(ofDate: Int(values.value(at: row, as: Int32.self))))
    case .time: return .string(Calendar.text(ofTime: values.value(at: row, as: Int64.self)))
    case .timestamp(let unit, let zone): return .string(moment(unit, zone))
    case .utf8, .largeUTF8: return .string(String(decoding: bytes, as: UTF8.self))
    case .binary, .largeBinary: return .bytes(bytes)
    }
  }

  private func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type
  ) -> OutputValue {
    OutputValue(column.values.value(at: row, as: type))
  }

  /// A number; as a text where no tree holds it.
  private func number(_ number: Double) -> OutputValue {
    number.isFinite ? .double(number) : .string("\(number)")
  }

  private func moment(_ unit: RowType.TimeUnit, _ zone: String?) -> String {
    let perSecond: Int64 = unit == .nanosecond ? 1_000_000_000 : 1_000_000
    let count = column.values.value(at: row, as: Int64.self)
    let fraction = ((count % perSecond) + perSecond) % perSecond
    let seconds = (count - fraction) / perSecond
    let second = ((seconds % 86_400) + 86_400) % 86_400
    var text = Calendar.text(ofDate: Int((seconds - second) / 86_400))
    text += "T" + Calendar.text(ofTime: second * 1_000_000)
    if fraction > 0 {
      text += "." + Calendar.padded(fraction, unit == .nanosecond ? 9 : 6)
    }
    return zone == nil ? text : text + "Z"
  }

  private var bytes: [UInt8] {
    guard let offsets = column.offsets else { return [] }
    let range =
      type.offsetWidth == 4
      ? Int(
        offsets.value(at: row, as: Int32.self)
      )..<Int(offsets.value(at: row + 1, as: Int32.self))
      : Int(
        offsets.value(at: row, as: Int64.self)
      )..<Int(offsets.value(at: row + 1, as: Int64.self))
    return column.values.bytes(range)
  }
}

extension RowBatch {
  /// A row as a map; the first one is 0.
  func row(_ row: Int, _ fields: [RowField]) -> OutputValue {
    var members: [(name: String, value: OutputValue)] = []
    for (column, field) in zip(columns, fields) {
      members.append((name: field.name, value: RowValue(column, field, row).output))
    }
    return .map(members)
  }
}
