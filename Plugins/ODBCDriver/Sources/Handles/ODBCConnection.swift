internal import CODBC

/// A connection to a data source.
///
/// One thread at a time. The corresponding C type is `SQLHDBC`.
final class ODBCConnection: @unchecked Sendable {
  // `@unchecked` because nothing is changed before its end.
  let handle: ODBCHandle
  /// A statement that does nothing, by which what the connection does is cancelled; nil: each statement is by itself.
  private(set) var canceller: ODBCHandle?

  /// Connects.
  ///
  /// The corresponding C functions are `SQLDriverConnectW` and `SQLDriverConnect`.
  ///
  /// - Parameters:
  ///   - text: The connection string.
  ///   - environment: Where it is made.
  ///   - form: In which form the driver takes texts.
  ///   - library: The path of the driver's library; nil: it is not known.
  ///   - cancelsAsWhole: Whether a cancel of any statement cancels what the connection does.
  ///   - loginTimeout: How long logging in may take, in seconds; 0: as long as the driver likes. Not every driver
  ///     heeds it.
  /// - Throws: Why it cannot be, such as a driver that is missing.
  init(
    _ text: String,
    in environment: ODBCEnvironment,
    _ form: TextForm,
    library: String? = nil,
    cancelsAsWhole: Bool = false,
    loginTimeout: Int
  ) throws(ODBCFailure) {
    let handle = try ODBCHandle(SQL_HANDLE_DBC, in: environment.handle, form)
    if loginTimeout > 0 {
      try handle.set(SQL_ATTR_LOGIN_TIMEOUT, to: loginTimeout)
    }
    let prompt = SQLUSMALLINT(SQL_DRIVER_NOPROMPT)
    try DriverCode.keep(library) { () throws(ODBCFailure) in
      try unsafe handle.call("SQLDriverConnect") { handle in
        switch form {
        case .wide:
          unsafe ODBCText.withWide(text) { text, count in
            let count = SQLSMALLINT(clamping: count)
            return unsafe SQLDriverConnectW(handle, nil, text, count, nil, 0, nil, prompt)
          }
        case .utf8:
          unsafe ODBCText.withUTF8(text) { text, count in
            let count = SQLSMALLINT(clamping: count)
            return unsafe SQLDriverConnect(handle, nil, text, count, nil, 0, nil, prompt)
          }
        }
      }
    }
    self.handle = handle
    canceller =
      cancelsAsWhole
      ? try ODBCHandle(SQL_HANDLE_STMT, in: handle, form) : nil
  }

  deinit {
    // In front of the connection, which takes its statements with it.
    canceller = nil
    if disconnect() { return }
    // A transaction that could not be ended keeps a connection open.
    _ = try? rollBack()
    _ = disconnect()
  }

  private func disconnect() -> Bool {
    (try? unsafe handle.call("SQLDisconnect") { unsafe SQLDisconnect($0) }) != nil
  }

  /// A statement of its own.
  func statement() throws(ODBCFailure) -> ODBCStatement { try ODBCStatement(in: self) }

  // MARK: - Attributes

  /// Whether each statement is a transaction of its own.
  ///
  /// The corresponding C attribute is `SQL_ATTR_AUTOCOMMIT`.
  func setAutocommit(_ isOn: Bool) throws(ODBCFailure) {
    try handle.set(SQL_ATTR_AUTOCOMMIT, to: isOn ? Int(SQL_AUTOCOMMIT_ON) : Int(SQL_AUTOCOMMIT_OFF))
  }

  /// Ends the transaction.
  ///
  /// The corresponding C function is `SQLEndTran`.
  func end(committing: Bool) throws(ODBCFailure) {
    let how = SQLSMALLINT(committing ? SQL_COMMIT : SQL_ROLLBACK)
    try unsafe handle.call("SQLEndTran") { unsafe SQLEndTran(SQLSMALLINT(SQL_HANDLE_DBC), $0, how) }
  }

