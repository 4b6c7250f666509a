internal import CODBC
internal import DriverKit

/// A cursor that the server has, of which rows are fetched some at a time, so that no result is ever in memory whole.
///
/// psqlodbc would do the same with UseDeclareFetch, but ends the process where the connection is lost between two
/// fetches: of a statement that fails it tells as it should.
final class ServerCursor {
  private let statement: ODBCStatement
  /// The transaction that the cursor lives in; nil: that of somebody else.
  private let transaction: Transaction?
  private var size: Int
  private var isOpen = true

  private static let name = "driver_host_cursor"
  /// About how many bytes each fetch brings.
  private static let bytes = 2 << 20
  private static let mostRows = 16_384
  /// What the first fetch brings: how wide rows are is not known yet.
  private static let firstRows = 100

  /// Declares a cursor, and fetches its first rows.
  ///
  /// - Parameters:
  ///   - bound: The query.
  ///   - statement: What fetches.
  ///   - connection: Where.
  ///   - facts: What is known of the driver.
  ///   - isInTransaction: Whether a transaction is there already.
  ///   - mostRows: How many rows are wanted in all.
  /// - Throws: What the driver says.
  init(
    _ bound: BoundStatement,
    _ statement: ODBCStatement,
    on connection: ODBCConnection,
    _ facts: DriverFacts,
    isInTransaction: Bool,
    mostRows: Int
  ) throws(ODBCFailure) {
    self.statement = statement
    size = mostRows < ServerCursor.firstRows ? mostRows + 1 : ServerCursor.firstRows
    transaction = isInTransaction ? nil : try Transaction(on: connection, facts.dialect)
    let name = ServerCursor.name
    // Behind a line end, so that a comment in front of the query ends nothing.
    let declared = bound.with(
      "declare \(name) no scroll cursor for\n\(bound.sql.withoutTerminator(facts.dialect))"
    )
    do throws(ODBCFailure) {
      try declared.run(on: statement, facts)
      statement.unbindParameters()
      statement.closeCursor()
      try statement.run(fetch)
    } catch {
      isOpen = false
      _ = try? transaction?.end(committing: false)
      throw error
    }
  }

  deinit { if isOpen { _ = try? end(committing: false) } }

  private var fetch: String { "fetch forward \(size) from \(ServerCursor.name)" }

  /// Fetches the next rows.
  ///
  /// - Parameters:
  ///   - rows: How many the last fetch brought.
  ///   - bytes: How many bytes those had.
  /// - Throws: What the driver says.
  /// - Returns: False where there are none left.
  func fetchMore(_ rows: Int, bytes: Int) throws(ODBCFailure) -> Bool {
    guard rows == size else { return false }
    let width = max(1, bytes / max(1, rows))
    size = min(ServerCursor.mostRows, max(1, ServerCursor.bytes / width))
    statement.closeCursor()
    try statement.run(fetch)
    return true
  }

  /// Ends the cursor and its transaction.
  ///
  /// - Parameter committing: Whether what functions of the query have changed is kept.
  /// - Throws: Why the transaction could not be ended in that way.
  func end(committing: Bool) throws(ODBCFailure) {
    guard isOpen else { return }
    isOpen = false
    statement.closeCursor()
    if let transaction {
      try transaction.end(committing: committing)
    } else {
      try statement.run("close \(ServerCursor.name)")
    }
  }
}
