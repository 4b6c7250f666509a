/// The type of a column of rows, of those that the driver ABI names.
///
/// What the values look like in memory is that of the Arrow columnar format.
public enum RowType: Sendable, Hashable {
  /// A point in time is counted in these.
  public enum TimeUnit: Sendable, Hashable {
    case second, millisecond, microsecond, nanosecond
  }

  /// One bit for each row, the lowest one first.
  case bool
  /// Integers of 8, 16, 32 or 64 bits.
  case int8, int16, int32, int64
  /// Integers without a sign.
  case uint8, uint16, uint32, uint64
  /// Floating-point numbers of 32 and 64 bits (IEEE 754).
  case float, double
  /// Exact decimals as integers of 128 bits that are scaled by a power of ten.
  ///
  /// A precision of 1 to 38 digits, of which `scale` stand behind the point.
  case decimal128(precision: Int, scale: Int)
  /// Exact decimals of 256 bits: up to 76 digits.
  case decimal256(precision: Int, scale: Int)
  /// Days since 1970-01-01, in 32 bits.
  case date
  /// The time of day: 32 bits for seconds and milliseconds, else 64.
  case time(TimeUnit)
  /// Moments since 1970-01-01, in 64 bits: in UTC, to be shown in a time zone, or of no zone that is known.
  case timestamp(TimeUnit, zone: String?)
  /// UTF-8 with offsets of 32 bits, so up to 2 GiB in a batch.
  case utf8
  /// UTF-8 with offsets of 64 bits.
  case largeUTF8
  /// Bytes with offsets of 32 bits.
  case binary
  /// Bytes with offsets of 64 bits.
  case largeBinary

  /// The format string of the Arrow C data interface.
  var format: String {
    switch self {
    case .bool: "b"
    case .int8: "c"
    case .int16: "s"
    case .int32: "i"
    case .int64: "l"
    case .uint8: "C"
    case .uint16: "S"
    case .uint32: "I"
    case .uint64: "L"
    case .float: "f"
    case .double: "g"
    case .decimal128(let precision, let scale): "d:\(precision),\(scale)"
    case .decimal256(let precision, let scale): "d:\(precision),\(scale),256"
    case .date: "tdD"
    case .time(let unit): "tt\(unit.letter)"
    case .timestamp(let unit, let zone): "ts\(unit.letter):\(zone ?? "")"
    case .utf8: "u"
    case .largeUTF8: "U"
    case .binary: "z"
    case .largeBinary: "Z"
    }
  }

  /// How many bytes a value takes; nil for bits, and where offsets tell.
  public var width: Int? {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float, .date, .time(.second), .time(.millisecond): 4
    case .int64, .uint64, .double, .time, .timestamp: 8
    case .decimal128: 16
    case .decimal256: 32
    case .bool, .utf8, .largeUTF8, .binary, .largeBinary: nil
    }
  }

  /// How many bytes an offset takes; nil where there are none.
  public var offsetWidth: Int? {
    switch self {
    case .utf8, .binary: 4
    case .largeUTF8, .largeBinary: 8
    default: nil
    }
  }
}

extension RowType.TimeUnit {
  fileprivate var letter: String {
    switch self {
    case .second: "s"
    case .millisecond: "m"
    case .microsecond: "u"
    case .nanosecond: "n"
    }
  }
}

/// A column as the schema of rows has it.
public struct RowField: Sendable, Hashable {
  /// Its name, which others may have as well.
  public var name: String
  /// The type of its values.
  public var type: RowType
  /// Whether a value may be missing.
  public var isNullable: Bool

  /// A column.
  ///
  /// - Parameters:
  ///   - name: Its name, without U+0000.
  ///   - type: The type of its values.
  ///   - isNullable: Whether a value may be missing.
  public init(_ name: String, _ type: RowType, isNullable: Bool = true) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
  }
}
