internal import DriverKit

/// The actions `tables` and `columns`: what there is, as flat rows.
struct TablesCall {
  private let call: Call
  private let session: ODBCSession
  private let filter: CatalogFilter

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    filter = try CatalogFilter(call.inputs)
  }

  /// Lists tables and views.
  func listTables() throws(DriverError) {
    let (_, tables) = try found()
    var isGiven = false
    let producer = CatalogProducer(call, TablesCall.tableFields) { () throws(DriverError) in
      guard !isGiven else { return nil }
      isGiven = true
      return tables.map { table in
        table.name.cells + [.text(table.type), .text(table.remarks)]
      }
    }
    try call.rows("tables", producer.fields, from: producer)
  }

  /// Lists the columns of tables and views, table by table.
  func listColumns() throws(DriverError) {
    let (catalog, tables) = try found()
    let fields = TablesCall.columnFields
    var place = 0
    let producer = CatalogProducer(call, fields) { [session, call] () throws(DriverError) in
      guard place < tables.count else { return nil }
      defer { place += 1 }
      do throws(ODBCFailure) {
        let cursor = try catalog.columns(of: tables[place].name)
        var rows: [[CatalogProducer.Cell]] = []
        while let column = try cursor.next() {
          rows.append(tables[place].name.cells + column.cells)
        }
        return rows
      } catch {
        throw session.error(error, catalog.connection, call)
      }
    }
    try call.rows("columns", producer.fields, from: producer)
  }

  private func found() throws(DriverError) -> (Catalog, [Table]) {
    let connection = try session.connection(for: call)
    let catalog = Catalog(connection, session.facts, for: call)
    do throws(ODBCFailure) {
      return (catalog, try filter.tables(of: catalog))
    } catch {
      throw session.error(error, connection, call)
    }
  }

  private static let tableFields = [
    RowField("catalog", .utf8), RowField("schema", .utf8),
    RowField("table", .utf8, isNullable: false), RowField("type", .utf8, isNullable: false),
    RowField("remarks", .utf8),
  ]

  private static let columnFields = Array(tableFields.prefix(3)) + TableColumn.fields
}

extension TableName {
  /// Its parts as values of a row.
  var cells: [CatalogProducer.Cell] { [.text(catalog), .text(schema), .text(table)] }
}

extension TableColumn {
  /// The columns that `cells` has values for.
  static let fields = [
    RowField("column", .utf8, isNullable: false), RowField("position", .int64, isNullable: false),
    RowField("type", .utf8, isNullable: false), RowField("size", .int64),
    RowField("digits", .int64), RowField("is_nullable", .bool), RowField("default", .utf8),
    RowField("remarks", .utf8),
  ]

  /// The values of a row.
  var cells: [CatalogProducer.Cell] {
    [
      .text(name), .integer(position), .text(type), .integer(size), .integer(digits),
      .bool(isNullable), .text(defaultValue), .text(remarks),
    ]
  }
}
