internal import DriverKit

/// The action `schema`: tables with their columns, keys and indexes, as flat rows that come in constant memory.
final class SchemaCall: @unchecked Sendable {
  // `@unchecked` because the host asks for rows on one thread at a time.

  /// A part that is read of each table.
  private enum Part: String, CaseIterable {
    case columns
    case primaryKeys = "primary_keys"
    case foreignKeys = "foreign_keys"
    case indexes
  }

  private let call: Call
  private let session: ODBCSession
  private let filter: CatalogFilter
  private let parts: Set<Part>
  private let limit: Int
  private let after: TableName?

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    let inputs = call.inputs
    filter = try CatalogFilter(inputs)
    var parts: Set<Part> = []
    if let list = try inputs["include"]?.list() {
      for index in 0..<list.count {
        if let part = Part(rawValue: try list[index].string()) { parts.insert(part) }
      }
    } else {
      parts = Set(Part.allCases)
    }
    self.parts = parts
    limit = try inputs["limit"]?.int(in: 1...Int.max) ?? .max
    after = try inputs["after"]?.map().tableName
  }

  /// Hands over the columns, then the foreign keys, then the indexes.
  func run() throws(DriverError) {
    let connection = try session.connection(for: call)
    let catalog = Catalog(connection, session.facts, for: call)
    var tables: [Table]
    do throws(ODBCFailure) {
      tables = try filter.tables(of: catalog)
    } catch {
      throw session.error(error, connection, call)
    }
    if let after { tables.removeAll { !(after < $0.name) } }
    var next: OutputValue = .null
    if tables.count > limit {
      tables.removeSubrange(limit...)
      next = tables.last?.name.output ?? .null
    }
    try call.output("next", next)
    try call.output("table_count", .int(Int64(tables.count)))
    try handColumns(tables, catalog)
  }

  private func handColumns(_ tables: [Table], _ catalog: Catalog) throws(DriverError) {
    let hasColumns = parts.contains(.columns)
    let hasKeys = parts.contains(.primaryKeys)
    guard hasColumns || hasKeys else {
      if try !handForeignKeys(tables, catalog) { return }
      return
    }
    let producer = producer(SchemaCall.columnFields, tables, catalog) {
      (table) throws(ODBCFailure) in
      let keys = hasKeys ? try catalog.primaryKey(of: table.name) : [:]
      var rows: [[CatalogProducer.Cell]] = []
      let cursor = try catalog.columns(of: table.name)
      while let column = try cursor.next() {
        let place = keys[column.name]
        guard hasColumns || place != nil else { continue }
        rows.append(
          table.name.cells + [.text(table.type)] + column.cells + [.integer(place)]
        )
      }
      return rows
    } then: { [self] (_) throws(DriverError) in
      try handForeignKeys(tables, catalog)
    }
    try call.rows("columns", producer.fields, from: producer)
  }

  private func handForeignKeys(
    _ tables: [Table],
    _ catalog: Catalog
  ) throws(DriverError) -> Bool {
    guard parts.contains(.foreignKeys) else { return try handIndexes(tables, catalog) }
    let producer = producer(SchemaCall.foreignKeyFields, tables, catalog) {
      (table) throws(ODBCFailure) in
      var rows: [[CatalogProducer.Cell]] = []
      let cursor = try catalog.foreignKeys(of: table.name)
      while let key = try cursor.next() {
        rows.append(
          table.name.cells + [.text(key.key), .integer(key.position), .text(key.column)]
            + key.target.cells
            + [.text(key.targetColumn), .text(key.onUpdate), .text(key.onDelete)]
        )
      }
      return rows
    } then: { [self] (_) throws(DriverError) in
      try handIndexes(tables, catalog)
    }
    try call.rows("foreign_keys", producer.fields, from: producer)
    return true
  }

  private func handIndexes(_ tables: [Table], _ catalog: Catalog) throws(DriverError) -> Bool {
    guard parts.contains(.indexes) else { return false }
    let producer = producer(SchemaCall.indexFields, tables, catalog) {
      (table) throws(ODBCFailure) in
      var rows: [[CatalogProducer.Cell]] = []
      let cursor = try catalog.indexes(of: table.name)
      while let index = try cursor.next() {
        rows.append(
          table.name.cells + [
            .text(index.index), .bool(index.isUnique), .integer(index.position),
            .text(index.column), .bool(index.isDescending),
          ]
        )
      }
      return rows
    }
    try call.rows("indexes", producer.fields, from: producer)
    return true
  }

  /// A producer that asks for one table at a time.
  private func producer(
    _ fields: [RowField],
    _ tables: [Table],
    _ catalog: Catalog,
    _ rows: @escaping (Table) throws(ODBCFailure) -> [[CatalogProducer.Cell]],
    then: @escaping (Call) throws(DriverError) -> Bool = { (_) throws(DriverError) in false }
  ) -> CatalogProducer {
    var place = 0
    return CatalogProducer(
      call,
      fields,
      part: { [session, call] () throws(DriverError) in
        guard place < tables.count else { return nil }
        defer { place += 1 }
        do throws(ODBCFailure) {
          return try rows(tables[place])
        } catch {
          let failure = session.error(error, catalog.connection, call)
          throw SchemaCall.advised(failure, on: "\(error.function)")
        }
      },
      then: then
    )
  }

  /// The error with what to leave out, where the driver does not have a function.
  ///
  /// - Parameters:
  ///   - error: What the call would end with.
  ///   - function: The function of ODBC that failed.
  /// - Returns: The error to end with.
  static func advised(_ error: DriverError, on function: String) -> DriverError {
    let parts: [String: Part] = [
      "SQLPrimaryKeys": .primaryKeys, "SQLForeignKeys": .foreignKeys, "SQLStatistics": .indexes,
    ]
    guard error.code == .unsupported, let part = parts[function] else { return error }
    var error = error
    error.message += "; leave \(part.rawValue) out of include"
    error.pointer = "/include"
    return error
  }

  private static let names = [
    RowField("catalog", .utf8), RowField("schema", .utf8),
    RowField("table", .utf8, isNullable: false),
  ]
  private static let columnFields =
    names + [RowField("table_type", .utf8, isNullable: false)] + TableColumn.fields
    + [RowField("primary_key", .int64)]
  private static let foreignKeyFields =
    names + [
      RowField("foreign_key", .utf8), RowField("position", .int64, isNullable: false),
      RowField("column", .utf8, isNullable: false), RowField("to_catalog", .utf8),
      RowField("to_schema", .utf8), RowField("to_table", .utf8, isNullable: false),
      RowField("to_column", .utf8, isNullable: false), RowField("on_update", .utf8),
      RowField("on_delete", .utf8),
    ]
  private static let indexFields =
    names + [
      RowField("index", .utf8, isNullable: false), RowField("is_unique", .bool, isNullable: false),
      RowField("position", .int64, isNullable: false), RowField("column", .utf8, isNullable: false),
      RowField("is_descending", .bool),
    ]
}

extension InputMap {
  /// A table, by the names of its parts.
  fileprivate var tableName: TableName {
    get throws(DriverError) {
      TableName(
        catalog: try self["catalog"]?.string(),
        schema: try self["schema"]?.string(),
        table: try required("table").string()
      )
    }
  }
}

extension TableName {
  /// Its parts as a map.
  fileprivate var output: OutputValue {
    .map([
      ("catalog", OutputValue(catalog)), ("schema", OutputValue(schema)), ("table", .string(table)),
    ])
  }
}
