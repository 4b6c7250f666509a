internal import CODBC

/// Where a parameter's values stand, one cell for each execution.
@unsafe
struct BoundParameter {
  /// The first one is 1.
  var number: Int
  /// `SQL_PARAM_INPUT` and the like.
  var direction: Int32 = SQL_PARAM_INPUT
  /// The form of the cells: `SQL_C_CHAR` and the like.
  var cType: Int32
  /// What it is to the server: `SQL_VARCHAR` and the like.
  var sqlType: Int32
  /// Its length in characters or bytes, or how many digits it has.
  var size: Int
  /// How many digits stand behind the point, or of a second.
  var digits: Int
  var cells: UnsafeMutableRawPointer
  /// How many bytes each has.
  var width: Int
  var lengths: UnsafeMutablePointer<SQLLEN>
}

extension ODBCFailure {
  /// That the driver was not given a text with U+0000, which it would cut there.
  fileprivate static func cutText(_ number: Int) -> ODBCFailure {
    let record = DiagnosticRecord(
      state: "22021",
      native: 0,
      message:
        "the text of the parameter \(number) has U+0000 in it, where the driver would end it: take that out, or keep the text as bytes"
    )
    return ODBCFailure(function: "SQLBindParameter", records: [record])
  }
}

extension ODBCStatement {
  /// Has the server look at a text of SQL, to run it later.
  ///
  /// The corresponding C functions are `SQLPrepareW` and `SQLPrepare`.
  func prepare(_ sql: String) throws(ODBCFailure) {
    let form = handle.form
    // Some drivers ask the server, which may have it wait for a lock.
    _ = try unsafe waiting("SQLPrepare") { handle in
      switch form {
      case .wide: unsafe ODBCText.withWide(sql) { unsafe SQLPrepareW(handle, $0, SQLINTEGER($1)) }
      case .utf8: unsafe ODBCText.withUTF8(sql) { unsafe SQLPrepare(handle, $0, SQLINTEGER($1)) }
      }
    }
  }

  /// Runs what was prepared.
  ///
  /// The corresponding C function is `SQLExecute`.
  ///
  /// - Returns: False where an update or delete found no row.
  @discardableResult
  func execute() throws(ODBCFailure) -> Bool {
    try unsafe ran("SQLExecute") { unsafe SQLExecute($0) }
  }

  /// How many parameters the prepared statement has; nil where the driver does not know.
  ///
  /// The corresponding C function is `SQLNumParams`.
  func parameterCount() -> Int? {
    var count: SQLSMALLINT = 0
    let status = try? unsafe handle.call("SQLNumParams") { unsafe SQLNumParams($0, &count) }
    return status == nil ? nil : Int(count)
  }

  /// Has a parameter's values taken from memory by each execution.
  ///
  /// The corresponding C function is `SQLBindParameter`.
  @unsafe
  func bind(_ parameter: BoundParameter) throws(ODBCFailure) {
    try unsafe handle.call("SQLBindParameter") {
      unsafe SQLBindParameter(
        $0,
        SQLUSMALLINT(clamping: parameter.number),
        SQLSMALLINT(parameter.direction),
        SQLSMALLINT(parameter.cType),
        SQLSMALLINT(parameter.sqlType),
        SQLULEN(parameter.size),
        SQLSMALLINT(clamping: parameter.digits),
        parameter.cells,
        parameter.width,
        parameter.lengths
      )
    }
  }

  /// Has each execution run for so many sets of parameters.
  ///
  /// The corresponding C function is `SQLSetStmtAttrW`.
  ///
  /// - Parameters:
  ///   - count: How many sets.
  ///   - states: How each has gone; it lives as long as the statement is run.
  /// - Throws: What the driver says, also where it takes another count; it runs for one set then.
  @unsafe
  func setParameterSets(
    _ count: Int,
    states: UnsafeMutablePointer<SQLUSMALLINT>
  ) throws(ODBCFailure) {
    do throws(ODBCFailure) {
      guard try set(SQL_ATTR_PARAMSET_SIZE, to: count) || count == 1 else {
        throw ODBCFailure(function: "SQLSetStmtAttr", records: handle.records)
      }
      try unsafe set(SQL_ATTR_PARAM_STATUS_PTR, to: SQLPOINTER(states))
    } catch {
      _ = try? set(SQL_ATTR_PARAMSET_SIZE, to: 1)
      throw error
    }
  }

  /// Has the values of all parameters taken from columns, which it keeps as long as the driver may look at them.
  ///
  /// - Throws: What the driver says, or which text it would cut.
  func bind(_ columns: [ParameterColumn]) throws(ODBCFailure) {
    for (index, column) in columns.enumerated() {
      guard !column.isCut else { throw .cutText(index + 1) }
      try unsafe bind(BoundParameter(column, number: index + 1))
    }
    keep(columns)
  }

  /// Ends all bindings of parameters.
  ///
  /// The corresponding C function is `SQLFreeStmt` with `SQL_RESET_PARAMS`.
  func unbindParameters() {
    _ = try? unsafe handle.call("SQLFreeStmt") {
      unsafe SQLFreeStmt($0, SQLUSMALLINT(SQL_RESET_PARAMS))
    }
  }

  /// Sets an attribute of the statement that is a number.
  ///
  /// The corresponding C function is `SQLSetStmtAttrW`.
  ///
  /// - Returns: Whether the driver took it as it is.
  @discardableResult
  func set(_ attribute: Int32, to number: Int) throws(ODBCFailure) -> Bool {
    try unsafe handle.call("SQLSetStmtAttr") {
      unsafe SQLSetStmtAttrW($0, attribute, SQLPOINTER(bitPattern: number), 0)
    } == SQL_SUCCESS
  }
}
