internal import DriverKit

/// The action `explain`: how the server would run a statement, or how it ran it.
struct ExplainCall {
  private let call: Call
  private let session: ODBCSession
  private let isRun: Bool

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
    isRun = try call.inputs["analyze"]?.bool() ?? false
  }

  func run() throws(DriverError) {
    var inputs = try StatementInputs(call.inputs)
    // What is known of a driver is only known of an address that leads to one.
    let connection = try session.connection(for: call)
    let facts = session.facts
    guard let word = isRun ? facts.explainAnalyze : facts.explain else {
      throw DriverError(
        .unsupported,
        isRun && facts.explain != nil
          ? "this server's statements cannot be run to see what they take: leave analyze out"
          : "nothing is known of how this ODBC driver's server explains statements: use the action query with the server's own words",
        pointer: isRun ? "/analyze" : ""
      )
    }
    if let fault = ExplainCall.fault(in: inputs.sql, facts.dialect) {
      throw DriverError(.invalidInput, fault, pointer: inputs.pointer)
    }
    if isRun, !StatementKind(inputs.sql, facts.dialect).isRead {
      throw DriverError(
        .invalidInput,
        "the statement may change something, and would be run: leave analyze out",
        pointer: "/analyze"
      )
    }
    inputs.sql = "\(word) \(inputs.sql.withoutTerminator(facts.dialect))"
    let run = try StatementRun(inputs, on: connection, of: session, call)
    if let rows = try ResultRows(Results(run, call), maxRows: nil) { try rows.hand(over: call) }
  }

  /// What of a statement would be run, instead of only told how, and what to do; nil: nothing.
  ///
  /// Behind EXPLAIN, ANALYZE and a list of options in parentheses are not the statement's own words.
  static func fault(in sql: String, _ dialect: SQLDialect) -> String? {
    let bytes = Array(sql.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var (isInParentheses, hasBegun, hasEnded) = (false, false, false)
    while let token = scanner.next() {
      guard token.isSignificant, token.kind != .executable else { continue }
      if token.kind == .semicolon {
        hasEnded = hasBegun
        continue
      }
      if hasEnded {
        return "there is more than one statement, and only the first one is explained: give one"
      }
      if hasBegun { continue }
      if bytes[token.range].elementsEqual("(".utf8) {
        isInParentheses = true
        continue
      }
      hasBegun = true
      let word = token.keyword(in: bytes)
      if isInParentheses, !["SELECT", "TABLE", "VALUES", "WITH"].contains(word) {
        return
          "the statement begins with a list of options, with which it could be run: leave it out"
      }
      if ["ANALYSE", "ANALYZE"].contains(word) {
        return
          "the statement begins with \(word), with which it would be run: leave it out, and set the input analyze"
      }
    }
    return nil
  }
}
