internal import CODBC

/// Questions to the catalog of a database. Each leaves a result to be fetched; a name that is nil restricts nothing.
extension ODBCStatement {
  /// Tables and views; schema and table are patterns.
  ///
  /// The corresponding C functions are `SQLTablesW` and `SQLTables`.
  func askTables(
    catalog: String?,
    schema: String?,
    table: String?,
    types: String?
  ) throws(ODBCFailure) {
    try unsafe ask("SQLTables", [catalog, schema, table, types]) { handle, names in
      unsafe SQLTablesW(
        handle,
        names[0].wide,
        names[0].length,
        names[1].wide,
        names[1].length,
        names[2].wide,
        names[2].length,
        names[3].wide,
        names[3].length
      )
    } utf8: { handle, names in
      unsafe SQLTables(
        handle,
        names[0].utf8,
        names[0].length,
        names[1].utf8,
        names[1].length,
        names[2].utf8,
        names[2].length,
        names[3].utf8,
        names[3].length
      )
    }
  }

  /// Columns of tables; schema and table are patterns.
  ///
  /// The corresponding C functions are `SQLColumnsW` and `SQLColumns`.
  func askColumns(catalog: String?, schema: String?, table: String?) throws(ODBCFailure) {
    try unsafe ask("SQLColumns", [catalog, schema, table]) { handle, names in
      unsafe SQLColumnsW(
        handle,
        names[0].wide,
        names[0].length,
        names[1].wide,
        names[1].length,
        names[2].wide,
        names[2].length,
        nil,
        0
      )
    } utf8: { handle, names in
      unsafe SQLColumns(
        handle,
        names[0].utf8,
        names[0].length,
        names[1].utf8,
        names[1].length,
        names[2].utf8,
        names[2].length,
        nil,
        0
      )
    }
  }

  /// The columns of a table's primary key.
  ///
  /// The corresponding C functions are `SQLPrimaryKeysW` and `SQLPrimaryKeys`.
  func askPrimaryKey(of table: TableName) throws(ODBCFailure) {
    try unsafe ask("SQLPrimaryKeys", table.parts) { handle, names in
      unsafe SQLPrimaryKeysW(
        handle,
        names[0].wide,
        names[0].length,
        names[1].wide,
        names[1].length,
        names[2].wide,
        names[2].length
      )
    } utf8: { handle, names in
      unsafe SQLPrimaryKeys(
        handle,
        names[0].utf8,
        names[0].length,
        names[1].utf8,
        names[1].length,
        names[2].utf8,
        names[2].length
      )
    }
  }

  /// The columns of a table that refer to others.
  ///
  /// The corresponding C functions are `SQLForeignKeysW` and `SQLForeignKeys`.
  func askForeignKeys(of table: TableName) throws(ODBCFailure) {
    try unsafe ask("SQLForeignKeys", table.parts) { handle, names in
      unsafe SQLForeignKeysW(
        handle,
        nil,
        0,
        nil,
        0,
        nil,
        0,
        names[0].wide,
        names[0].length,
        names[1].wide,
        names[1].length,
        names[2].wide,
        names[2].length
      )
    } utf8: { handle, names in
      unsafe SQLForeignKeys(
        handle,
        nil,
        0,
        nil,
        0,
        nil,
        0,
        names[0].utf8,
        names[0].length,
        names[1].utf8,
        names[1].length,
        names[2].utf8,
        names[2].length
      )
    }
  }

  /// The columns of a table's indexes, from what the server knows already.
  ///
  /// The corresponding C functions are `SQLStatisticsW` and `SQLStatistics`.
  func askIndexes(of table: TableName) throws(ODBCFailure) {
    let (all, quick) = (SQLUSMALLINT(SQL_INDEX_ALL), SQLUSMALLINT(SQL_QUICK))
    try unsafe ask("SQLStatistics", table.parts) { handle, names in
      unsafe SQLStatisticsW(
        handle,
        names[0].wide,
        names[0].length,
        names[1].wide,
        names[1].length,
        names[2].wide,
        names[2].length,
        all,
        quick
      )
    } utf8: { handle, names in
      unsafe SQLStatistics(
        handle,
        names[0].utf8,
        names[0].length,
        names[1].utf8,
        names[1].length,
        names[2].utf8,
        names[2].length,
        all,
        quick
      )
    }
  }

  /// The types that columns can have.
  ///
  /// The corresponding C functions are `SQLGetTypeInfoW` and `SQLGetTypeInfo`.
  func askTypes() throws(ODBCFailure) {
    try unsafe ask("SQLGetTypeInfo", []) { handle, _ in
      unsafe SQLGetTypeInfoW(handle, SQLSMALLINT(SQL_ALL_TYPES))
    } utf8: { handle, _ in
      unsafe SQLGetTypeInfo(handle, SQLSMALLINT(SQL_ALL_TYPES))
    }
  }

  private func ask(
    _ function: StaticString,
    _ names: [String?],
    _ wide: (SQLHANDLE, [CatalogText]) -> SQLRETURN,
    utf8: (SQLHANDLE, [CatalogText]) -> SQLRETURN
  ) throws(ODBCFailure) {
    let form = handle.form
    let texts = unsafe names.map { unsafe CatalogText($0, form) }
    defer { for index in unsafe texts.indices { unsafe texts[index].free() } }
    _ = try unsafe ran(function) { handle in
      form == .wide ? unsafe wide(handle, texts) : unsafe utf8(handle, texts)
    }
  }
}

/// A name on its way to a function, in one of the two forms; null pointers where there is none.
@unsafe
private struct CatalogText {
  var wide: UnsafeMutablePointer<SQLWCHAR>?
  var utf8: UnsafeMutablePointer<SQLCHAR>?
  var length: SQLSMALLINT = 0

  init(_ text: String?, _ form: TextForm) {
    guard let text else { return }
    switch form {
    case .wide: unsafe (wide, length) = unsafe CatalogText.copy(Array(text.utf16))
    case .utf8: unsafe (utf8, length) = unsafe CatalogText.copy(Array(text.utf8))
    }
  }

  private static func copy<Unit: FixedWidthInteger>(
    _ units: [Unit]
  ) -> (UnsafeMutablePointer<Unit>, SQLSMALLINT) {
    let start = UnsafeMutablePointer<Unit>.allocate(capacity: units.count + 1)
    for (index, unit) in units.enumerated() { unsafe (start + index).initialize(to: unit) }
    // Some drivers look for the end themselves, whatever length they are told.
    unsafe (start + units.count).initialize(to: 0)
    return unsafe (start, SQLSMALLINT(clamping: units.count))
  }

  func free() {
    unsafe wide?.deallocate()
    unsafe utf8?.deallocate()
  }
}
