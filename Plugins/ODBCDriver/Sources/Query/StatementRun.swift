internal import CODBC
internal import DriverKit

/// A statement of a call, from when it is sent until its last row was read: stopped with the call, and by its own timer.
final class StatementRun: Sendable {
  let statement: ODBCStatement
  private let connection: ODBCConnection
  private let session: ODBCSession
  private let call: Call
  private let maxRows: Int
  /// Of which sorts the result's columns are where the driver does not know.
  private let sorts: [ValueSort?]
  private let timer: StatementTimer?
  private let timeout: Double?
  private let isRead: Bool

  /// Runs a statement.
  ///
  /// - Parameters:
  ///   - inputs: What is run.
  ///   - connection: Where.
  ///   - session: Whose connection that is.
  ///   - call: The call.
  /// - Throws: Why it failed.
  init(
    _ inputs: StatementInputs,
    on connection: ODBCConnection,
    of session: ODBCSession,
    _ call: Call
  ) throws(DriverError) {
    let facts = session.facts
    let kind = StatementKind(inputs.sql, facts.dialect)
    if let word = TransactionWord.of(inputs.sql, facts.dialect) {
      throw DriverError(
        .invalidInput,
        "\(word) would leave a transaction to whoever gets this connection next: the action `script` has transactions",
        pointer: "/statement"
      )
    }
    maxRows = inputs.maxRows ?? .max
    let bound = try BoundStatement(inputs.sql, inputs.parameters, facts.dialect)
    do throws(ODBCFailure) {
      statement = try connection.statement()
    } catch {
      throw session.error(error, connection)
    }
    if maxRows < .max {
      // A hint, so that the server does not make what nobody reads. One more, to see whether there are more.
      _ = try? statement.set(SQL_ATTR_MAX_ROWS, to: maxRows + 1)
    }
    self.connection = connection
    self.session = session
    self.call = call
    timeout = inputs.timeout
    isRead = kind.isRead
    timer = timeout.flatMap { [statement] seconds in StatementTimer(seconds, statement) }
    if timeout != nil, timer == nil {
      throw DriverError(.unavailable, "there is no thread left for query_timeout")
    }
    // The driver ends what it does by itself, and the function that waits for it fails.
    call.onStop { [statement] in statement.cancel() }
    do throws(DriverError) {
      try call.checkStop()
    } catch {
      timer?.end()
      throw error
    }
    do throws(ODBCFailure) {
      try bound.run(on: statement, facts)
      sorts =
        facts.probesTypes && isRead && TypeProbe.firstWords.contains(kind.firstWord)
        ? try TypeProbe(statement).sorts(of: bound, connection) : []
    } catch {
      let failure = session.error(error, connection, call, pointer: "/statement", timer, timeout)
      timer?.end()
      throw failure.retryable(isRead || error.wasRolledBack)
    }
  }

  deinit { timer?.end() }

  /// Ends the timer: the last row was read.
  func end() { timer?.end() }

  /// The error that a failure comes to.
  func error(_ failure: ODBCFailure, pointer: String = "") -> DriverError {
    session.error(failure, connection, call, pointer: pointer, timer, timeout)
      // What a lost connection has done is not known; a server that rolled back has done nothing.
      .retryable(isRead || failure.wasRolledBack)
  }

  /// A reader of the result that the statement is at.
  func reader() throws(ODBCFailure) -> ResultReader {
    try ResultReader(
      statement,
      session.facts,
      sorts: sorts,
      isUTC: try session.isUTC(connection, for: statement),
      mostRows: maxRows
    ) { [self] in error($0) }
  }
}