  /// Undoes what an error has left open, where each statement is a transaction of its own.
  ///
  /// - Parameter statements: What is run for it.
  func recover(_ statements: [String]) {
    guard handle.number(of: SQL_ATTR_AUTOCOMMIT) == Int(SQL_AUTOCOMMIT_ON) else { return }
    for sql in statements { _ = try? statement().run(sql) }
  }

  /// Undoes the transaction.
  ///
  /// SQLite undoes one itself when a statement in it is cancelled; its driver does not hear of that, cannot undo what is
  /// not there, and would not let go of the connection ever: so it gets one to undo.
  func rollBack() throws(ODBCFailure) {
    do throws(ODBCFailure) {
      try end(committing: false)
    } catch {
      guard (try? ODBCStatement(handle).run("begin")) != nil else { throw error }
      try end(committing: false)
    }
  }

  /// Whether the driver knows that the connection is lost; it may be lost all the same.
  ///
  /// The corresponding C attribute is `SQL_ATTR_CONNECTION_DEAD`.
  var isKnownToBeDead: Bool {
    var isDead: SQLUINTEGER = 0
    let status = try? unsafe handle.call("SQLGetConnectAttr") {
      unsafe SQLGetConnectAttr($0, SQLINTEGER(SQL_ATTR_CONNECTION_DEAD), &isDead, 0, nil)
    }
    return status == SQL_SUCCESS && isDead == SQLUINTEGER(SQL_CD_TRUE)
  }

  // MARK: - Facts

  /// A text that the driver tells of itself or of its server; nil where it does not.
  ///
  /// The corresponding C functions are `SQLGetInfoW` and `SQLGetInfo`.
  ///
  /// - Parameter fact: `SQL_DBMS_NAME` and the like.
  /// - Returns: The text, empty where there is nothing to tell.
  func text(of fact: Int32) -> String? {
    let fact = SQLUSMALLINT(fact)
    var bytes: SQLSMALLINT = 0
    func asked(_ body: (SQLHANDLE) -> SQLRETURN) -> Int? {
      (try? unsafe handle.call("SQLGetInfo", body)) == nil ? nil : Int(bytes)
    }
    switch handle.form {
    case .wide:
      return unsafe ODBCText.readWide { text, capacity in
        let capacity = SQLSMALLINT(clamping: capacity * 2)
        // In bytes, other than lengths elsewhere.
        return unsafe asked { unsafe SQLGetInfoW($0, fact, text, capacity, &bytes) }.map { $0 / 2 }
      }
    case .utf8:
      return unsafe ODBCText.readUTF8 { text, capacity in
        let capacity = SQLSMALLINT(clamping: capacity)
        return unsafe asked { unsafe SQLGetInfo($0, fact, text, capacity, &bytes) }
      }
    }
  }
}

extension ODBCHandle {
  /// Sets an attribute of a connection that is a number.
  ///
  /// The corresponding C function is `SQLSetConnectAttrW`.
  ///
  /// - Returns: `SQL_SUCCESS`, or `SQL_SUCCESS_WITH_INFO` where the driver took another one.
  @discardableResult
  func set(_ attribute: Int32, to number: Int) throws(ODBCFailure) -> Int32 {
    try unsafe call("SQLSetConnectAttr") {
      unsafe SQLSetConnectAttrW(
        $0,
        attribute,
        SQLPOINTER(bitPattern: number),
        SQLINTEGER(SQL_IS_UINTEGER)
      )
    }
  }

  /// An attribute of a connection that is a number; nil where the driver does not tell.
  ///
  /// The corresponding C function is `SQLGetConnectAttrW`.
  func number(of attribute: Int32) -> Int? {
    var number: SQLUINTEGER = 0
    let status = try? unsafe call("SQLGetConnectAttr") {
      unsafe SQLGetConnectAttrW($0, attribute, &number, SQLINTEGER(SQL_IS_UINTEGER), nil)
    }
    return status == nil ? nil : Int(number)
  }
}
