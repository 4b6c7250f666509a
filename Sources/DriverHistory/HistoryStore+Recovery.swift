internal import DriverHost

extension HistoryStore {
  /// Ends the executions whose process died.
  ///
  /// - Returns: How many there were.
  func recover() throws(SQLiteFailure) -> Int {
    var count = 0
    for dead in try deadOwners() {
      count += try transaction { () throws(SQLiteFailure) in
        try end(executionsOf: dead.owner, HistoryRow.lostMessage(process: dead.process))
      }
    }
    return count
  }

  private func deadOwners() throws(SQLiteFailure) -> [Owner] {
    try Owner.dead(in: database, of: file).filter { $0.owner != owner }
  }

  /// Ends what an owner answered for, and forgets the owner; in a transaction.
  ///
  /// When they ended is not known, and is left open.
  @discardableResult
  func end(executionsOf owner: Int64, _ message: String) throws(SQLiteFailure) -> Int {
    var statement = try database.prepare(
      "UPDATE executions SET \(HistoryStore.asLost) WHERE owner = ?2 AND \(HistoryRow.isUnended)"
    )
    try statement.bind(message, at: 1)
    try statement.bind(owner, at: 2)
    try statement.run()
    let count = database.changes
    try database.execute("DELETE FROM owners WHERE owner = \(owner)")
    return count
  }
}

/// A process that has written executions and has not said goodbye.
struct Owner {
  var owner: Int64
  /// Its process id at that time, for people; nil where that is not known.
  var process: Int64?

  /// Those whose process has died.
  static func dead(
    in database: borrowing SQLiteHandle,
    of file: HistoryFile
  ) throws(SQLiteFailure) -> [Owner] {
    let all = try all(in: database)
    guard !all.isEmpty else { return [] }
    do throws(HostError) {
      let locks = try OwnerFile(of: file.path, forLocking: false)
      return all.filter { !locks.isLocked($0.owner) }
    } catch {
      throw SQLiteFailure.noLocks(error.message)
    }
  }

  /// Those that are registered, and those that any execution names.
  private static func all(in database: borrowing SQLiteHandle) throws(SQLiteFailure) -> [Owner] {
    var statement = try database.prepare(
      """
      SELECT owner, process FROM owners
      UNION ALL
      SELECT DISTINCT owner, NULL FROM executions
      WHERE \(HistoryRow.isUnended) AND owner IS NOT NULL
        AND owner NOT IN (SELECT owner FROM owners)
      """
    )
    var owners: [Owner] = []
    while try statement.step() {
      owners.append(Owner(owner: statement.integer(0), process: statement.optionalInteger(1)))
    }
    return owners
  }
}
