import CSQLite
import TestSupport

/// A database as SQLite has it, past the history.
enum RawDatabase {
  /// Runs statements, and returns the rows' columns as texts.
  @discardableResult
  static func run(_ sql: String, in path: String) throws -> [[String?]] {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let database = opened else {
      throw TestSupportError("cannot open \(path)")
    }
    defer { sqlite3_close_v2(database) }
    sqlite3_busy_timeout(database, 20_000)
    var rows: [[String?]] = []
    let status = withUnsafeMutablePointer(to: &rows) { rows in
      sqlite3_exec(
        database,
        sql,
        { context, count, values, _ in
          let row = (0..<Int(count)).map { column in
            values?[column].map { String(cString: $0) }
          }
          context?.assumingMemoryBound(to: [[String?]].self).pointee.append(row)
          return 0
        },
        rows,
        nil
      )
    }
    guard status == SQLITE_OK else {
      throw TestSupportError("\(sql): \(String(cString: sqlite3_errmsg(database)))")
    }
    return rows
  }

  /// The first column of the first row, as an integer.
  static func integer(_ sql: String, in path: String) throws -> Int {
    Int(try run(sql, in: path).first?.first.flatMap { $0 } ?? "") ?? -1
  }

  /// How many executions have not ended, as it stands in the file.
  static func unended(in path: String) throws -> Int {
    try integer("SELECT count(*) FROM executions WHERE status IN ('NEW', 'RUNNING')", in: path)
  }
}

/// A connection that holds the write lock of a database until it is let go.
final class HeldLock: @unchecked Sendable {
  private let database: OpaquePointer

  init(_ path: String) throws {
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let database = opened else {
      throw TestSupportError("cannot open \(path)")
    }
    self.database = database
    sqlite3_busy_timeout(database, 20_000)
    guard sqlite3_exec(database, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK else {
      throw TestSupportError("cannot lock \(path)")
    }
  }

  deinit { sqlite3_close_v2(database) }

  func release() { sqlite3_exec(database, "ROLLBACK", nil, nil, nil) }
}
