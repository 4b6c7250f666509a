internal import CODBC

/// What a parameter is declared as to the server: what its text is to be understood as.
enum ParameterType: String, Sendable, Hashable, CaseIterable {
  case boolean, integer, double, decimal, text, binary, date, time, timestamp

  /// The SQL type.
  ///
  /// - Parameter isWide: Whether texts cross in UTF-16.
  /// - Returns: The type.
  func sqlType(isWide: Bool) -> Int32 {
    switch self {
    case .boolean: SQL_BIT
    case .integer: SQL_BIGINT
    case .double: SQL_DOUBLE
    case .decimal: SQL_DECIMAL
    case .text: isWide ? SQL_WVARCHAR : SQL_VARCHAR
    case .binary: SQL_VARBINARY
    case .date: SQL_TYPE_DATE
    case .time: SQL_TYPE_TIME
    case .timestamp: SQL_TYPE_TIMESTAMP
    }
  }

  /// The type of a column of records, where nothing else is declared.
  init(_ values: RecordColumn.Values) {
    self =
      switch values {
      case .bools: .boolean
      case .integers: .integer
      case .unsignedIntegers, .decimals: .decimal
      case .doubles: .double
      case .dates: .date
      case .times: .time
      case .timestamps: .timestamp
      case .texts: .text
      case .bytes: .binary
      }
  }
}
