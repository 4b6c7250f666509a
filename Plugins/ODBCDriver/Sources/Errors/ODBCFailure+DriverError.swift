internal import DriverKit

extension ODBCFailure {
  /// The error that a call ends with: its code by the SQLSTATE, its message the server's, and every record in `details`.
  ///
  /// - Parameters:
  ///   - pointer: The input at fault, where the state says that it is one.
  ///   - wasStopped: Whether the call was asked to stop, which drivers report in their own ways.
  /// - Returns: The error.
  func error(pointer: String = "", wasStopped: Call.Stop? = nil) -> DriverError {
    if let wasStopped { return adding(to: wasStopped.error) }
    if let lie {
      var error = DriverError(.protocolViolation, "the ODBC driver \(lie), in \(function)")
      // The driver manager frees no statement that is said to be running, but by the connection's end.
      error.isSessionBroken = true
      return error
    }
    let meaning = SQLState(meaning ?? cause?.state ?? "").meaning
    var error = DriverError(
      meaning.code,
      message(meaning),
      detail: "\(function): \(records.map(\.description).joined(separator: "; "))",
      pointer: meaning.isOfInput ? pointer : "",
      isRetryable: meaning.isRetryable
    )
    error.isSessionBroken = meaning.breaksSession
    return adding(to: error)
  }

  /// The error that a call ends with, by what is known of the driver.
  ///
  /// - Parameters:
  ///   - facts: What is known of the driver.
  ///   - pointer: The input at fault, where the state says that it is one.
  ///   - wasStopped: Whether the call was asked to stop.
  /// - Returns: The error.
  func error(
    _ facts: DriverFacts,
    pointer: String = "",
    wasStopped: Call.Stop? = nil
  ) -> DriverError {
    var error = read(facts).error(pointer: pointer, wasStopped: wasStopped)
    if wasStopped == nil, let native = cause?.native, facts.busyCodes.contains(native) {
      (error.code, error.isRetryable) = (.unavailable, true)
    }
    return error
  }

  private func message(_ meaning: SQLState.Meaning) -> String {
    guard let first = cause else {
      return "the ODBC driver failed in \(function) and says nothing of it"
    }
    let said = first.sentence
    return meaning.advice.map { "\(said); \($0)" } ?? said
  }

  /// An error with what the driver says beside it.
  func adding(to error: DriverError) -> DriverError {
    var error = error
    guard let first = cause else { return error }
    error.vendorState = first.state
    error.vendorCode = Int64(first.native)
    error.details = .map([("faults", DiagnosticRecord.output(records))])
    return error
  }

  /// Whether the server has undone what the statement did.
  var wasRolledBack: Bool { (meaning ?? cause?.state)?.hasPrefix("40") ?? false }

  /// Whether the server has undone what the statement did, or did nothing, so that it may be run again.
  func hasDoneNothing(_ facts: DriverFacts) -> Bool {
    guard let cause else { return false }
    return wasRolledBack || facts.busyCodes.contains(cause.native)
  }
}

extension DriverError {
  /// The same error, to be tried again only where that does no harm.
  func retryable(_ isHarmless: Bool) -> DriverError {
    var error = self
    error.isRetryable = isRetryable && isHarmless
    return error
  }
}

extension DiagnosticRecord {
  /// Records as an output has them.
  static func output(_ records: [DiagnosticRecord]) -> OutputValue {
    .list(
      records.map { record in
        .map([
          ("message", .string(record.message)), ("vendor_code", .int(Int64(record.native))),
          ("vendor_state", .string(record.state)),
        ])
      }
    )
  }
}

extension DiagnosticRecord: CustomStringConvertible {
  /// State, number and message in one line.
  var description: String { "\(state) (\(native)) \(message)" }

  /// The message without the names in brackets of those that it has come through, and in one line.
  var sentence: String {
    var rest = Substring(message)
    while rest.first == "[", let end = rest.firstIndex(of: "]") {
      rest = rest[rest.index(after: end)...].drop { $0 == " " }
    }
    let words = rest.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? message : words
  }
}
