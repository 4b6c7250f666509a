internal import CODBC

/// A statement: what is asked of the server, and a cursor over its answer.
///
/// One thread at a time, but for `cancel`. The corresponding C type is `SQLHSTMT`.
final class ODBCStatement: @unchecked Sendable {
  // `@unchecked` because whoever has it uses it on one thread at a time, and `cancel` looks at the handle alone.
  let handle: ODBCHandle
  /// What was said of the last run that succeeded.
  private(set) var warnings: [DiagnosticRecord] = []
  /// Has to stay connected for as long.
  private let connection: ODBCConnection?
  private let gate = CancelGate()
  /// What parameters are bound to: SQLite's driver reads it still while rows are fetched.
  private var parameters: [ParameterColumn] = []

  init(in connection: ODBCConnection) throws(ODBCFailure) {
    self.connection = connection
    handle = try ODBCHandle(SQL_HANDLE_STMT, in: connection.handle, connection.handle.form)
  }

  /// A statement of a connection that is about to end, which it does not keep.
  init(_ connection: ODBCHandle) throws(ODBCFailure) {
    self.connection = nil
    handle = try ODBCHandle(SQL_HANDLE_STMT, in: connection, connection.form)
  }

  deinit { if !parameters.isEmpty { unbindParameters() } }

  /// Keeps what parameters are bound to for as long as the driver may look at it.
  func keep(_ parameters: [ParameterColumn]) { self.parameters = parameters }

  /// Runs or prepares, and keeps what is said of it.
  func ran(
    _ function: StaticString,
    _ body: (SQLHANDLE) -> SQLRETURN
  ) throws(ODBCFailure) -> Bool {
    let status: Int32
    do throws(ODBCFailure) {
      status = try unsafe waiting(function, body)
    } catch {
      // A statement that waits for pieces of data could not even be let go of.
      if error.lie != nil { unsafe handle.tell { unsafe SQLCancel($0) } }
      throw error
    }
    warnings = status == SQL_SUCCESS_WITH_INFO ? handle.records : []
    return status != SQL_NO_DATA
  }

  /// Asks for a function in which the thread may wait for the server, and which `cancel` ends.
  func waiting(
    _ function: StaticString,
    _ body: (SQLHANDLE) -> SQLRETURN
  ) throws(ODBCFailure) -> Int32 {
    guard gate.enter() else { throw .cancelled(function) }
    return try unsafe handle.call(function) { handle in
      // In front of the diagnostics, which a cancel would take away while they are read.
      defer { gate.leave() }
      return unsafe body(handle)
    }
  }

  // MARK: - Running

  /// Runs a text of SQL.
  ///
  /// The corresponding C functions are `SQLExecDirectW` and `SQLExecDirect`.
  ///
  /// - Returns: False where an update or delete found no row.
  @discardableResult
  func run(_ sql: String) throws(ODBCFailure) -> Bool {
    let form = handle.form
    return try unsafe ran("SQLExecDirect") { handle in
      switch form {
      case .wide:
        unsafe ODBCText.withWide(sql) { unsafe SQLExecDirectW(handle, $0, SQLINTEGER($1)) }
      case .utf8:
        unsafe ODBCText.withUTF8(sql) { unsafe SQLExecDirect(handle, $0, SQLINTEGER($1)) }
      }
    }
  }

  /// Asks the driver to end what the statement does, and lets it begin nothing more; any thread.
  ///
  /// The corresponding C function is `SQLCancel`.
  func cancel() {
    let target = connection?.canceller ?? handle
    // What it says of it would be looked for where the other thread works.
    gate.cancel { unsafe target.tell { unsafe SQLCancel($0) } }
  }

  /// Goes on to the next result.
  ///
  /// The corresponding C function is `SQLMoreResults`.
  ///
  /// - Returns: False where there is none.
  func nextResult() throws(ODBCFailure) -> Bool {
    try unsafe ran("SQLMoreResults") { unsafe SQLMoreResults($0) }
  }

  /// Lets go of a result that is not read to its end.
  ///
  /// The corresponding C function is `SQLFreeStmt` with `SQL_CLOSE`.
  func closeCursor() {
    _ = try? unsafe handle.call("SQLFreeStmt") { unsafe SQLFreeStmt($0, SQLUSMALLINT(SQL_CLOSE)) }
  }

  // MARK: - The result

  /// How many columns the result has; 0 where it is none of rows.
  ///
  /// The corresponding C function is `SQLNumResultCols`.
  func columnCount() throws(ODBCFailure) -> Int {
    var count: SQLSMALLINT = 0
    try unsafe handle.call("SQLNumResultCols") { unsafe SQLNumResultCols($0, &count) }
    guard count >= 0 else {
      throw ODBCFailure(function: "SQLNumResultCols", records: [], lie: "reports \(count) columns")
    }
    return Int(count)
  }

