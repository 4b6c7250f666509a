internal import CSQLite
internal import DriverHost

/// Why a function of SQLite failed.
struct SQLiteFailure: Error {
  /// The extended code: `SQLITE_IOERR_WRITE`.
  var code: Int32
  /// SQLite's own sentence.
  var message: String
  /// The system's errno, where it was the system that refused; else 0.
  var systemError: Int32

  /// The code without what extends it: `SQLITE_IOERR`.
  var primary: Int32 { code & 0xFF }

  /// A file that SQLite opened for reading although it was to write.
  static let readOnly = SQLiteFailure(
    code: SQLITE_READONLY,
    message: "the file can only be read",
    systemError: 0
  )

  /// A file system without shared memory, which the write-ahead log needs.
  static let noWriteAheadLog = SQLiteFailure(
    code: SQLITE_PROTOCOL,
    message: "the file system cannot hold a write-ahead log",
    systemError: 0
  )

  /// A file system that refuses a lock that it has given before.
  static func noLocks(_ message: String) -> SQLiteFailure {
    SQLiteFailure(code: SQLITE_PROTOCOL, message: message, systemError: 0)
  }

  /// Whether it lies in what was to be written, so that trying again is of no use.
  var isOfContent: Bool {
    switch primary {
    case SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE: true
    default: false
    }
  }

  /// Whether a connection that had it is of no more use.
  var isOfFile: Bool {
    switch primary {
    case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY: true
    default: false
    }
  }

  /// The same for the user: what happened to which file, and what to do.
  ///
  /// - Parameters:
  ///   - path: The history's file.
  ///   - busyTimeout: How long was waited for a lock.
  /// - Returns: The error.
  func error(of path: String, busyTimeout: Duration) -> HostError {
    let system = systemError == 0 ? "" : ", \(systemMessage(systemError))"
    let detail = "SQLite \(code): \(message)\(system)"
    let (code, text): (HostError.Code, String) =
      switch primary {
      case SQLITE_NOTADB:
        (
          .invalidInput,
          "the file \(path) is no SQLite database, and was left as it is: name another file for the history, or move this one away"
        )
      case SQLITE_CORRUPT:
        (
          .invalidInput,
          "the history \(path) is damaged, and was left as it is: move it away together with \(path)-wal and \(path)-shm, and a new one is made; `sqlite3 \(path) .recover` may bring back what it holds"
        )
      case SQLITE_FULL:
        (
          .unavailable,
          "the history \(path) cannot be written, since its disk or its quota is full: free some space there"
        )
      case SQLITE_BUSY, SQLITE_LOCKED:
        (
          .unavailable,
          "another process has kept the history \(path) locked for more than \(busyTimeout.inWords): find it with `fuser \(path)`, and end it"
        )
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
        (
          .forbidden,
          "the history \(path) cannot be written: give this user the right to write the file and its folder, or name another file"
        )
      case SQLITE_CANTOPEN:
        (
          .forbidden,
          "the history \(path) cannot be opened\(system): see to the rights of the file and its folder, or name another file"
        )
      case SQLITE_IOERR:
        (
          .unavailable,
          "the history \(path) cannot be read or written\(system): see to its disk"
        )
      case SQLITE_PROTOCOL:
        (
          .unsupported,
          "the history \(path) cannot be kept there (\(message)): name a file on a local disk"
        )
      case SQLITE_NOMEM:
        (.unavailable, "no memory is left for the history \(path): give the process more")
      default:
        (.internal, "the history \(path) cannot be used (\(message)): report it with this message")
      }
    return HostError(code, stage: .call, text, detail: detail)
  }
}
