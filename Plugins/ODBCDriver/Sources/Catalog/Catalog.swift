internal import CODBC
internal import DriverKit

/// What a database tells of itself, by one connection.
///
/// One thread at a time.
final class Catalog: Sendable {
  let connection: ODBCConnection
  private let call: Call
  private let ordersKeys: Bool
  /// What stands in front of `_` and `%` that are characters of a name; empty: the driver knows nothing of the kind.
  let escape: String
  /// Whether names have a catalog in front.
  let hasCatalogs: Bool
  /// The catalog that the connection is in; nil: none.
  let current: String?

  /// The catalog of a connection.
  ///
  /// - Parameters:
  ///   - connection: Where it is asked.
  ///   - facts: What is known of the driver.
  ///   - call: Who asks: its stop ends the question.
  init(_ connection: ODBCConnection, _ facts: DriverFacts, for call: Call) {
    self.connection = connection
    self.call = call
    ordersKeys = facts.ordersKeys
    escape = connection.text(of: SQL_SEARCH_PATTERN_ESCAPE) ?? ""
    hasCatalogs = connection.text(of: SQL_CATALOG_NAME) == "Y"
    let database = hasCatalogs ? connection.text(of: SQL_DATABASE_NAME) : nil
    current = database == "" ? nil : database
  }

  /// A statement that the call's stop cancels.
  private func statement() throws(ODBCFailure) -> ODBCStatement {
    let statement = try connection.statement()
    call.onStop { [weak statement] in statement?.cancel() }
    return statement
  }

  /// A cursor over tables, in the driver's order.
  func tables(
    catalog: String?,
    schema: String?,
    table: String?,
    types: String?
  ) throws(ODBCFailure) -> CatalogCursor<Table> {
    let statement = try statement()
    try statement.askTables(catalog: catalog, schema: schema, table: table, types: types)
    return CatalogCursor(statement) { (row) throws(ODBCFailure) in
      let (catalog, schema) = (try row.name(inColumn: 1), try row.name(inColumn: 2))
      guard let name = try row.text(inColumn: 3) else { return nil }
      let type = try row.text(inColumn: 4) ?? ""
      return Table(
        name: TableName(catalog: catalog, schema: schema, table: name),
        type: type,
        remarks: try row.text(inColumn: 5)
      )
    }
  }

  /// A cursor over the columns of a table, in their order.
  func columns(of table: TableName) throws(ODBCFailure) -> CatalogCursor<TableColumn> {
    let statement = try statement()
    try statement.askColumns(
      catalog: table.catalog,
      schema: table.schema.map { NamePattern(exactly: $0).pattern(escape: escape) },
      table: NamePattern(exactly: table.table).pattern(escape: escape)
    )
    return CatalogCursor(statement) { (row) throws(ODBCFailure) in
      let schema = try row.name(inColumn: 2)
      // The pattern may mean others too.
      guard try row.text(inColumn: 3) == table.table, schema == table.schema else { return nil }
      return try TableColumn(row)
    }
  }

  /// The columns of a table's primary key, with the place of each in it from 1.
  func primaryKey(of table: TableName) throws(ODBCFailure) -> [String: Int] {
    let statement = try statement()
    try statement.askPrimaryKey(of: table)
    var places: [String: Int] = [:]
    let cursor = CatalogCursor(statement) { (row) throws(ODBCFailure) -> (String, Int)? in
      let name = try row.text(inColumn: 4) ?? ""
      return (name, try row.integer(inColumn: 5) ?? 0)
    }
    while let (name, place) = try cursor.next() { places[name] = place }
    if ordersKeys || places.isEmpty { return places }
    return try placesInIndex(of: Set(places.keys), table) ?? places
  }

  /// The places of columns in the unique index of all of them, where there is one.
  private func placesInIndex(
    of columns: Set<String>,
    _ table: TableName
  ) throws(ODBCFailure) -> [String: Int]? {
    if columns.count == 1 { return columns.reduce(into: [:]) { $0[$1] = 1 } }
    var indexes: [String: [String: Int]] = [:]
    let cursor = try self.indexes(of: table)
    while let column = try cursor.next() {
      guard column.isUnique else { continue }
      indexes[column.index, default: [:]][column.column] = column.position
    }
    // Another index of the same columns may be in another order: the key's own has a name that the server gave it.
    let fitting = indexes.filter { Set($0.value.keys) == columns }
    let own = fitting.first { $0.key == "PRIMARY" || $0.key.hasPrefix("sqlite_autoindex_") }
    return (own ?? fitting.first)?.value
  }

  /// A cursor over the columns of a table that refer to others.
  func foreignKeys(of table: TableName) throws(ODBCFailure) -> CatalogCursor<ForeignKeyColumn> {
    let statement = try statement()
    try statement.askForeignKeys(of: table)
    return CatalogCursor(statement) { (row) throws(ODBCFailure) in try ForeignKeyColumn(row) }
  }

  /// A cursor over the columns of a table's indexes.
  func indexes(of table: TableName) throws(ODBCFailure) -> CatalogCursor<IndexColumn> {
    let statement = try statement()
    try statement.askIndexes(of: table)
    return CatalogCursor(statement) { (row) throws(ODBCFailure) in try IndexColumn(row) }
  }
}

/// Walks over the answer to a question to the catalog.
final class CatalogCursor<Element> {
  private let statement: ODBCStatement
  private let read: (ODBCStatement) throws(ODBCFailure) -> Element?

  /// A cursor.
  ///
  /// - Parameters:
  ///   - statement: A statement that was asked.
  ///   - read: Reads a row, column by column in their order; nil: it is skipped.
  init(
    _ statement: ODBCStatement,
    _ read: @escaping (ODBCStatement) throws(ODBCFailure) -> Element?
  ) {
    self.statement = statement
    self.read = read
  }

  /// The next element; nil: there is none.
  func next() throws(ODBCFailure) -> Element? {
    while try statement.fetch() {
      if let element = try read(statement) { return element }
    }
    return nil
  }
}
