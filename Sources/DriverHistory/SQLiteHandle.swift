internal import CSQLite
internal import DriverHost
internal import Glibc

/// A connection to a database: one thread at a time.
///
/// The corresponding C type is `sqlite3`.
@safe
struct SQLiteHandle: ~Copyable {
  /// What a connection may do.
  enum Access {
    case readOnly, readWrite
  }

  private let database: OpaquePointer
  /// What SQLite's hook writes to, for as long as there is this handle.
  private let pages: UnsafeMutablePointer<Int32>

  /// Opens a file that exists.
  ///
  /// The corresponding C function is `sqlite3_open_v2`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - access: What may be done with it.
  ///   - busyTimeout: How long a statement waits for another connection's lock.
  /// - Throws: Why it cannot be opened.
  init(path: String, access: Access, busyTimeout: Duration) throws(SQLiteFailure) {
    let flags: Int32 =
      switch access {
      case .readOnly: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE
      }
    var opened: OpaquePointer?
    // A lock of its own for each connection would be for nothing.
    let status = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard let database = unsafe opened else {
      throw SQLiteFailure(code: SQLITE_NOMEM, message: "no memory is left", systemError: 0)
    }
    guard status == SQLITE_OK else {
      let failure = unsafe SQLiteHandle.failure(of: database)
      unsafe sqlite3_close_v2(database)
      throw failure
    }
    unsafe self.database = unsafe database
    unsafe pages = .allocate(capacity: 1)
    unsafe pages.initialize(to: 0)
    unsafe sqlite3_extended_result_codes(database, 1)
    setBusyTimeout(busyTimeout)
  }

  // Its statements may live on: the connection then ends with the last of them.
  deinit {
    unsafe sqlite3_wal_hook(database, nil, nil)
    unsafe sqlite3_close_v2(database)
    unsafe pages.deallocate()
  }

  /// From now on counts the pages of the log, and leaves it to the caller to bring them into the file.
  ///
  /// The corresponding C function is `sqlite3_wal_hook`; it takes the place of
  /// `sqlite3_wal_autocheckpoint`.
  func countLogPages() {
    let hook:
      @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) ->
        Int32 = { pages, _, _, count in
          unsafe pages?.assumingMemoryBound(to: Int32.self).pointee = count
          return SQLITE_OK
        }
    unsafe sqlite3_wal_hook(database, hook, pages)
  }

  /// How many pages the log had after the last commit of this connection.
  var logPages: Int { Int(unsafe pages.pointee) }

  /// How long a statement waits for another connection's lock.
  ///
  /// The corresponding C function is `sqlite3_busy_handler`. SQLite's own handler sleeps up to 100
  /// ms at a time, which is long beside a transaction of less than one.
  ///
  /// - Parameter timeout: With zero it does not wait at all.
  func setBusyTimeout(_ timeout: Duration) {
    guard timeout > .zero else {
      unsafe sqlite3_busy_handler(database, nil, nil)
      return
    }
    let milliseconds = Int(clamping: timeout.nanoseconds / 1_000_000)
    unsafe sqlite3_busy_handler(
      database,
      { limit, count in
        guard Int(count) < Int(bitPattern: limit) else { return 0 }
        usleep(1000)
        return 1
      },
      // No address: the handler's only argument.
      UnsafeMutableRawPointer(bitPattern: max(1, milliseconds))
    )
  }

  /// Leaves the log as it is when the file is closed, also where nobody else has it open.
  ///
  /// The corresponding C function is `sqlite3_db_config`.
  func keepLog() { unsafe csqlite_keep_log(database) }

  /// Whether the file could be opened for reading only.
  ///
  /// The corresponding C function is `sqlite3_db_readonly`.
  var isReadOnly: Bool { unsafe sqlite3_db_readonly(database, "main") == 1 }

  /// Whether a transaction is open.
  ///
  /// The corresponding C function is `sqlite3_get_autocommit`.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(database) == 0 }

  /// How many rows the last statement changed.
  ///
  /// The corresponding C function is `sqlite3_changes`.
  var changes: Int { Int(unsafe sqlite3_changes(database)) }

  /// Runs statements, and drops their rows.
  ///
  /// The corresponding C function is `sqlite3_exec`.
  func execute(_ sql: String) throws(SQLiteFailure) {
    guard unsafe sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
      throw unsafe SQLiteHandle.failure(of: database)
    }
  }

  /// A statement for many uses.
  ///
  /// The corresponding C function is `sqlite3_prepare_v3`.
  func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
    var statement: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    let status = unsafe sqlite3_prepare_v3(database, sql, -1, flags, &statement, nil)
    guard status == SQLITE_OK, let statement = unsafe statement else {
      throw unsafe SQLiteHandle.failure(of: database)
    }
    return unsafe SQLiteStatement(statement)
  }

  /// The integer in the first column of a statement's first row; 0 where it has none.
  func integer(_ sql: String) throws(SQLiteFailure) -> Int64 {
    var statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The text in the first column of a statement's first row; empty where it has none.
  func text(_ sql: String) throws(SQLiteFailure) -> String {
    var statement = try prepare(sql)
    return try statement.step() ? statement.text(0) ?? "" : ""
  }

  /// What the last function said that failed.
  ///
  /// The corresponding C functions are `sqlite3_extended_errcode`, `sqlite3_errmsg` and
  /// `sqlite3_system_errno`.
  fileprivate static func failure(of database: OpaquePointer) -> SQLiteFailure {
    unsafe SQLiteFailure(
      code: sqlite3_extended_errcode(database),
      message: String(cString: sqlite3_errmsg(database)),
      systemError: sqlite3_system_errno(database)
    )
  }
}

