internal import CODBC

/// Where a column's values are put by a fetch: a row of cells, and the length of each.
@unsafe
struct BoundColumn {
  /// The first one is 1.
  var number: Int
  /// The form that values are asked for in: `SQL_C_CHAR` and the like.
  var type: Int32
  var cells: UnsafeMutableRawPointer
  /// How many bytes each has.
  var width: Int
  var lengths: UnsafeMutablePointer<SQLLEN>
}

/// What is told of the rows of a fetch.
@unsafe
struct FetchedRows {
  var count: UnsafeMutablePointer<SQLULEN>
  /// One for each row.
  var states: UnsafeMutablePointer<SQLUSMALLINT>
}

extension ODBCStatement {
  /// Asks for so many rows at once, until it is asked for another number.
  ///
  /// The corresponding C function is `SQLSetStmtAttrW`. What is pointed to lives as long as rows are fetched.
  ///
  /// - Parameters:
  ///   - count: How many rows.
  ///   - rows: Where it is told what came.
  ///   - size: How many bytes lie between rows that lie one behind the other; nil: columns do.
  ///   - offset: How many bytes behind the bound places the next row goes, looked at with each fetch.
  /// - Throws: What the driver says.
  @unsafe
  func setRows(
    _ count: Int,
    _ rows: FetchedRows,
    size: Int? = nil,
    offset: UnsafeMutablePointer<SQLULEN>? = nil
  ) throws(ODBCFailure) {
    try set(SQL_ATTR_ROW_BIND_TYPE, to: size ?? Int(SQL_BIND_BY_COLUMN))
    if let offset = unsafe offset {
      try unsafe set(SQL_ATTR_ROW_BIND_OFFSET_PTR, to: SQLPOINTER(offset))
    }
    try set(SQL_ATTR_ROW_ARRAY_SIZE, to: count)
    try unsafe set(SQL_ATTR_ROWS_FETCHED_PTR, to: SQLPOINTER(rows.count))
    try unsafe set(SQL_ATTR_ROW_STATUS_PTR, to: SQLPOINTER(rows.states))
  }

  /// Has what is told of fetched rows go nowhere any more: `unbind` leaves these places as they are.
  ///
  /// The corresponding C function is `SQLSetStmtAttrW`.
  ///
  /// - Parameter hasOffset: Whether rows went as far behind the bound places as they were told.
  func forgetRows(hasOffset: Bool) {
    // A driver that does not take that has nowhere to write it: the memory outlives the statement's rows.
    if hasOffset { _ = try? unsafe set(SQL_ATTR_ROW_BIND_OFFSET_PTR, to: nil) }
    _ = try? unsafe set(SQL_ATTR_ROWS_FETCHED_PTR, to: nil)
    _ = try? unsafe set(SQL_ATTR_ROW_STATUS_PTR, to: nil)
  }

  /// Sets an attribute of the statement that points to memory.
  ///
  /// The corresponding C function is `SQLSetStmtAttrW`.
  @unsafe
  func set(_ attribute: Int32, to value: SQLPOINTER?) throws(ODBCFailure) {
    try unsafe handle.call("SQLSetStmtAttr") { unsafe SQLSetStmtAttrW($0, attribute, value, 0) }
  }

  /// Has the values of a column put into memory by each fetch.
  ///
  /// The corresponding C function is `SQLBindCol`.
  @unsafe
  func bind(_ column: BoundColumn) throws(ODBCFailure) {
    try unsafe handle.call("SQLBindCol") {
      unsafe SQLBindCol(
        $0,
        SQLUSMALLINT(column.number),
        SQLSMALLINT(column.type),
        column.cells,
        column.width,
        column.lengths
      )
    }
  }

  /// Ends all bindings.
  ///
  /// The corresponding C function is `SQLFreeStmt` with `SQL_UNBIND`.
  func unbind() {
    _ = try? unsafe handle.call("SQLFreeStmt") { unsafe SQLFreeStmt($0, SQLUSMALLINT(SQL_UNBIND)) }
  }

  /// Fetches the next rows.
  ///
  /// The corresponding C function is `SQLFetch`.
  ///
  /// - Returns: False where there are none left.
  func fetch() throws(ODBCFailure) -> Bool {
    try unsafe waiting("SQLFetch") { unsafe SQLFetch($0) } != SQL_NO_DATA
  }

