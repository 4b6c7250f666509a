internal import CODBC
internal import DriverKit

/// How much a transaction sees of others.
enum Isolation: String, Sendable, Hashable {
  case readUncommitted = "read_uncommitted"
  case readCommitted = "read_committed"
  case repeatableRead = "repeatable_read"
  case serializable

  /// `SQL_TXN_READ_COMMITTED` and the like.
  fileprivate var number: Int {
    switch self {
    case .readUncommitted: Int(SQL_TXN_READ_UNCOMMITTED)
    case .readCommitted: Int(SQL_TXN_READ_COMMITTED)
    case .repeatableRead: Int(SQL_TXN_REPEATABLE_READ)
    case .serializable: Int(SQL_TXN_SERIALIZABLE)
    }
  }
}

/// A transaction of a connection, which is undone unless it was kept.
final class Transaction {
  private let connection: ODBCConnection
  private let dialect: SQLDialect
  /// The isolation to go back to.
  private let former: Int?
  private var isOpen = true

  /// The name of the savepoints.
  private static let savepoint = "driver_host_savepoint"

  /// Begins a transaction.
  ///
  /// - Throws: Why it cannot be, such as an isolation that the driver does not have.
  init(
    on connection: ODBCConnection,
    _ dialect: SQLDialect,
    _ isolation: Isolation? = nil
  ) throws(ODBCFailure) {
    self.connection = connection
    self.dialect = dialect
    if let isolation {
      former = connection.handle.number(of: SQL_ATTR_TXN_ISOLATION)
      try connection.handle.set(SQL_ATTR_TXN_ISOLATION, to: isolation.number)
    } else {
      former = nil
    }
    do throws(ODBCFailure) {
      try connection.setAutocommit(false)
    } catch {
      isOpen = false
      restoreIsolation()
      throw error
    }
  }

  deinit { if isOpen { _ = try? end(committing: false) } }

  /// Keeps or undoes what was done, and goes back to one transaction for each statement.
  func end(committing: Bool) throws(ODBCFailure) {
    isOpen = false
    defer { restoreIsolation() }
    var failure: ODBCFailure?
    do throws(ODBCFailure) {
      if committing {
        try connection.end(committing: true)
      } else {
        try connection.rollBack()
      }
    } catch {
      failure = error
      // What a failed commit leaves behind must not be kept by switching autocommit on.
      if committing { _ = try? connection.rollBack() }
    }
    try connection.setAutocommit(true)
    if let failure { throw failure }
  }

  private func restoreIsolation() {
    guard let former else { return }
    _ = try? connection.handle.set(SQL_ATTR_TXN_ISOLATION, to: former)
  }

  // MARK: - Savepoints

  /// Marks a place to go back to, in the place of the one before.
  func save() throws(ODBCFailure) {
    try run(dialect.isTransactSQL ? "save transaction \(name)" : "savepoint \(name)")
  }

  /// Undoes what was done since the mark.
  func goBack() throws(ODBCFailure) {
    try run(
      dialect.isTransactSQL ? "rollback transaction \(name)" : "rollback to savepoint \(name)"
    )
  }

  /// Forgets the mark, and keeps what was done since.
  func forget() throws(ODBCFailure) {
    guard !dialect.isTransactSQL else { return }
    do throws(ODBCFailure) {
      try run("release savepoint \(name)")
    } catch {
      // Oracle has no such statement, and a mark that stays does no harm.
      if isKnownToHaveSavepoints { throw error }
    }
  }

  /// Whether the database has savepoints, and all statements for them.
  var isKnownToHaveSavepoints: Bool { dialect != .standard }

  private var name: String { Transaction.savepoint }

  private func run(_ sql: String) throws(ODBCFailure) { try connection.statement().run(sql) }
}
