internal import CODBC
internal import DriverKit

/// A column of a table, as `SQLColumns` tells of it.
struct TableColumn: Sendable, Hashable {
  var name: String
  /// The server's own name of its type.
  var type: String
  /// Its length in characters, or how many digits it has.
  var size: Int?
  /// How many digits stand behind the point.
  var digits: Int?
  /// Whether a value may be missing; nil: that is not known.
  var isNullable: Bool?
  var remarks: String?
  /// The default, as SQL.
  var defaultValue: String?
  /// From 1.
  var position: Int

  /// Reads a row.
  init(_ row: ODBCStatement) throws(ODBCFailure) {
    name = try row.text(inColumn: 4) ?? ""
    type = try row.text(inColumn: 6) ?? ""
    size = try row.integer(inColumn: 7)
    digits = try row.integer(inColumn: 9)
    switch try row.integer(inColumn: 11).map(Int32.init(clamping:)) {
    case SQL_NO_NULLS: isNullable = false
    case SQL_NULLABLE: isNullable = true
    default: isNullable = nil
    }
    remarks = try row.text(inColumn: 12)
    defaultValue = try row.text(inColumn: 13)
    position = try row.integer(inColumn: 17) ?? 0
  }
}

/// A column that refers to one of another table, as `SQLForeignKeys` tells of it.
struct ForeignKeyColumn: Sendable, Hashable {
  /// The name of the key; nil where it has none.
  var key: String?
  /// From 1.
  var position: Int
  var column: String
  var target: TableName
  var targetColumn: String
  var onUpdate: String?
  var onDelete: String?

  /// Reads a row.
  init(_ row: ODBCStatement) throws(ODBCFailure) {
    let (catalog, schema) = (try row.name(inColumn: 1), try row.name(inColumn: 2))
    let table = try row.text(inColumn: 3) ?? ""
    target = TableName(catalog: catalog, schema: schema, table: table)
    targetColumn = try row.text(inColumn: 4) ?? ""
    column = try row.text(inColumn: 8) ?? ""
    position = try row.integer(inColumn: 9) ?? 0
    onUpdate = ForeignKeyColumn.rule(try row.integer(inColumn: 10))
    onDelete = ForeignKeyColumn.rule(try row.integer(inColumn: 11))
    key = try row.text(inColumn: 12)
  }

  /// What becomes of a row whose target is changed or deleted, in the words of SQL.
  private static func rule(_ number: Int?) -> String? {
    switch number.map(Int32.init(clamping:)) {
    case SQL_CASCADE: "CASCADE"
    case SQL_SET_NULL: "SET NULL"
    case SQL_SET_DEFAULT: "SET DEFAULT"
    case SQL_RESTRICT: "RESTRICT"
    case SQL_NO_ACTION: "NO ACTION"
    default: nil
    }
  }
}

/// A column of an index, as `SQLStatistics` tells of it.
struct IndexColumn: Sendable, Hashable {
  var index: String
  var isUnique: Bool
  /// From 1.
  var position: Int
  /// The column, or the expression of which it is made.
  var column: String
  /// Whether it is sorted downwards; nil: that is not known.
  var isDescending: Bool?

  /// Reads a row; nil: it tells of the table as a whole.
  init?(_ row: ODBCStatement) throws(ODBCFailure) {
    let isNotUnique = try row.integer(inColumn: 4)
    let name = try row.text(inColumn: 6)
    guard try row.integer(inColumn: 7).map(Int32.init(clamping:)) != SQL_TABLE_STAT, let name else {
      return nil
    }
    index = name
    isUnique = isNotUnique == 0
    position = try row.integer(inColumn: 8) ?? 0
    column = try row.text(inColumn: 9) ?? ""
    isDescending = try row.text(inColumn: 10).map { $0 == "D" }
  }
}

extension ODBCStatement {
  /// Reads the name of a catalog or a schema; nil: there is none, which some drivers write as an empty text.
  ///
  /// - Parameter column: The first one is 1.
  /// - Throws: What the driver says.
  /// - Returns: The name.
  func name(inColumn column: Int) throws(ODBCFailure) -> String? {
    let name = try text(inColumn: column)
    return name == "" ? nil : name
  }

  /// Reads an integer of the row; nil: there is none.
  ///
  /// - Parameter column: The first one is 1.
  /// - Throws: What the driver says.
  /// - Returns: The integer.
  func integer(inColumn column: Int) throws(ODBCFailure) -> Int? {
    try text(inColumn: column).flatMap { text in
      Int(text) ?? Double(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    }
  }
}
