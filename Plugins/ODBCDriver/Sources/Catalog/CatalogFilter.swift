internal import DriverKit

/// Which tables an analysis looks at.
struct CatalogFilter: Sendable {
  private let catalog: NamePattern?
  private let schema: NamePattern?
  private let table: NamePattern?
  /// The kinds, as the server names them; empty: all.
  private let types: [String]

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    catalog = try inputs["catalog_pattern"]?.string().asPattern
    schema = try inputs["schema_pattern"]?.string().asPattern
    table = try inputs["table_pattern"]?.string().asPattern
    var types: [String] = []
    if let list = try inputs["table_types"]?.list() {
      for index in 0..<list.count { types.append(try list[index].string()) }
    }
    self.types = types
  }

  /// The tables that are meant, sorted by name.
  ///
  /// - Parameter catalog: Where they are looked up.
  /// - Throws: Why the server could not be asked.
  /// - Returns: The tables, sorted by catalog, schema and name.
  func tables(of catalog: Catalog) throws(ODBCFailure) -> [Table] {
    // All catalogs are meant where somebody says `*`.
    let wanted = self.catalog ?? catalog.current.map(NamePattern.init(exactly:))
    var found: [Table] = []
    let cursor = try catalog.tables(
      catalog: catalog.hasCatalogs ? wanted?.pattern(escape: "") : nil,
      schema: schema?.pattern(escape: catalog.escape),
      table: table?.pattern(escape: catalog.escape),
      types: types.isEmpty ? nil : types.map { "'\($0)'" }.joined(separator: ",")
    )
    while let table = try cursor.next() {
      if isMeant(table, wanted) { found.append(table) }
    }
    return found.sorted { $0.name < $1.name }
  }

  private func isMeant(_ table: Table, _ catalog: NamePattern?) -> Bool {
    func meets(_ pattern: NamePattern?, _ name: String?) -> Bool {
      pattern?.matches(name ?? "") ?? true
    }
    let name = table.name
    return meets(catalog, name.catalog) && meets(schema, name.schema)
      && meets(self.table, name.table) && (types.isEmpty || types.contains(table.type))
  }
}

extension String {
  fileprivate var asPattern: NamePattern { NamePattern(self) }
}
