internal import DriverHost

/// An execution as a row of its table.
enum HistoryRow {
  /// Whether an execution has not ended well, as the index of statuses has it: a query has to say
  /// the same words to be led by that index.
  static let isNoSuccess = "status <> 'ENDED_SUCCESS'"
  /// Whether an execution has not ended.
  static let isUnended = "\(isNoSuccess) AND status IN ('NEW', 'RUNNING')"

  /// Gives a statement the columns of a record that is masked already.
  ///
  /// - Parameters:
  ///   - record: The execution.
  ///   - owner: Who answers for it until it ends.
  ///   - statement: One whose parameters are the columns of `HistorySchema`.
  /// - Throws: Where there is no room for it.
  static func bind(
    _ record: ExecutionRecord,
    owner: Int64?,
    to statement: inout SQLiteStatement
  ) throws(SQLiteFailure) {
    try statement.bind(record.id, at: 1)
    try statement.bind(record.status.rawValue, at: 2)
    try statement.bind(record.status.isEnded ? nil : owner, at: 3)
    try statement.bind(record.name, at: 4)
    try statement.bind(record.connectorName, at: 5)
    try statement.bind(record.connectorType, at: 6)
    try statement.bind(record.action, at: 7)
    try statement.bind(record.parent, at: 8)
    try statement.bind(record.statusMessage, at: 9)
    try statement.bind((record.errorCode?.number).map(Int64.init), at: 10)
    try statement.bind(record.created.nanoseconds, at: 11)
    try statement.bind(record.started?.nanoseconds, at: 12)
    try statement.bind(record.ended?.nanoseconds, at: 13)
    try statement.bind(record.duration?.nanoseconds, at: 14)
    try statement.bind(Int64(record.attempts), at: 15)
    try statement.bind(record.driver, at: 16)
    try statement.bind(record.driverVersion, at: 17)
    try statement.bind(utf8: HistoryJSON.text(of: record.input), at: 18)
    if let output = record.output {
      try statement.bind(utf8: HistoryJSON.text(of: output), at: 19)
    } else {
      try statement.bindNull(at: 19)
    }
    try statement.bind(record.droppedOutputSize.map(Int64.init), at: 20)
  }

  /// The record of a statement's row, as it stands there, and who answers for it.
  ///
  /// - Throws: Where the row holds what no history wrote.
  static func record(
    of statement: borrowing SQLiteStatement
  ) throws(HostError) -> (record: ExecutionRecord, owner: Int64?) {
    let id = statement.text(0) ?? ""
    guard let status = ExecutionStatus(rawValue: statement.text(1) ?? "") else {
      throw unreadable(id, "its status is none of those that there are")
    }
    var record: ExecutionRecord
    do throws(HostError) {
      record = ExecutionRecord(
        id: id,
        status: status,
        created: WallTime(nanoseconds: statement.integer(10)),
        input: try HistoryJSON.members(of: statement.text(17) ?? ""),
        output: try output(of: statement)
      )
    } catch {
      throw unreadable(id, "its inputs or outputs cannot be read: \(error.message)")
    }
    record.name = statement.text(3) ?? ""
    record.connectorName = statement.text(4) ?? ""
    record.connectorType = statement.text(5) ?? ""
    record.action = statement.text(6) ?? ""
    record.parent = statement.text(7)
    record.statusMessage = statement.text(8)
    record.errorCode = statement.optionalInteger(9).map {
      HostError.Code(number: UInt32(clamping: $0))
    }
    record.started = statement.optionalInteger(11).map(WallTime.init)
    record.ended = statement.optionalInteger(12).map(WallTime.init)
    record.duration = statement.optionalInteger(13).map { .nanoseconds($0) }
    record.attempts = Int(clamping: statement.integer(14))
    record.driver = statement.text(15) ?? ""
    record.driverVersion = statement.text(16) ?? ""
    record.droppedOutputSize = statement.optionalInteger(19).map { Int(clamping: $0) }
    return (record, statement.optionalInteger(2))
  }

  private static func output(
    of statement: borrowing SQLiteStatement
  ) throws(HostError) -> ValueMap? {
    guard let text = statement.text(18) else { return nil }
    return try HistoryJSON.members(of: text)
  }

  private static func unreadable(_ id: String, _ why: String) -> HostError {
    HostError(
      .invalidInput,
      stage: .call,
      "the execution \(id) in the history is damaged: \(why); remove its row to see the others"
    )
  }

  /// What is said of an execution whose process died.
  static func lostMessage(process: Int64?) -> String {
    let who = process.map { "the process that ran it (number \($0))" } ?? "the process that ran it"
    return "\(who) ended before it did; whether the call had its effect is not known"
  }
}
