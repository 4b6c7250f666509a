/// The types of Arrow whose values have a place in a record.
enum ArrowType: Hashable, Sendable {
  /// How the lengths of values are written.
  enum Lengths: Hashable, Sendable {
    /// Where each value ends, in 32 bits.
    case small
    /// Where each value ends, in 64 bits.
    case large
    /// A length and a place for each value, or the value itself where it is short.
    case views
  }

  case null
  case bool
  case integer(bits: Int, isSigned: Bool)
  case float(bits: Int)
  case text(Lengths)
  case bytes(Lengths)
  case fixedBytes(Int)
  case decimal(bits: Int, scale: Int)
  case date(isMilliseconds: Bool)
  case time(RecordTimeUnit)
  case timestamp(RecordTimeUnit, isUTC: Bool)

  /// How many bytes each value takes in the first buffer behind the validity; nil: it is not whole bytes.
  var width: Int? {
    switch self {
    case .null, .bool: nil
    case .integer(let bits, _), .float(let bits), .decimal(let bits, _): bits / 8
    case .text(.small), .bytes(.small): 4
    case .text(.large), .bytes(.large): 8
    case .text(.views), .bytes(.views): 16
    case .fixedBytes(let size): size
    case .date(let isMilliseconds): isMilliseconds ? 8 : 4
    case .time(.second), .time(.millisecond): 4
    case .time: 8
    case .timestamp: 8
    }
  }
}

/// A column of an Arrow stream.
struct ArrowField: Hashable, Sendable {
  /// How a column refers to values that stand elsewhere, once each.
  struct Dictionary: Hashable, Sendable {
    /// What the batches of the dictionary are called.
    let id: Int64
    /// The type of the places in it.
    let places: ArrowType
  }

  let name: String
  /// The type of the values, in the dictionary where there is one.
  let type: ArrowType
  let dictionary: Dictionary?
}
