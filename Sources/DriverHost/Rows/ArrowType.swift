/// The type of a column: those that rows may have in revision 1 of the ABI.
public indirect enum ArrowType: Sendable, Hashable {
  /// What a time or timestamp counts.
  public enum TimeUnit: Int, Sendable, Hashable {
    case second, millisecond, microsecond, nanosecond

    /// How many of it are a second.
    var perSecond: Int64 {
      switch self {
      case .second: 1
      case .millisecond: 1_000
      case .microsecond: 1_000_000
      case .nanosecond: 1_000_000_000
      }
    }
  }

  case null
  case bool
  /// 8, 16, 32 or 64 bits.
  case int(bits: Int, isSigned: Bool)
  /// 16, 32 or 64 bits.
  case float(bits: Int)
  /// 128 or 256 bits.
  case decimal(precision: Int, scale: Int, bits: Int)
  case utf8
  case largeUtf8
  case binary
  case largeBinary
  /// Days, or milliseconds that are whole days, since 1970-01-01.
  case date(isMilliseconds: Bool)
  /// Since midnight: 32 bits for seconds and milliseconds, 64 for the others.
  case time(TimeUnit)
  /// Since 1970-01-01 00:00 UTC where there is a zone, else of a clock that hangs nowhere.
  case timestamp(TimeUnit, zone: String?)
  case list(ArrowField)
  case largeList(ArrowField)
  case structure([ArrowField])

  /// The type in a message: "decimal(10, 2)".
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int(let bits, let isSigned): "\(isSigned ? "" : "u")int\(bits)"
    case .float(let bits): bits == 64 ? "double" : bits == 32 ? "float" : "half_float"
    case .decimal(let precision, let scale, let bits): "decimal\(bits)(\(precision), \(scale))"
    case .utf8: "utf8"
    case .largeUtf8: "large_utf8"
    case .binary: "binary"
    case .largeBinary: "large_binary"
    case .date(let isMilliseconds): isMilliseconds ? "date64" : "date32"
    case .time(let unit): "time(\(unit))"
    case .timestamp(let unit, let zone): "timestamp(\(unit)\(zone.map { ", \($0)" } ?? ""))"
    case .list(let item): "list<\(item.type.description)>"
    case .largeList(let item): "large_list<\(item.type.description)>"
    case .structure(let fields):
      "struct<\(fields.map { "\($0.name): \($0.type.description)" }.joined(separator: ", "))>"
    }
  }
}

/// A column, or a part of one.
public struct ArrowField: Sendable, Hashable {
  /// The column's name.
  public var name: String
  /// What its values are.
  public var type: ArrowType
  /// Whether a value may be absent.
  public var isNullable: Bool

  /// A column of that name and type.
  public init(name: String, type: ArrowType, isNullable: Bool = true) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
  }
}

extension ArrowType {
  /// The type for a format text of the Arrow C data interface, whose children are read already.
  ///
  /// - Returns: Nil for a type that rows may not have.
  init?(format: String, children: [ArrowField]) {
    switch format {
    case "n": self = .null
    case "b": self = .bool
    case "c": self = .int(bits: 8, isSigned: true)
    case "C": self = .int(bits: 8, isSigned: false)
    case "s": self = .int(bits: 16, isSigned: true)
    case "S": self = .int(bits: 16, isSigned: false)
    case "i": self = .int(bits: 32, isSigned: true)
    case "I": self = .int(bits: 32, isSigned: false)
    case "l": self = .int(bits: 64, isSigned: true)
    case "L": self = .int(bits: 64, isSigned: false)
    case "e": self = .float(bits: 16)
    case "f": self = .float(bits: 32)
    case "g": self = .float(bits: 64)
    case "u": self = .utf8
    case "U": self = .largeUtf8
    case "z": self = .binary
    case "Z": self = .largeBinary
    case "tdD": self = .date(isMilliseconds: false)
    case "tdm": self = .date(isMilliseconds: true)
    case "tts": self = .time(.second)
    case "ttm": self = .time(.millisecond)
    case "ttu": self = .time(.microsecond)
    case "ttn": self = .time(.nanosecond)
    case "+l", "+L":
      guard children.count == 1 else { return nil }
      self = format == "+l" ? .list(children[0]) : .largeList(children[0])
    case "+s": self = .structure(children)
    default:
      if format.hasPrefix("d:") {
        self.init(decimal: format.dropFirst(2))
      } else {
        self.init(timestamp: format)
      }
    }
  }

  /// `P,S` or `P,S,bits`.
  private init?(decimal text: Substring) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2 || numbers.count == 3, let precision = numbers[0],
      let scale = numbers[1]
    else { return nil }
    let bits = numbers.count == 3 ? numbers[2] : 128
    guard let bits, bits == 128 && precision <= 38 || bits == 256 && precision <= 76,
      precision > 0
    else { return nil }
    self = .decimal(precision: precision, scale: scale, bits: bits)
  }

  /// `tsU:ZONE`.
  private init?(timestamp format: String) {
    let units: [(String, TimeUnit)] = [
      ("tss:", .second), ("tsm:", .millisecond), ("tsu:", .microsecond), ("tsn:", .nanosecond),
    ]
    guard let (prefix, unit) = units.first(where: { format.hasPrefix($0.0) }) else { return nil }
    let zone = String(format.dropFirst(prefix.utf8.count))
    self = .timestamp(unit, zone: zone.isEmpty ? nil : zone)
  }
}
