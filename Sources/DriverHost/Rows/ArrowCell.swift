import DriverABI

/// Reads single values out of arrays whose shape was checked.
enum ArrowCell {
  /// The value at a place that is counted from the array's own offset.
  static func value(_ array: ArrowArray, _ type: ArrowType, at row: Int) -> Value {
    let place = row + Int(unsafe array.offset)
    if case .null = type { return .null }
    if let validity = unsafe array.buffers?[0], unsafe !isSet(validity, place) { return .null }
    switch type {
    case .null: return .null
    case .structure(let fields):
      var map = ValueMap()
      for (index, field) in fields.enumerated() {
        guard let child = unsafe array.children?[index] else { continue }
        map[field.name] = unsafe value(unsafe child.pointee, field.type, at: place)
      }
      return .map(map)
    case .list(let item), .largeList(let item):
      guard let range = unsafe range(unsafe array, type, at: place),
        let child = unsafe array.children?[0]
      else { return .list([]) }
      return .list(range.map { unsafe value(unsafe child.pointee, item.type, at: $0) })
    case .utf8, .largeUtf8:
      let bytes = unsafe bytes(array, type, at: place)
      return .string(unsafe String(decoding: bytes, as: UTF8.self))
    case .binary, .largeBinary: return .bytes(unsafe [UInt8](bytes(array, type, at: place)))
    case .bool:
      guard let bits = unsafe array.buffers?[1] else { return .null }
      return .bool(unsafe isSet(bits, place))
    default:
      guard let values = unsafe array.buffers?[1], let width = type.fixedWidth else { return .null }
      return unsafe fixed(values + place * width, type)
    }
  }

  /// The first and the last offset that the array uses; nil for types without offsets.
  static func offsets(_ array: ArrowArray, _ type: ArrowType) -> (first: Int64, last: Int64)? {
    guard let width = type.offsetWidth, let buffer = unsafe array.buffers?[1] else { return nil }
    let start = Int(unsafe array.offset)
    let end = start + Int(unsafe array.length)
    return unsafe (offset(buffer, start, width), offset(buffer, end, width))
  }

  /// The elements or bytes of one row; nil if its offsets run backwards.
  private static func range(_ array: ArrowArray, _ type: ArrowType, at place: Int) -> Range<Int>? {
    guard let width = type.offsetWidth, let buffer = unsafe array.buffers?[1],
      let bounds = unsafe offsets(unsafe array, type)
    else { return nil }
    let first = unsafe offset(buffer, place, width)
    let last = unsafe offset(buffer, place + 1, width)
    // Only what lies between the ends that were checked is read.
    guard first >= bounds.first, last >= first, last <= bounds.last else { return nil }
    return Int(first)..<Int(last)
  }

  private static func bytes(
    _ array: ArrowArray,
    _ type: ArrowType,
    at place: Int
  ) -> UnsafeRawBufferPointer {
    guard let range = unsafe range(unsafe array, type, at: place), !range.isEmpty,
      let data = unsafe array.buffers?[2]
    else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: data + range.lowerBound, count: range.count)
  }

  private static func offset(_ buffer: UnsafeRawPointer, _ index: Int, _ width: Int) -> Int64 {
    width == 4
      ? unsafe Int64(buffer.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
      : unsafe buffer.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
  }

  private static func isSet(_ bits: UnsafeRawPointer, _ index: Int) -> Bool {
    unsafe bits.load(fromByteOffset: index >> 3, as: UInt8.self) >> UInt8(index & 7) & 1 == 1
  }

  private static func fixed(_ place: UnsafeRawPointer, _ type: ArrowType) -> Value {
    func load<Number: BitwiseCopyable>(_: Number.Type) -> Number {
      unsafe place.loadUnaligned(as: Number.self)
    }
    switch type {
    case .int(8, true): return .int(Int64(load(Int8.self)))
    case .int(8, false): return .int(Int64(load(UInt8.self)))
    case .int(16, true): return .int(Int64(load(Int16.self)))
    case .int(16, false): return .int(Int64(load(UInt16.self)))
    case .int(32, true): return .int(Int64(load(Int32.self)))
    case .int(32, false): return .int(Int64(load(UInt32.self)))
    case .int(64, true): return .int(load(Int64.self))
    case .int:
      let number = load(UInt64.self)
      if let integer = Int64(exactly: number) { return .int(integer) }
      return DecimalText("\(number)").map { .decimal($0) } ?? .null
    case .float(let bits):
      let number =
        bits == 16
        ? Double(load(Float16.self)) : bits == 32 ? Double(load(Float.self)) : load(Double.self)
      // A tree holds finite numbers only; the text keeps what the column says.
      return number.isFinite ? .double(number) : .string("\(number)")
    case .decimal(_, let scale, let bits):
      let digits =
        bits == 128 ? "\(load(Int128.self))" : unsafe WideInteger(at: place).description
      return DecimalText(ArrowText.decimal(digits, scale: scale)).map { .decimal($0) } ?? .null
    case .date(let isMilliseconds):
      let days =
        isMilliseconds ? load(Int64.self).floored(by: 86_400_000).quotient : Int64(load(Int32.self))
      return .string(ArrowText.date(days: days))
    case .time(let unit):
      let count =
        unit == .second || unit == .millisecond ? Int64(load(Int32.self)) : load(Int64.self)
      return .string(ArrowText.time(count, unit))
    case .timestamp(let unit, let zone):
      return .string(ArrowText.timestamp(load(Int64.self), unit, zone: zone))
    default: return .null
    }
  }
}
