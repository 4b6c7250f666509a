/// Names and numbers are those of Schema.fbs of Arrow's format, version 5:
/// https://arrow.apache.org/docs/format/Columnar.html#schema-message
extension ArrowField {
  /// More than a statement has parameters, at some databases; it keeps what a small file can ask for small.
  private static let columnLimit = 1 << 14
  private static let nameLimit = 1 << 12

  /// The columns that a schema declares.
  ///
  /// - Parameter schema: The table `Schema`.
  /// - Returns: The columns.
  /// - Throws: Where it is damaged, or has what cannot be read: it names the column.
  static func fields(of schema: FlatBufferTable) throws(ArrowFault) -> [ArrowField] {
    guard try schema.integer(0, else: Int16(0)) == 0 else {
      throw ArrowFault("the stream is big-endian: write it on, or for, a little-endian machine")
    }
    let vector = try schema.vector(1, of: 4)
    guard vector.count <= columnLimit else {
      throw ArrowFault("the stream has \(vector.count) columns; at most \(columnLimit) are read")
    }
    var fields: [ArrowField] = []
    // Columns may share a dictionary, which has values of one type then.
    var types: [Int64: ArrowType] = [:]
    for index in 0..<vector.count {
      let field = try ArrowField(vector.table(index))
      if let id = field.dictionary?.id {
        guard types[id] == nil || types[id] == field.type else {
          throw .type("shares a dictionary with a column of another type", field.name)
        }
        types[id] = field.type
      }
      fields.append(field)
    }
    return fields
  }

  /// A column as a schema declares it.
  private init(_ field: FlatBufferTable) throws(ArrowFault) {
    guard try field.stringSize(0) <= ArrowField.nameLimit else {
      throw ArrowFault("a column's name has more than \(ArrowField.nameLimit) bytes")
    }
    name = try field.string(0)
    type = try ArrowType(field.integer(2, else: UInt8(0)), field.table(3), of: name)
    if let encoding = try field.table(4) {
      dictionary = try Dictionary(encoding, of: name)
    } else {
      dictionary = nil
    }
  }
}

extension ArrowField.Dictionary {
  fileprivate init(_ encoding: FlatBufferTable, of name: String) throws(ArrowFault) {
    id = try encoding.integer(0, else: Int64(0))
    guard let type = try encoding.table(1) else {
      places = .integer(bits: 32, isSigned: true)
      return
    }
    places = try .integer(of: type, for: name)
  }
}

extension ArrowType {
  /// The type of a column, from the union `Type`.
  ///
  /// - Parameters:
  ///   - kind: Its number in the union.
  ///   - type: Its table.
  ///   - name: The column, for faults.
  /// - Throws: Where it is damaged, or no parameter of a statement takes such values.
  fileprivate init(
    _ kind: UInt8,
    _ type: FlatBufferTable?,
    of name: String
  ) throws(ArrowFault) {
    guard let type else { throw .type("has no type", name) }
    switch kind {
    case 1: self = .null
    case 2: self = try .integer(of: type, for: name)
    case 3:
      let precision = try type.integer(0, else: Int16(0))
      guard 0...2 ~= precision else { throw .type("is of an unknown kind of number", name) }
      self = .float(bits: 16 << Int(precision))
    case 4: self = .bytes(.small)
    case 5: self = .text(.small)
    case 6: self = .bool
    case 7:
      let bits = try type.integer(2, else: Int32(128))
      let scale = try type.integer(1, else: Int32(0))
      // No decimal of 256 bits has more digits.
      guard [32, 64, 128, 256].contains(bits), -76...76 ~= scale else {
        throw .type("is a decimal of \(bits) bits and the scale \(scale)", name)
      }
      self = .decimal(bits: Int(bits), scale: Int(scale))
    case 8:
      let unit = try type.integer(0, else: Int16(1))
      guard 0...1 ~= unit else { throw .type("is of an unknown kind of date", name) }
      self = .date(isMilliseconds: unit == 1)
    case 9:
      let unit = try RecordTimeUnit(type.integer(0, else: Int16(1)), of: name)
      let isLong = unit == .microsecond || unit == .nanosecond
      guard try type.integer(1, else: Int32(32)) == (isLong ? 64 : 32) else {
        throw .type("is of an unknown kind of time", name)
      }
      self = .time(unit)
    case 10:
      let unit = try RecordTimeUnit(type.integer(0, else: Int16(0)), of: name)
      // Whatever the zone is, the values are in UTC.
      self = .timestamp(unit, isUTC: try type.stringSize(1) > 0)
    case 15:
      let size = try type.integer(0, else: Int32(0))
      guard size >= 0 else { throw .type("has values of negative size", name) }
      self = .fixedBytes(Int(size))
    case 19: self = .bytes(.large)
    case 20: self = .text(.large)
    case 23: self = .bytes(.views)
    case 24: self = .text(.views)
    default:
      let other = ArrowType.others[kind] ?? "number \(kind)"
      throw .type("is of the Arrow type \(other): cast it to a text, or leave it out", name)
    }
  }

  /// The type of an integer, from the table `Int`.
  fileprivate static func integer(
    of type: FlatBufferTable,
    for name: String
  ) throws(ArrowFault) -> ArrowType {
    let bits = try type.integer(0, else: Int32(0))
    guard [8, 16, 32, 64].contains(bits) else {
      throw .type("has integers of \(bits) bits", name)
    }
    return .integer(bits: Int(bits), isSigned: try type.flag(1))
  }

  /// Those that have no place in a record.
  private static let others: [UInt8: String] = [
    11: "interval", 12: "list", 13: "struct", 14: "union", 16: "fixed-size list", 17: "map",
    18: "duration", 21: "large list", 22: "run-end encoded", 25: "list view",
    26: "large list view",
  ]
}

extension RecordTimeUnit {
  fileprivate init(_ number: Int16, of name: String) throws(ArrowFault) {
    switch number {
    case 0: self = .second
    case 1: self = .millisecond
    case 2: self = .microsecond
    case 3: self = .nanosecond
    default: throw .type("is of an unknown unit of time", name)
    }
  }
}

extension ArrowFault {
  fileprivate static func type(_ text: String, _ column: String) -> ArrowFault {
    ArrowFault("the column `\(column)` \(text)")
  }
}
