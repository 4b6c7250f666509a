internal import CODBC

/// A handle of the driver manager, and how its functions are answered.
///
/// The corresponding C type is `SQLHANDLE`. One thread at a time, but for a cancel of a statement.
@safe
final class ODBCHandle: @unchecked Sendable {
  // `@unchecked` because whoever has it uses it on one thread at a time; a statement may be cancelled on any.

  /// Which kind it is: `SQL_HANDLE_ENV`, `SQL_HANDLE_DBC` or `SQL_HANDLE_STMT`.
  private let kind: Int32
  /// In which form texts cross.
  let form: TextForm
  private let handle: SQLHANDLE
  /// What it was made in, which has to live longer.
  private let parent: ODBCHandle?

  /// Makes a handle.
  ///
  /// The corresponding C function is `SQLAllocHandle`.
  ///
  /// - Parameters:
  ///   - kind: Which kind.
  ///   - parent: What it is made in; nil for an environment.
  ///   - form: In which form texts cross.
  /// - Throws: What the parent's records say.
  init(_ kind: Int32, in parent: ODBCHandle?, _ form: TextForm) throws(ODBCFailure) {
    var made: SQLHANDLE?
    let status = unsafe SQLAllocHandle(SQLSMALLINT(kind), parent?.handle, &made)
    guard status == SQL_SUCCESS || status == SQL_SUCCESS_WITH_INFO, let made = unsafe made else {
      throw ODBCFailure(function: "SQLAllocHandle", records: parent?.records ?? [])
    }
    self.kind = kind
    self.form = form
    self.parent = parent
    unsafe handle = unsafe made
  }

  // The driver manager refuses to free a connection that is connected: whoever connects it disconnects it.
  deinit { unsafe SQLFreeHandle(SQLSMALLINT(kind), handle) }

  /// What was said of the last function.
  var records: [DiagnosticRecord] { unsafe DiagnosticRecord.all(of: handle, kind, form) }

  /// Asks for a function, and says how it went.
  ///
  /// - Parameters:
  ///   - function: Its name, for errors.
  ///   - body: Calls it with the handle.
  /// - Returns: `SQL_SUCCESS`, `SQL_SUCCESS_WITH_INFO` or `SQL_NO_DATA`.
  /// - Throws: The records, where it fails; that the driver lies, where it answers what nobody has asked for.
  @discardableResult
  func call(
    _ function: StaticString,
    _ body: (SQLHANDLE) -> SQLRETURN
  ) throws(ODBCFailure) -> Int32 {
    let status = Int32(unsafe body(handle))
    switch status {
    case SQL_SUCCESS, SQL_SUCCESS_WITH_INFO, SQL_NO_DATA: return status
    case SQL_ERROR: throw ODBCFailure(function: function, records: records)
    default:
      throw ODBCFailure(function: function, records: [], lie: ODBCHandle.lie(status))
    }
  }

  private static func lie(_ status: Int32) -> String {
    switch status {
    case SQL_INVALID_HANDLE: "says that it does not know a handle that it has made"
    case SQL_NEED_DATA: "waits for data, which are never sent piece by piece"
    case SQL_STILL_EXECUTING: "goes on by itself, which it was not asked to do"
    default: "answers \(status), which means nothing"
    }
  }

  /// Asks for a function, and looks at nothing afterwards: what another thread does goes on.
  func tell(_ body: (SQLHANDLE) -> SQLRETURN) { _ = unsafe body(handle) }
}
