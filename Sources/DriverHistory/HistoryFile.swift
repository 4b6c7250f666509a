internal import DriverHost
internal import Glibc

/// The file of a history: made, found and opened.
struct HistoryFile {
  /// The path without links, so that all who use the file agree on the name of the one beside it.
  let path: String
  let busyTimeout: Duration

  /// Makes the file where there is none, with mode 0600, and its folder with 0700.
  ///
  /// - Throws: Why there can be no such file.
  init(creating path: String, busyTimeout: Duration) throws(HostError) {
    HistoryFile.makeFolder(of: path)
    // Only where there was none: closing a descriptor of a file that SQLite has open in this
    // process would lose SQLite's locks.
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw HistoryFile.refused(path, errno)
    }
    try self.init(reading: path, busyTimeout: busyTimeout)
  }

  /// Finds the file.
  ///
  /// - Throws: `.notFound` where there is none.
  init(reading path: String, busyTimeout: Duration) throws(HostError) {
    guard let resolved = unsafe realpath(path, nil) else { throw HistoryFile.refused(path, errno) }
    defer { unsafe free(resolved) }
    self.path = unsafe String(cString: resolved)
    self.busyTimeout = busyTimeout
    var present = stat()
    guard unsafe stat(path, &present) == 0, present.st_mode & S_IFMT == S_IFREG else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the history cannot be in \(path), which is no file: name another one"
      )
    }
  }

  private static func refused(_ path: String, _ number: Int32) -> HostError {
    HostError(
      number == ENOENT || number == ENOTDIR ? .notFound : .forbidden,
      stage: .input,
      "there is no history in \(path): \(systemMessage(number)); see to its folder, or name another file"
    )
  }

  /// Makes the folders on the way that are not there; what is wrong with them shows when the file
  /// is made.
  private static func makeFolder(of path: String) {
    var folder = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += part + "/"
      if !part.isEmpty { unsafe mkdir(folder, 0o700) }
    }
  }

  // MARK: - Connections

  /// A connection that writes, to a file with the newest tables.
  ///
  /// - Parameters:
  ///   - owners: Locked meanwhile, so that two that make the tables do it one after the other.
  ///   - isFullySynchronous: Whether each commit waits for the disk.
  /// - Returns: The connection.
  /// - Throws: Why the file cannot be used; it is then as it was.
  func openForWriting(
    _ owners: OwnerFile,
    isFullySynchronous: Bool
  ) throws(HostError) -> SQLiteHandle {
    try lockForOpening(owners)
    defer { owners.unlock(0) }
    let database = try open(.readWrite)
    let version = try version(of: database)
    try translating { () throws(SQLiteFailure) in
      guard !database.isReadOnly else { throw SQLiteFailure.readOnly }
      // Must come before the first table, and lets `prune` give space back.
      if version == 0 { try database.execute("PRAGMA auto_vacuum = INCREMENTAL") }
      guard try database.text("PRAGMA journal_mode = WAL") == "wal" else {
        throw SQLiteFailure.noWriteAheadLog
      }
      try database.execute(
        """
        PRAGMA synchronous = \(isFullySynchronous ? "FULL" : "NORMAL");
        PRAGMA journal_size_limit = 16777216;
        """
      )
      database.countLogPages()
      if version < HistorySchema.version { try HistoryFile.migrate(database, from: version) }
    }
    return database
  }

  /// A connection that only reads.
  ///
  /// - Throws: Why the file cannot be used; `.notFound` where no history was ever written to it.
  func openForReading() throws(HostError) -> SQLiteHandle {
    let database = try open(.readOnly)
    let version = try version(of: database)
    guard version > 0 else {
      throw HostError(.notFound, stage: .input, "nothing was ever written to the history \(path)")
    }
    return database
  }

  private func open(_ access: SQLiteHandle.Access) throws(HostError) -> SQLiteHandle {
    try translating { () throws(SQLiteFailure) in
      try SQLiteHandle(path: path, access: access, busyTimeout: busyTimeout)
    }
  }

  /// How large the write-ahead log is, in bytes.
  var logSize: Int {
    var log = stat()
    return unsafe stat("\(path)-wal", &log) == 0 ? Int(log.st_size) : 0
  }

  /// Runs what SQLite does with errors for the user.
  func translating<Result: ~Copyable>(
    _ body: () throws(SQLiteFailure) -> Result
  ) throws(HostError) -> Result {
    do throws(SQLiteFailure) {
      return try body()
    } catch {
      throw error.error(of: path, busyTimeout: busyTimeout)
    }
  }

  private func lockForOpening(_ owners: OwnerFile) throws(HostError) {
    let deadline = MonotonicTime.now.advanced(by: busyTimeout)
    while try !owners.lock(0) {
      guard MonotonicTime.now < deadline else {
        throw HostError(
          .unavailable,
          stage: .call,
          "another process has been opening the history \(path) for more than \(busyTimeout.inWords): find it with `fuser \(OwnerFile.path(of: path))`, and end it"
        )
      }
      usleep(1000)
    }
  }

  // MARK: - Tables

  /// Which version's tables there are; 0: none at all.
  ///
  /// Reads only: what is no history of ours stays as it is.
  private func version(of database: borrowing SQLiteHandle) throws(HostError) -> Int64 {
    var tables: Int64 = 0
    var application: Int64 = 0
    var version: Int64 = 0
    do throws(SQLiteFailure) {
      tables = try database.integer("SELECT count(*) FROM sqlite_schema")
      application = try database.integer("PRAGMA application_id")
      version = try database.integer("PRAGMA user_version")
    } catch {
      throw error.error(of: path, busyTimeout: busyTimeout)
    }
    if tables == 0, application == 0, version == 0 { return 0 }
    guard application == HistorySchema.applicationID else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the file \(path) is a database of another program, and was left as it is: name another file for the history"
      )
    }
    guard version <= HistorySchema.version else {
      throw HostError(
        .unsupported,
        stage: .input,
        "the history \(path) has version \(version), and this program knows versions up to \(HistorySchema.version); it was left as it is: use the newer program that made it, or name another file"
      )
    }
    return version
  }

  private static func migrate(
    _ database: borrowing SQLiteHandle,
    from version: Int64
  ) throws(SQLiteFailure) {
    do throws(SQLiteFailure) {
      try database.execute("BEGIN IMMEDIATE")
      for step in HistorySchema.migrations[Int(version)...] { try database.execute(step) }
      try database.execute(
        """
        PRAGMA application_id = \(HistorySchema.applicationID);
        PRAGMA user_version = \(HistorySchema.version);
        COMMIT
        """
      )
    } catch {
      if database.isInTransaction { try? database.execute("ROLLBACK") }
      throw error
    }
  }
}
