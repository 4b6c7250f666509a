internal import CODBC
internal import DriverKit

/// What a column of a result becomes in Arrow, and in which form its values are asked for.
struct ColumnPlan: Sendable, Hashable {
  /// How a value comes from the driver.
  enum Form: Sendable, Hashable {
    /// As it stands in Arrow: the C type and its width in bytes.
    case direct(Int32, width: Int)
    /// A double, of which a float is made.
    case doubleOfFloat
    /// A byte, 0 or 1.
    case bit
    /// A structure of year, month and day.
    case date
    /// A structure of a moment with nanoseconds.
    case timestamp
    /// A text that is a time of day, whose structure would lose what is behind the second.
    case timeText
    /// A text that is an exact decimal.
    case decimalText
    /// A text that is a boolean, an integer, a number, a date or a moment: where drivers make another of what is none.
    case boolText, integerText, doubleText, dateText, timestampText
    /// A text that is a UUID, in capitals perhaps.
    case uuidText
    /// A text.
    case text
    /// Bytes.
    case binary
  }

  var field: RowField
  var form: Form
  /// How many bytes of each value are asked for at first; of a longer one the rest is asked for.
  var cellWidth: Int
  /// Whether values may be longer than that.
  var isOpenEnded: Bool

  /// The zone that the column's moments are in; nil: none.
  private static let utc = "UTC"

  /// Texts and bytes up to that many bytes are asked for at once.
  private static let widest = 2048

  /// The plan for a column.
  ///
  /// - Parameters:
  ///   - column: As the driver describes it.
  ///   - sort: Of which sort its values are where that is known otherwise.
  ///   - isUTC: Whether the session's zone is UTC.
  ///   - facts: What is known of the driver.
  init(
    _ column: ODBCStatement.ColumnDescription,
    sort: ValueSort? = nil,
    isUTC: Bool,
    _ facts: DriverFacts
  ) {
    var (type, form) = sort?.plan ?? ColumnPlan.types(column, facts)
    if facts.valuesAreTexts { form = form.asText }
    if isUTC, case .timestamp(let unit, _) = type,
      facts.zone?.types.contains(column.typeName) == true
    {
      type = .timestamp(unit, zone: ColumnPlan.utc)
    }
    field = RowField(column.name, type, isNullable: column.isNullable)
    self.form = form
    switch form {
    case .direct(_, let width): (cellWidth, isOpenEnded) = (width, false)
    case .doubleOfFloat: (cellWidth, isOpenEnded) = (MemoryLayout<Double>.size, false)
    case .bit: (cellWidth, isOpenEnded) = (1, false)
    case .date: (cellWidth, isOpenEnded) = (MemoryLayout<SQL_DATE_STRUCT>.size, false)
    case .timestamp: (cellWidth, isOpenEnded) = (MemoryLayout<SQL_TIMESTAMP_STRUCT>.size, false)
    // What is longer is none of them.
    case .timeText, .boolText, .integerText, .doubleText, .dateText, .timestampText, .uuidText:
      (cellWidth, isOpenEnded) = (40, false)
    // A sign, a point, a digit in front of it, and the end.
    case .decimalText: (cellWidth, isOpenEnded) = (max(column.size, 38) + 4, false)
    case .text, .binary:
      // UTF-8 has up to four bytes for each character.
      let isSmall = 1...ColumnPlan.widest ~= column.size
      let declared = isSmall && form == .text ? column.size * 4 + 1 : column.size
      let isKnown = isSmall && declared <= ColumnPlan.widest
      cellWidth = isKnown ? max(16, declared) : ColumnPlan.widest
      isOpenEnded = !isKnown || !facts.declaredSizesHold
    }
  }

  private static func types(
    _ column: ODBCStatement.ColumnDescription,
    _ facts: DriverFacts
  ) -> (RowType, Form) {
    if facts.integersAreWide,
      [SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT].contains(column.type)
    {
      return (.int64, .direct(codbc_c_int64, width: 8))
    }
    let isUnsigned = column.isUnsigned
    switch column.type {
    case SQL_BIT: return (.bool, .bit)
    case SQL_TINYINT:
      return isUnsigned
        ? (.uint8, .direct(codbc_c_uint8, width: 1)) : (.int8, .direct(codbc_c_int8, width: 1))
    case SQL_SMALLINT:
      return isUnsigned
        ? (.uint16, .direct(codbc_c_uint16, width: 2)) : (.int16, .direct(codbc_c_int16, width: 2))
    case SQL_INTEGER:
      return isUnsigned
        ? (.uint32, .direct(codbc_c_uint32, width: 4)) : (.int32, .direct(codbc_c_int32, width: 4))
    case SQL_BIGINT:
      return isUnsigned
        ? (.uint64, .direct(codbc_c_uint64, width: 8)) : (.int64, .direct(codbc_c_int64, width: 8))
    case SQL_REAL:
      return (.float, facts.floatsAreWide ? .doubleOfFloat : .direct(SQL_C_FLOAT, width: 4))
    case SQL_FLOAT, SQL_DOUBLE: return (.double, .direct(SQL_C_DOUBLE, width: 8))
    case SQL_DECIMAL, SQL_NUMERIC: return decimal(column, facts)
    case SQL_TYPE_DATE: return (.date, .date)
    case SQL_TYPE_TIME: return (.time(.microsecond), .timeText)
    case SQL_TYPE_TIMESTAMP:
      return (.timestamp(column.digits > 6 ? .nanosecond : .microsecond, zone: nil), .timestamp)
    case SQL_GUID: return (.utf8, .uuidText)
    case SQL_BINARY, SQL_VARBINARY: return (.binary, .binary)
    case SQL_LONGVARBINARY: return (.largeBinary, .binary)
    case SQL_LONGVARCHAR, SQL_WLONGVARCHAR: return (.largeUTF8, .text)
    default: return (.utf8, .text)
    }
  }

  /// A decimal of as many digits as are declared; a text where a driver declares what does not hold.
  private static func decimal(
    _ column: ODBCStatement.ColumnDescription,
    _ facts: DriverFacts
  ) -> (RowType, Form) {
    guard column.size != facts.undeclaredPrecision, 1...76 ~= column.size,
      0...column.size ~= column.digits
    else {
      return (.utf8, .text)
    }
    let (precision, scale) = (column.size, column.digits)
    return precision > 38
      ? (.decimal256(precision: precision, scale: scale), .decimalText)
      : (.decimal128(precision: precision, scale: scale), .decimalText)
  }
}

extension ColumnPlan.Form {
  /// The form in which the same values come as texts.
  fileprivate var asText: ColumnPlan.Form {
    switch self {
    case .direct(SQL_C_DOUBLE, _), .direct(SQL_C_FLOAT, _), .doubleOfFloat: .doubleText
    case .direct: .integerText
    case .bit: .boolText
    case .date: .dateText
    case .timestamp: .timestampText
    default: self
    }
  }
}

/// Of which sort the values of a column are that nothing is declared of.
enum ValueSort: String, Sendable, Hashable {
  case integer, real, text, blob
  /// There is none.
  case null

  /// What they become in Arrow, and in which form they are asked for; nil: what the driver says.
  fileprivate var plan: (RowType, ColumnPlan.Form)? {
    switch self {
    case .integer: (.int64, .integerText)
    case .real: (.double, .doubleText)
    case .blob: (.largeBinary, .binary)
    case .text, .null: nil
    }
  }
}
