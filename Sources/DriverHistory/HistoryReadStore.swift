internal import DriverHost

/// The connection that reads: one thread at a time.
///
/// It tells the truth also where nobody has written it yet: an execution whose process died is
/// shown as lost.
final class HistoryReadStore {
  private let file: HistoryFile
  private let database: SQLiteHandle
  private var one: SQLiteStatement

  private static let columns = HistorySchema.columns.joined(separator: ", ")

  init(_ file: HistoryFile) throws(HostError) {
    self.file = file
    let database = try file.openForReading()
    one = try file.translating { () throws(SQLiteFailure) in
      try database.prepare("SELECT \(HistoryReadStore.columns) FROM executions WHERE id = ?1")
    }
    self.database = database
  }

  /// The execution of an id.
  func execution(_ id: String) throws(HostError) -> ExecutionRecord? {
    let hasRow = try file.translating { () throws(SQLiteFailure) in
      try one.bind(id, at: 1)
      return try one.step()
    }
    guard hasRow else { return nil }
    defer { one.reset() }
    let (record, owner) = try HistoryRow.record(of: one)
    guard !record.status.isEnded, let owner, let process = try deadOwners()[owner] else {
      return record
    }
    return record.lost(process: process)
  }

  /// The executions that a query asks for.
  func executions(_ query: ExecutionQuery) throws(HostError) -> [ExecutionRecord] {
    guard query.limit > 0 else { return [] }
    let dead = try deadOwners()
    let selection = HistorySelection(query, dead: Array(dead.keys))
    var records: [ExecutionRecord] = []
    var statement = try file.translating { () throws(SQLiteFailure) in
      var statement = try database.prepare(selection.sql(columns: HistoryReadStore.columns))
      for (index, value) in selection.values.enumerated() {
        switch value {
        case .integer(let integer): try statement.bind(integer, at: Int32(index + 1))
        case .text(let text): try statement.bind(text, at: Int32(index + 1))
        }
      }
      return statement
    }
    while try file.translating({ () throws(SQLiteFailure) in try statement.step() }) {
      let (record, owner) = try HistoryRow.record(of: statement)
      if !record.status.isEnded, let owner, let process = dead[owner] {
        records.append(record.lost(process: process))
      } else {
        records.append(record)
      }
    }
    return records
  }

  /// The owners that are dead, with the number of their process.
  private func deadOwners() throws(HostError) -> [Int64: Int64?] {
    let dead = try file.translating { () throws(SQLiteFailure) in
      try Owner.dead(in: database, of: file)
    }
    return Dictionary(dead.map { ($0.owner, $0.process) }) { first, _ in first }
  }
}

extension ExecutionRecord {
  /// The same as it is when its process has died.
  fileprivate func lost(process: Int64?) -> ExecutionRecord {
    var record = self
    record.status = .failed
    record.errorCode = .lost
    record.statusMessage = HistoryRow.lostMessage(process: process)
    return record
  }
}
