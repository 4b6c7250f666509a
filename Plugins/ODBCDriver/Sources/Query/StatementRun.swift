internal import CODBC
internal import DriverKit

/// A statement of a call, from when it is sent until its last row was read: stopped with the call, and by its own timer.
final class StatementRun: @unchecked Sendable {
  // `@unchecked` because whoever has it asks on one thread at a time.
  let statement: ODBCStatement
  private let connection: ODBCConnection
  private let session: ODBCSession
  private let call: Call
  private let maxRows: Int
  private let pointer: String
  /// Of which sorts the result's columns are where the driver does not know.
  private let sorts: [ValueSort?]
  /// Where values of parameters come out as long as results are read.
  let places: [ProcedurePlace]
  /// What the rows come by; nil: they are the statement's own.
  private let cursor: ServerCursor?
  private let timer: StatementTimer?
  private let timeout: Double?
  private let isRead: Bool
  /// Whether the session's zone is UTC; nil: it can be asked once a result is there.
  private let isUTC: Bool?

  /// Runs a statement.
  ///
  /// - Parameters:
  ///   - inputs: What is run.
  ///   - connection: Where.
  ///   - session: Whose connection that is.
  ///   - call: The call.
  ///   - places: The parameters of a procedure; none: it is another statement.
  /// - Throws: Why it failed.
  init(
    _ inputs: StatementInputs,
    on connection: ODBCConnection,
    of session: ODBCSession,
    _ call: Call,
    places: [ProcedurePlace] = []
  ) throws(DriverError) {
    let facts = session.facts
    let kind = StatementKind(inputs.sql, facts.dialect)
    if let word = TransactionWord.of(inputs.sql, facts.dialect) {
      throw DriverError(
        .invalidInput,
        "\(word) would leave a transaction to whoever gets this connection next: the action `script` has transactions",
        pointer: inputs.pointer
      )
    }
    pointer = inputs.pointer
    isRead = kind.isRead
    maxRows = inputs.maxRows ?? .max
    let bound = try BoundStatement(
      facts.refusesTails && isRead
        ? inputs.sql.withoutTerminator(facts.dialect) : inputs.sql,
      inputs.parameters,
      facts.dialect,
      pointer: inputs.pointer
    )
    let probe: ODBCStatement?
    do throws(ODBCFailure) {
      statement = try connection.statement()
      probe = facts.probesTypes && isRead && kind.canBeDeclared ? try connection.statement() : nil
    } catch {
      throw session.error(error, connection)
    }
    if maxRows < .max, !facts.limitsInText || kind.canBeLimited {
      // A hint, so that the server does not make what nobody reads. One more, to see whether there are more.
      _ = try? statement.set(SQL_ATTR_MAX_ROWS, to: maxRows + 1)
    }
    self.connection = connection
    self.session = session
    self.call = call
    self.places = places
    timeout = inputs.timeout
    // Weakly: a statement that is let go of after the call's end would meet the next call on its connection.
    let cancel: @Sendable () -> Void = { [weak statement, weak probe] in
      statement?.cancel()
      probe?.cancel()
    }
    timer = timeout.flatMap { StatementTimer($0, cancel) }
    if timeout != nil, timer == nil {
      throw DriverError(.unavailable, "there is no thread left for query_timeout")
    }
    // The driver ends what it does by itself, and the function that waits for it fails.
    call.onStop(cancel)
    do throws(DriverError) {
      try call.checkStop()
    } catch {
      timer?.end()
      throw error
    }
    do throws(ODBCFailure) {
      // As long as more results come, MariaDB's driver takes no other statement.
      isUTC =
        kind.mayHaveMoreResults || !places.isEmpty ? try session.isUTC(connection) : nil
      if session.usesServerCursors, inputs.isForRows, isRead, kind.canBeDeclared {
        cursor = try ServerCursor(
          bound,
          statement,
          on: connection,
          facts,
          isInTransaction: inputs.isInTransaction,
          mostRows: maxRows
        )
      } else if places.isEmpty {
        try bound.run(on: statement, facts)
        cursor = nil
      } else {
        try statement.prepare(inputs.sql)
        for (index, place) in places.enumerated() { try place.bind(to: statement, index + 1) }
        try statement.execute()
        cursor = nil
      }
      if let probe {
        // It ends with this, and so is held by nothing else.
        sorts = try TypeProbe(statement, facts.dialect).sorts(of: bound, probe)
      } else {
        sorts = []
      }
    } catch {
      let failure = session.error(error, connection, call, pointer: pointer, timer, timeout)
      timer?.end()
      call.onStop(nil)
      throw failure.retryable(isRead || error.hasDoneNothing(facts))
    }
  }

  deinit { timer?.end() }

  /// Ends the timer, and has the call's stop forget the statement: the last row was read.
  ///
  /// A statement that is freed in the time of the next call can leave its plan behind under a name of that call's.
  func end() {
    timer?.end()
    call.onStop(nil)
    _ = try? cursor?.end(committing: false)
  }

  /// Ends the cursor: the last row was read.
  ///
  /// - Throws: That what the statement's functions have written was not kept.
  func finish() throws(DriverError) {
    guard let cursor else { return }
    try ask { (_) throws(ODBCFailure) in try cursor.end(committing: true) }
  }

  /// Asks the statement for something.
  ///
  /// - Throws: The error that its failure comes to.
  func ask<Answer>(
    _ body: (ODBCStatement) throws(ODBCFailure) -> Answer
  ) throws(DriverError) -> Answer {
    do throws(ODBCFailure) {
      return try body(statement)
    } catch {
      throw self.error(error)
    }
  }

  /// The error that a failure comes to.
  func error(_ failure: ODBCFailure) -> DriverError {
    session.error(failure, connection, call, pointer: pointer, timer, timeout)
      // What a lost connection has done is not known; a server that rolled back has done nothing.
      .retryable(isRead || failure.hasDoneNothing(session.facts))
  }

  /// A reader of the result that the statement is at.
  func reader() throws(DriverError) -> ResultReader {
    try ask { (statement) throws(ODBCFailure) in
      let isUTC: Bool
      if let known = self.isUTC {
        isUTC = known
      } else {
        isUTC = try session.isUTC(connection, for: statement)
      }
      return try ResultReader(
        statement,
        session.facts,
        sorts: sorts,
        isUTC: isUTC,
        mostRows: maxRows,
        cursor: cursor
      ) { [self] in error($0) }
    }
  }
}