  /// How many rows were changed; nil where the driver does not know.
  ///
  /// The corresponding C function is `SQLRowCount`.
  func changedRows() throws(ODBCFailure) -> Int? {
    var count: SQLLEN = -1
    try unsafe handle.call("SQLRowCount") { unsafe SQLRowCount($0, &count) }
    return count < 0 ? nil : Int(count)
  }

  /// What a column of the result is.
  struct ColumnDescription: Sendable, Hashable {
    /// As the server names it.
    var name: String
    /// Its SQL type: `SQL_INTEGER` and the like.
    var type: Int32
    /// The server's or driver's own name of it; empty where there is none.
    var typeName: String
    /// Its length in characters, or how many digits it has.
    var size: Int
    /// How many digits stand behind the point, or of a second.
    var digits: Int
    /// Whether a value may be missing; also where that is not known.
    var isNullable: Bool
    /// Whether numbers in it have no sign.
    var isUnsigned: Bool
  }

  /// Describes a column; the first one is 1.
  ///
  /// The corresponding C functions are `SQLDescribeColW`, `SQLDescribeCol` and `SQLColAttributeW`.
  func column(_ number: Int) throws(ODBCFailure) -> ColumnDescription {
    let place = SQLUSMALLINT(clamping: number)
    var (type, digits, nullable): (SQLSMALLINT, SQLSMALLINT, SQLSMALLINT) = (0, 0, 0)
    var size: SQLULEN = 0
    var length: SQLSMALLINT = 0
    var failure = ODBCFailure(function: "SQLDescribeCol", records: [])
    func asked(_ body: (SQLHANDLE) -> SQLRETURN) -> Int? {
      do throws(ODBCFailure) {
        try unsafe handle.call("SQLDescribeCol", body)
        return Int(length)
      } catch {
        failure = error
        return nil
      }
    }
    let name: String? =
      switch handle.form {
      case .wide:
        unsafe ODBCText.readWide { name, capacity in
          let room = SQLSMALLINT(capacity)
          return unsafe asked {
            unsafe SQLDescribeColW(
              $0,
              place,
              name,
              room,
              &length,
              &type,
              &size,
              &digits,
              &nullable
            )
          }
        }
      case .utf8:
        unsafe ODBCText.readUTF8 { name, capacity in
          let room = SQLSMALLINT(capacity)
          return unsafe asked {
            unsafe SQLDescribeCol(
              $0,
              place,
              name,
              room,
              &length,
              &type,
              &size,
              &digits,
              &nullable
            )
          }
        }
      }
    guard let name else { throw failure }
    guard length < SQLSMALLINT.max else {
      failure.lie = "has a name of \(length) characters for the column \(number), or more"
      throw failure
    }
    return ColumnDescription(
      name: name,
      type: Int32(type),
      typeName: text(SQL_DESC_TYPE_NAME, of: number) ?? "",
      size: Int(clamping: size),
      digits: Int(digits),
      isNullable: nullable != SQL_NO_NULLS,
      isUnsigned: fact(SQL_DESC_UNSIGNED, of: number) == Int(SQL_TRUE)
    )
  }

  /// A text that the driver tells of a column; nil where it does not.
  ///
  /// The corresponding C functions are `SQLColAttributeW` and `SQLColAttribute`.
  func text(_ field: Int32, of column: Int) -> String? {
    let (column, field) = (SQLUSMALLINT(column), SQLUSMALLINT(field))
    var bytes: SQLSMALLINT = 0
    func asked(_ body: (SQLHANDLE) -> SQLRETURN) -> Int? {
      (try? unsafe handle.call("SQLColAttribute", body)) == nil ? nil : Int(bytes)
    }
    switch handle.form {
    case .wide:
      return unsafe ODBCText.readWide { text, capacity in
        let room = SQLSMALLINT(clamping: capacity * 2)
        // In bytes, other than lengths elsewhere.
        return unsafe asked {
          unsafe SQLColAttributeW($0, column, field, text, room, &bytes, nil)
        }.map { $0 / 2 }
      }
    case .utf8:
      return unsafe ODBCText.readUTF8 { text, capacity in
        let room = SQLSMALLINT(clamping: capacity)
        return unsafe asked { unsafe SQLColAttribute($0, column, field, text, room, &bytes, nil) }
      }
    }
  }

  /// A number that the driver tells of a column; nil where it does not.
  private func fact(_ field: Int32, of column: Int) -> Int? {
    var number: SQLLEN = 0
    let status = try? unsafe handle.call("SQLColAttribute") {
      unsafe SQLColAttributeW($0, SQLUSMALLINT(column), SQLUSMALLINT(field), nil, 0, nil, &number)
    }
    return status == nil ? nil : Int(number)
  }
}
