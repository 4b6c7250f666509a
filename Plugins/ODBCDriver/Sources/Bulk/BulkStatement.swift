internal import CODBC
internal import DriverKit

/// A statement that is run for many records, many with each execution.
///
/// One thread at a time, but for `laidOut` and `cancel`.
final class BulkStatement {
  private let statement: ODBCStatement
  private let facts: DriverFacts
  /// Which column of the records each place takes its values from.
  private let sources: [Int]
  private let types: [ParameterType?]
  private var states = RowBuffer(capacity: 64)
  /// Whether the driver has taken several sets of parameters at once.
  private var hadMany = false
  /// What was said of the chunks that were taken.
  private(set) var warnings: [DiagnosticRecord] = []
  /// How many warnings are kept: a server may have one for each record.
  private static let warningLimit = 100

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

  /// Lays records out for `run`; any thread.
  ///
  /// - Parameters:
  ///   - batch: The records.
  ///   - rows: Which of them.
  /// - Returns: What is to be run.
  func laidOut(_ batch: RecordBatch, _ rows: Range<Int>) -> BulkChunk {
    func sets(_ rows: Range<Int>) -> BulkChunk.Sets {
      BulkChunk.Sets(
        count: rows.count,
        columns: zip(sources, types).map { source, type in
          ParameterColumn(batch.columns[source], rows, as: type, facts)
        }
      )
    }
    let isSentOneByOne =
      !facts.sendsManyBytes && sources.contains { batch.columns[$0].hasBytes }
    let executions = isSentOneByOne ? rows.map { $0..<($0 + 1) } : [rows]
    return BulkChunk(batch: batch, rows: rows, sets: executions.map(sets))
  }

  /// How many bytes the cells of one chunk have, about.
  private static let cellsLimit = 4 << 20

  /// Parts of records that are laid out and run one after the other, so that few of their cells are in memory.
  ///
  /// - Parameters:
  ///   - batch: The records.
  ///   - limit: How many there may be in each.
  /// - Returns: The parts, which are not large unless they are single records.
  func parts(of batch: RecordBatch, _ limit: Int) -> [Range<Int>] {
    stride(from: 0, to: batch.count, by: limit).flatMap {
      batch.parts($0..<min(batch.count, $0 + limit), sources, BulkStatement.cellsLimit)
    }
  }

  /// Runs the statement for some records.
  ///
  /// - Throws: What the driver says; some of them may have been taken.
  func run(_ chunk: BulkChunk) throws(ODBCFailure) {
    var said: [DiagnosticRecord] = []
    for sets in chunk.sets { said += try run(sets) }
    warnings += said.prefix(BulkStatement.warningLimit - warnings.count)
  }

  /// Runs it for one execution, and tells what was said of that.
  private func run(_ sets: BulkChunk.Sets) throws(ODBCFailure) -> [DiagnosticRecord] {
    states = RowBuffer(capacity: sets.count * MemoryLayout<SQLUSMALLINT>.size)
    states.clear(0..<states.capacity)
    // A driver that takes one set only need not know of others.
    if sets.count > 1 || hadMany {
      try unsafe statement.setParameterSets(
        sets.count,
        states: states.start.assumingMemoryBound(to: SQLUSMALLINT.self)
      )
      hadMany = true
    }
    try statement.bind(sets.columns)
    try statement.execute()
    try check(sets.count)
    return try finish()
  }

  /// A set that failed among others that did not is told of by its state alone, and so are those behind it.
  private func check(_ count: Int) throws(ODBCFailure) {
    let failed = [SQLUSMALLINT(SQL_PARAM_ERROR), SQLUSMALLINT(SQL_PARAM_UNUSED)]
    for row in 0..<count where failed.contains(states.value(at: row, as: SQLUSMALLINT.self)) {
      throw ODBCFailure(function: "SQLExecute", records: statement.handle.records)
    }
  }

  /// Walks over the results of all sets, which some drivers keep one by one.
  ///
  /// - Returns: What was said of them.
  private func finish() throws(ODBCFailure) -> [DiagnosticRecord] {
    var said = statement.warnings
    while try statement.nextResult() { said += statement.warnings }
    statement.closeCursor()
    return said
  }
}

extension RecordBatch {
  /// Halves records until their cells are below a limit: one long text makes all cells of its column as long.
  ///
  /// - Parameters:
  ///   - rows: The records.
  ///   - sources: The columns that cells are made of.
  ///   - limit: How many bytes the cells of a part may have, unless it is a single record.
  /// - Returns: The parts.
  func parts(_ rows: Range<Int>, _ sources: [Int], _ limit: Int) -> [Range<Int>] {
    let width = sources.reduce(0) { $0 + columns[$1].width(rows) + MemoryLayout<SQLLEN>.size }
    guard rows.count > 1, width * rows.count > limit else { return [rows] }
    let middle = rows.lowerBound + rows.count / 2
    return parts(rows.lowerBound..<middle, sources, limit)
      + parts(middle..<rows.upperBound, sources, limit)
  }
}

extension RecordColumn {
  /// Whether its values are bytes.
  fileprivate var hasBytes: Bool {
    if case .bytes = values { true } else { false }
  }

  /// How many bytes the longest of some values has.
  fileprivate func width(_ rows: Range<Int>) -> Int {
    switch values {
    case .texts(let bytes), .decimals(let bytes), .bytes(let bytes):
      rows.reduce(0) { max($0, bytes.range($1).count) }
    default: MemoryLayout<Int64>.size
    }
  }
}
