internal import CODBC

/// One record of what a driver or the driver manager says of a function that it was asked for.
struct DiagnosticRecord: Sendable, Hashable {
  /// The SQLSTATE: five characters.
  var state: String
  /// The driver's or server's own number.
  var native: Int32
  /// A sentence, with the names of who says so in brackets in front.
  var message: String
}

/// An ODBC function that failed, with all records.
struct ODBCFailure: Error, Sendable {
  /// The function.
  var function: StaticString
  /// In the order of weight, which is the driver's.
  var records: [DiagnosticRecord]
  /// What the driver does that no driver may do, as the rest of a sentence; nil: it says itself what is wrong.
  var lie: String?
  /// What its cause means where the driver's own SQLSTATE does not say it; see `DriverFacts.state`.
  var meaning: String?

  /// The record that says why: the first one that is no warning, else the first one.
  var cause: DiagnosticRecord? {
    records.first { !$0.state.hasPrefix("01") } ?? records.first
  }

  /// The same failure with what is known of the driver.
  func read(_ facts: DriverFacts) -> ODBCFailure {
    var failure = self
    failure.meaning = cause.map(facts.state)
    return failure
  }

  /// That a statement was cancelled before the driver was asked for anything.
  static func cancelled(_ function: StaticString) -> ODBCFailure {
    let record = DiagnosticRecord(state: "HY008", native: 0, message: "the statement was cancelled")
    return ODBCFailure(function: function, records: [record])
  }
}

extension DiagnosticRecord {
  /// How many records are read at most: a driver may have one for each row.
  private static let limit: SQLSMALLINT = 100

  /// All records of a handle.
  ///
  /// The corresponding C functions are `SQLGetDiagRecW` and `SQLGetDiagRec`.
  static func all(of handle: SQLHANDLE?, _ kind: Int32, _ form: TextForm) -> [DiagnosticRecord] {
    var records: [DiagnosticRecord] = []
    while records.count < limit,
      let record = unsafe read(SQLSMALLINT(records.count + 1), of: handle, kind, form)
    {
      records.append(record)
    }
    return records
  }

  private static func read(
    _ number: SQLSMALLINT,
    of handle: SQLHANDLE?,
    _ kind: Int32,
    _ form: TextForm
  ) -> DiagnosticRecord? {
    let kind = SQLSMALLINT(kind)
    var native: SQLINTEGER = 0
    var length: SQLSMALLINT = 0
    switch form {
    case .wide:
      var state = [SQLWCHAR](repeating: 0, count: 6)
      let message = unsafe ODBCText.readWide { text, capacity in
        let capacity = SQLSMALLINT(capacity)
        let status = unsafe SQLGetDiagRecW(
          kind,
          handle,
          number,
          &state,
          &native,
          text,
          capacity,
          &length
        )
        return isDone(status) ? Int(length) : nil
      }
      let name = String(decoding: state.prefix { $0 != 0 }, as: UTF16.self)
      return message.map { DiagnosticRecord(state: name, native: native, message: $0) }
    case .utf8:
      var state = [SQLCHAR](repeating: 0, count: 6)
      let message = unsafe ODBCText.readUTF8 { text, capacity in
        let capacity = SQLSMALLINT(capacity)
        let status = unsafe SQLGetDiagRec(
          kind,
          handle,
          number,
          &state,
          &native,
          text,
          capacity,
          &length
        )
        return isDone(status) ? Int(length) : nil
      }
      let name = String(decoding: state.prefix { $0 != 0 }, as: UTF8.self)
      return message.map { DiagnosticRecord(state: name, native: native, message: $0) }
    }
  }

  private static func isDone(_ status: SQLRETURN) -> Bool {
    status == SQL_SUCCESS || status == SQL_SUCCESS_WITH_INFO
  }
}