/// A statement that is compiled once and run many times.
///
/// The corresponding C type is `sqlite3_stmt`.
@safe
struct SQLiteStatement: ~Copyable {
  private let statement: OpaquePointer

  fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

  deinit { unsafe sqlite3_finalize(statement) }

  /// Gives a parameter a value; the first one is 1.
  ///
  /// The corresponding C function is `sqlite3_bind_int64`.
  mutating func bind(_ value: Int64, at place: Int32) throws(SQLiteFailure) {
    try check(unsafe sqlite3_bind_int64(statement, place, value))
  }

  /// Gives a parameter a value, or NULL.
  mutating func bind(_ value: Int64?, at place: Int32) throws(SQLiteFailure) {
    if let value { try bind(value, at: place) } else { try bindNull(at: place) }
  }

  /// Gives a parameter a text.
  ///
  /// The corresponding C function is `sqlite3_bind_text64`.
  mutating func bind(_ value: String, at place: Int32) throws(SQLiteFailure) {
    var value = value
    let status = value.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe csqlite_bind_text(statement, place, bytes.baseAddress, UInt64(bytes.count))
      }
    }
    try check(status)
  }

  /// Gives a parameter a text, or NULL.
  mutating func bind(_ value: String?, at place: Int32) throws(SQLiteFailure) {
    if let value { try bind(value, at: place) } else { try bindNull(at: place) }
  }

  /// Gives a parameter a text from its UTF-8.
  mutating func bind(utf8 value: [UInt8], at place: Int32) throws(SQLiteFailure) {
    let status = unsafe value.withUnsafeBytes { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe csqlite_bind_text(statement, place, bytes.baseAddress, UInt64(bytes.count))
      }
    }
    try check(status)
  }

  /// Gives a parameter NULL.
  ///
  /// The corresponding C function is `sqlite3_bind_null`.
  mutating func bindNull(at place: Int32) throws(SQLiteFailure) {
    try check(unsafe sqlite3_bind_null(statement, place))
  }

  /// Goes on to the next row; false behind the last one, where the statement is ready for its next
  /// use.
  ///
  /// The corresponding C function is `sqlite3_step`. After a failure the statement is ready as
  /// well.
  mutating func step() throws(SQLiteFailure) -> Bool {
    let status = unsafe sqlite3_step(statement)
    if status == SQLITE_ROW { return true }
    let failure = status == SQLITE_DONE ? nil : failure
    reset()
    if let failure { throw failure }
    return false
  }

  /// Runs a statement that has no rows.
  mutating func run() throws(SQLiteFailure) {
    while try step() {}
  }

  /// Makes the statement ready for its next use; its parameters keep their values.
  ///
  /// The corresponding C function is `sqlite3_reset`.
  mutating func reset() { unsafe sqlite3_reset(statement) }

  /// Whether a column of the row is NULL; the first one is 0.
  ///
  /// The corresponding C function is `sqlite3_column_type`.
  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
  }

  /// An integer of the row.
  ///
  /// The corresponding C function is `sqlite3_column_int64`.
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

  /// An integer of the row; nil for NULL.
  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  /// A text of the row; nil for NULL.
  ///
  /// The corresponding C functions are `sqlite3_column_text` and `sqlite3_column_bytes`.
  func text(_ column: Int32) -> String? {
    guard let start = unsafe sqlite3_column_text(statement, column) else { return nil }
    let count = Int(unsafe sqlite3_column_bytes(statement, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  private func check(_ status: Int32) throws(SQLiteFailure) {
    guard status == SQLITE_OK else { throw failure }
  }

  private var failure: SQLiteFailure {
    guard let database = unsafe sqlite3_db_handle(statement) else {
      return SQLiteFailure(code: SQLITE_MISUSE, message: "a statement of nothing", systemError: 0)
    }
    return unsafe SQLiteHandle.failure(of: database)
  }
}
