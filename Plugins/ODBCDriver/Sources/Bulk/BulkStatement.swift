internal import CODBC
internal import DriverKit

/// A statement that is run for many records, many with each execution.
final class BulkStatement {
  private let statement: ODBCStatement
  private let facts: DriverFacts
  /// Which column of the records each place takes its values from.
  private let sources: [Int]
  private let types: [ParameterType?]
  private let processed = RowBuffer(capacity: MemoryLayout<SQLULEN>.size)
  private var states = RowBuffer(capacity: 64)

  /// Prepares a statement.
  ///
  /// - Parameters:
  ///   - sql: The text with a `?` for each place.
  ///   - sources: Which column each place takes its values from.
  ///   - types: What each place is to the server; nil: what its values look like.
  ///   - connection: Where.
  ///   - facts: What is known of the driver.
  /// - Throws: What the driver says.
  init(
    _ sql: String,
    sources: [Int],
    types: [ParameterType?],
    on connection: ODBCConnection,
    _ facts: DriverFacts
  ) throws(ODBCFailure) {
    statement = try connection.statement()
    self.sources = sources
    self.types = types
    self.facts = facts
    try statement.prepare(sql)
  }

  /// Asks the driver to end what it does; any thread.
  var cancel: @Sendable () -> Void { { [weak statement] in statement?.cancel() } }

  /// What was said of the last run.
  var warnings: [DiagnosticRecord] { statement.warnings }

  /// Runs the statement for some records.
  ///
  /// - Parameters:
  ///   - batch: The records.
  ///   - rows: Which of them.
  /// - Throws: What the driver says; some of them may have been taken.
  func run(_ batch: RecordBatch, _ rows: Range<Int>) throws(ODBCFailure) {
    if !facts.sendsManyBytes, sources.contains(where: { batch.columns[$0].hasBytes }) {
      for row in rows { try send(batch, row..<(row + 1)) }
    } else {
      try send(batch, rows)
    }
  }

  private func send(_ batch: RecordBatch, _ rows: Range<Int>) throws(ODBCFailure) {
    var columns: [ParameterColumn] = []
    for (place, source) in sources.enumerated() {
      columns.append(ParameterColumn(batch.columns[source], rows, as: types[place], facts))
    }
    states = RowBuffer(capacity: rows.count * MemoryLayout<SQLUSMALLINT>.size)
    states.clear(0..<states.capacity)
    processed.set(SQLULEN(0), at: 0)
    try unsafe statement.setParameterSets(
      rows.count,
      ProcessedParameters(
        count: processed.start.assumingMemoryBound(to: SQLULEN.self),
        states: states.start.assumingMemoryBound(to: SQLUSMALLINT.self)
      )
    )
    for (place, column) in columns.enumerated() {
      try unsafe statement.bind(BoundParameter(column, number: place + 1))
    }
    statement.keep(columns)
    try statement.execute()
    try check(rows.count)
    try finish()
  }

  /// A set that failed among others that did not is told of by its state alone.
  private func check(_ count: Int) throws(ODBCFailure) {
    for row in 0..<count
    where states.value(at: row, as: SQLUSMALLINT.self) == SQLUSMALLINT(SQL_PARAM_ERROR) {
      throw ODBCFailure(function: "SQLExecute", records: statement.handle.records)
    }
  }

  /// Walks over the results of all sets, which some drivers keep one by one.
  private func finish() throws(ODBCFailure) {
    while try statement.nextResult() {}
    statement.closeCursor()
  }
}

extension RecordColumn {
  /// Whether its values are bytes.
  fileprivate var hasBytes: Bool {
    if case .bytes = values { true } else { false }
  }
}
