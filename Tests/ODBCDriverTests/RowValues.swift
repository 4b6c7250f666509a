import DriverKit

@testable import ODBCDriver

/// The values of a batch as texts, row by row; nil where there is none.
func values(of batch: RowBatch, _ fields: [RowField]) -> [[String?]] {
  (0..<batch.count).map { row in
    zip(batch.columns, fields).map { column, field in value(of: column, field.type, row) }
  }
}

private func value(of column: RowColumn, _ type: RowType, _ row: Int) -> String? {
  if let validity = column.validity,
    validity.start.load(fromByteOffset: row / 8, as: UInt8.self) >> UInt8(row % 8) & 1 == 0
  {
    return nil
  }
  let start = UnsafeRawPointer(column.values.start)
  func load<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
    start.loadUnaligned(fromByteOffset: row * MemoryLayout<Value>.size, as: Value.self)
  }
  switch type {
  case .bool:
    return start.load(fromByteOffset: row / 8, as: UInt8.self) >> UInt8(row % 8) & 1 == 1
      ? "true" : "false"
  case .int8: return "\(load(Int8.self))"
  case .int16: return "\(load(Int16.self))"
  case .int32, .date: return "\(load(Int32.self))"
  case .int64, .time, .timestamp: return "\(load(Int64.self))"
  case .uint8: return "\(load(UInt8.self))"
  case .uint16: return "\(load(UInt16.self))"
  case .uint32: return "\(load(UInt32.self))"
  case .uint64: return "\(load(UInt64.self))"
  case .float: return "\(load(Float.self))"
  case .double: return "\(load(Double.self))"
  case .decimal128: return "\(load(Int128.self))"
  case .decimal256: return nil
  case .utf8, .largeUTF8, .binary, .largeBinary:
    guard let offsets = column.offsets else { return nil }
    func offset(_ index: Int) -> Int {
      type.offsetWidth == 4
        ? Int(offsets.start.load(fromByteOffset: index * 4, as: Int32.self))
        : Int(offsets.start.load(fromByteOffset: index * 8, as: Int64.self))
    }
    let bytes = UnsafeRawBufferPointer(
      start: start + offset(row),
      count: offset(row + 1) - offset(row)
    )
    switch type {
    case .utf8, .largeUTF8: return String(decoding: bytes, as: UTF8.self)
    default: return bytes.map { String($0, radix: 16) }.joined(separator: " ")
    }
  }
}
