internal import CODBC
internal import DriverKit

/// A table that inputs name.
struct TableInputs: Sendable {
  private let catalog: String?
  private let schema: String?
  private let table: String

  /// Reads the inputs; nil: there is none.
  init?(_ inputs: borrowing InputMap) throws(DriverError) {
    schema = try inputs["schema"]?.string()
    catalog = try inputs["catalog"]?.string()
    guard let table = try inputs["table"]?.string() else {
      // Else everything would be meant where somebody has thought of a part.
      guard schema == nil, catalog == nil else {
        throw DriverError(
          .invalidInput,
          "there is a schema or a catalog and no table that is in it: give the table, or leave both out",
          pointer: "/table"
        )
      }
      return nil
    }
    self.table = table
  }

  /// The name as statements have it, quoted as the driver says.
  ///
  /// - Throws: `.invalidInput` for a name that cannot be quoted.
  func sql(_ connection: ODBCConnection) throws(DriverError) -> String {
    // Where there are schemas, a name of two parts begins with one.
    if catalog != nil, parts.count == 2, connection.text(of: SQL_SCHEMA_TERM)?.isEmpty == false {
      throw DriverError(
        .invalidInput,
        "between catalog and table there is a schema on this server: give schema too",
        pointer: "/schema"
      )
    }
    return try TableInputs.quoted(parts, connection, "/table")
  }

  /// The name of a column as statements have it.
  ///
  /// - Throws: `.invalidInput` for a name that cannot be quoted.
  static func quoted(
    _ column: String,
    _ connection: ODBCConnection,
    _ pointer: String = "/columns"
  ) throws(DriverError) -> String {
    try quoted([column], connection, pointer)
  }

  private static func quoted(
    _ parts: [String],
    _ connection: ODBCConnection,
    _ pointer: String
  ) throws(DriverError) -> String {
    let identifier = SQLIdentifier(quote: connection.text(of: SQL_IDENTIFIER_QUOTE_CHAR) ?? " ")
    do throws(StatementFault) {
      return try identifier.quoted(parts)
    } catch {
      throw DriverError(.invalidInput, error.message, pointer: pointer)
    }
  }

  /// The parts that there are; a point in the table's name is one between them where no schema is given.
  private var parts: [String] {
    if let schema { return [catalog, schema, table].compactMap { $0 } }
    let names = table.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    return [catalog].compactMap { $0 } + (names.contains("") ? [table] : names)
  }
}
