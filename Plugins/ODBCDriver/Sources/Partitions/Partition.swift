internal import CODBC
internal import DriverKit

/// A part of a query's rows, read over one connection by one thread.
final class Partition: @unchecked Sendable {
  // `@unchecked` because it is handed from the thread that begins it to the one that reads it.
  let statements: [ODBCStatement]
  let reader: ResultReader
  private let timer: StatementTimer?
  private let cursor: ServerCursor?

  /// Runs the query.
  ///
  /// - Parameters:
  ///   - bound: The query with its values.
  ///   - connection: Where.
  ///   - session: Whose connection that is.
  ///   - inputs: How long it may take.
  ///   - call: The call, which may be stopped.
  ///   - begins: Is told of the statement; false: it is not to be run.
  /// - Throws: Why it failed.
  init(
    _ bound: BoundStatement,
    _ connection: ODBCConnection,
    _ session: ODBCSession,
    _ inputs: StatementInputs,
    _ call: Call,
    _ begins: (ODBCStatement) -> Bool
  ) throws(DriverError) {
    let facts = session.facts
    let (made, probe): (ODBCStatement, ODBCStatement?)
    do throws(ODBCFailure) {
      made = try connection.statement()
      probe = facts.probesTypes ? try connection.statement() : nil
    } catch {
      throw session.error(error, connection, call)
    }
    let statements = [made, probe].compactMap { $0 }
    self.statements = statements
    guard statements.allSatisfy(begins) else {
      throw call.stop?.error ?? DriverError(.cancelled, "the call was cancelled")
    }
    let timer = inputs.timeout.flatMap { seconds in
      StatementTimer(seconds) { for statement in statements { statement.cancel() } }
    }
    self.timer = timer
    guard inputs.timeout == nil || timer != nil else {
      throw DriverError(.unavailable, "there is no thread left for query_timeout")
    }
    let timeout = inputs.timeout
    @Sendable func explain(_ failure: ODBCFailure) -> DriverError {
      session.error(failure, connection, call, pointer: "/statement", timer, timeout)
    }
    do throws(ODBCFailure) {
      if session.usesServerCursors {
        cursor = try ServerCursor(
          bound,
          made,
          on: connection,
          facts,
          isInTransaction: false,
          mostRows: .max
        )
      } else {
        cursor = nil
        try bound.run(on: made, facts)
      }
      let sorts =
        try probe.map { (probe) throws(ODBCFailure) in
          try TypeProbe(made, facts.dialect).sorts(of: bound, probe)
        } ?? []
      let isUTC = try session.isUTC(connection, for: made)
      reader = try ResultReader(
        made,
        facts,
        sorts: sorts,
        isUTC: isUTC,
        cursor: cursor,
        fetchesAhead: false,
        explain: explain
      )
    } catch {
      let failure = explain(error)
      timer?.end()
      throw failure
    }
  }

  /// The next rows; nil: there are no more.
  func next() throws(DriverError) -> RowBatch? { try reader.next() }

  /// Lets go of the result.
  func end() {
    timer?.end()
    reader.close()
    // Of a query that only reads nothing is lost where the end of its transaction fails.
    _ = try? cursor?.end(committing: true)
  }
}
