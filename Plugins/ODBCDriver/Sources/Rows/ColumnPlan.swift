internal import CODBC
internal import DriverKit

/// What a column of a result becomes in Arrow, and in which form its values are asked for.
struct ColumnPlan: Sendable, Hashable {
  /// How a value comes from the driver.
  enum Form: Sendable, Hashable {
    /// As it stands in Arrow: the C type and its width in bytes.
    case direct(Int32, width: Int)
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

  /// Texts and bytes up to that many bytes are asked for at once.
  private static let widest = 2048

  /// The plan for a column.
  ///
  /// - Parameters:
  ///   - column: As the driver describes it.
  ///   - facts: What is known of the driver.
  init(_ column: ODBCStatement.ColumnDescription, _ facts: DriverFacts) {
    let (type, form) = ColumnPlan.types(column, facts)
    field = RowField(column.name, type, isNullable: column.isNullable)
    self.form = form
    switch form {
    case .direct(_, let width): (cellWidth, isOpenEnded) = (width, false)
    case .bit: (cellWidth, isOpenEnded) = (1, false)
    case .date: (cellWidth, isOpenEnded) = (MemoryLayout<SQL_DATE_STRUCT>.size, false)
    case .timestamp: (cellWidth, isOpenEnded) = (MemoryLayout<SQL_TIMESTAMP_STRUCT>.size, false)
    case .timeText: (cellWidth, isOpenEnded) = (32, true)
    // A sign, a point, a digit in front of it, and the end.
    case .decimalText: (cellWidth, isOpenEnded) = (max(column.size, 38) + 4, true)
    case .text, .binary:
      // UTF-8 has up to four bytes for each character.
      let declared = form == .text ? column.size * 4 + 1 : column.size
      let isKnown = column.size > 0 && declared <= ColumnPlan.widest
      (cellWidth, isOpenEnded) = (isKnown ? max(16, declared) : ColumnPlan.widest, true)
    }
  }

  private static func types(
    _ column: ODBCStatement.ColumnDescription,
    _ facts: DriverFacts
  ) -> (RowType, Form) {
    let isUnsigned = column.isUnsigned
    switch column.type {
    case SQL_BIT: return (.bool, .bit)
    case SQL_TINYINT:
      return isUnsigned
        ? (.uint8, .direct(codbc_c_uint8, width: 1))
        : (.int8, .direct(codbc_c_int8, width: 1))
    case SQL_SMALLINT:
      return isUnsigned
        ? (.uint16, .direct(codbc_c_uint16, width: 2))
        : (.int16, .direct(codbc_c_int16, width: 2))
    case SQL_INTEGER:
      return isUnsigned
        ? (.uint32, .direct(codbc_c_uint32, width: 4))
        : (.int32, .direct(codbc_c_int32, width: 4))
    case SQL_BIGINT:
      return isUnsigned
        ? (.uint64, .direct(codbc_c_uint64, width: 8))
        : (.int64, .direct(codbc_c_int64, width: 8))
    case SQL_REAL: return (.float, .direct(SQL_C_FLOAT, width: 4))
    case SQL_FLOAT, SQL_DOUBLE: return (.double, .direct(SQL_C_DOUBLE, width: 8))
    case SQL_DECIMAL, SQL_NUMERIC: return decimal(column, facts)
    case SQL_TYPE_DATE: return (.date, .date)
    case SQL_TYPE_TIME: return (.time(.microsecond), .timeText)
    case SQL_TYPE_TIMESTAMP:
      return (.timestamp(column.digits > 6 ? .nanosecond : .microsecond, zone: nil), .timestamp)
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
    guard column.size != facts.undeclaredPrecision, 1...38 ~= column.size,
      0...column.size ~= column.digits
    else {
      return (.utf8, .text)
    }
    return (.decimal128(precision: column.size, scale: column.digits), .decimalText)
  }
}