  /// Fetches all rows there are, and lets go of them.
  ///
  /// Some servers do what a statement says only as its rows are fetched, and SQLite's driver does not even begin
  /// before.
  func drain() throws(ODBCFailure) {
    guard try columnCount() > 0 else { return }
    while try fetch() {}
  }

  /// Makes one of the fetched rows the one that `read` reads.
  ///
  /// The corresponding C function is `SQLSetPos`.
  ///
  /// - Parameter row: The first one is 1.
  /// - Throws: What the driver says.
  func stand(onRow row: Int) throws(ODBCFailure) {
    try unsafe handle.call("SQLSetPos") {
      unsafe SQLSetPos(
        $0,
        SQLSETPOSIROW(row),
        SQLUSMALLINT(SQL_POSITION),
        SQLUSMALLINT(SQL_LOCK_NO_CHANGE)
      )
    }
  }

  /// What a database tells of itself is shorter.
  private static let longestText = 64 << 20

  /// Reads a value of the row as a text, where rows are not bound; nil: there is none.
  ///
  /// - Parameter column: The first one is 1.
  /// - Throws: What the driver says.
  /// - Returns: The text.
  func text(inColumn column: Int) throws(ODBCFailure) -> String? {
    switch handle.form {
    case .utf8:
      let bytes = try read(column, as: SQL_C_CHAR, terminator: 1, limit: ODBCStatement.longestText)
      return bytes.map { String(decoding: $0, as: UTF8.self) }
    case .wide:
      let limit = ODBCStatement.longestText
      guard let bytes = try read(column, as: SQL_C_WCHAR, terminator: 2, limit: limit) else {
        return nil
      }
      // In the machine's order, which is little-endian wherever this is built.
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
        UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
      }
      return String(decoding: units, as: UTF16.self)
    }
  }

  /// Reads a value of the row whole, however long it is.
  ///
  /// The corresponding C function is `SQLGetData`.
  ///
  /// - Parameters:
  ///   - column: The first one is 1.
  ///   - type: The form that it is asked for in.
  ///   - terminator: How many bytes of zeros come behind each piece.
  ///   - limit: Beyond how many bytes it is given up.
  /// - Throws: What the driver says, or how it lies.
  /// - Returns: Its bytes; nil where there is no value, or where it has more than that.
  func read(
    _ column: Int,
    as type: Int32,
    terminator: Int,
    limit: Int
  ) throws(ODBCFailure) -> [UInt8]? {
    var bytes: [UInt8] = []
    // Most values are short, and what is long is read in few pieces.
    var piece = [UInt8](repeating: 0, count: 1 << 10)
    // How many bytes there are to come still, as the driver has it.
    var left = 0
    while true {
      var length: SQLLEN = 0
      let room = piece.count
      let status = try unsafe handle.call("SQLGetData") { handle in
        unsafe piece.withUnsafeMutableBytes { piece in
          unsafe SQLGetData(
            handle,
            SQLUSMALLINT(column),
            SQLSMALLINT(type),
            piece.baseAddress,
            room,
            &length
          )
        }
      }
      if status == SQL_NO_DATA {
        guard left <= 0 else { throw ODBCStatement.lie("ends a value \(left) bytes too early") }
        return bytes
      }
      if length == codbc_null_data { return nil }
      guard length >= 0 || length == codbc_no_total else {
        throw ODBCStatement.lie("reports a length of \(length)")
      }
      // A remark of the driver's need not be that the value was cut: it is if there is no room for more.
      let most = status == SQL_SUCCESS ? room - terminator : room - terminator - 1
      let isRest = length >= 0 && Int(length) <= most
      guard isRest || status == SQL_SUCCESS_WITH_INFO else {
        throw ODBCStatement.lie("reports more than there is room for, and that it is all there")
      }
      bytes += piece[..<(isRest ? Int(length) : room - terminator)]
      if isRest { return bytes }
      left = length >= 0 ? Int(length) - (room - terminator) : 0
      guard bytes.count <= limit else { return nil }
      if piece.count < 64 << 10 { piece = [UInt8](repeating: 0, count: 64 << 10) }
    }
  }

  private static func lie(_ what: String) -> ODBCFailure {
    ODBCFailure(function: "SQLGetData", records: [], lie: what)
  }
}
