internal import CODBC
internal import DriverKit

/// Reads the rows of a result as batches of Arrow.
///
/// Where a cell that was cut can be read again by its row, many rows come with each fetch; where it cannot, and a value
/// may be longer than a cell, they come one by one. Behind the first batch rows are fetched on a thread of the reader's
/// own while those before become batches.
///
/// One thread at a time, beside that one.
final class ResultReader: @unchecked Sendable {
  // `@unchecked` because the thread that fetches and the one that is asked for batches look at different parts.

  /// The columns.
  let fields: [RowField]
  private let statement: ODBCStatement
  private let plans: [ColumnPlan]
  private let facts: DriverFacts
  /// Whether many rows come with each fetch.
  private let isInBlocks: Bool
  /// How many rows a batch has at most.
  private let capacity: Int
  private let explain: (ODBCFailure) -> DriverError
  private let cursor: ServerCursor?
  private let fetchesAhead: Bool
  /// What each fetch tells: how many rows came, and how each is; and where rows that come one by one go.
  private let fetched = RowBuffer(capacity: MemoryLayout<SQLULEN>.size)
  private let states: RowBuffer
  private let offset = RowBuffer(capacity: MemoryLayout<SQLULEN>.size)
  private var isSet = false
  private var bound: RowBlock?
  /// What the cursor's last fetch has brought.
  private var cursorRows = 0
  private var cursorBytes = 0
  private var isAtEnd = false

  private let first: RowBlock
  private var batches = 0
  private var prefetch: BlockPrefetch?
  /// A batch that `next` is to give once more.
  private var kept: RowBatch?

  /// About how many bytes the cells of a batch take.
  private static let batchSize = 1 << 20
  /// About how many bytes a batch has where values have no room in their cells.
  private static let mostBytes = 4 << 20
  private static let mostRows = 16_384

  /// A reader of the statement's result.
  ///
  /// - Parameters:
  ///   - statement: A statement that was run and has columns.
  ///   - facts: What is known of the driver.
  ///   - sorts: Of which sorts the columns' values are, where that is known otherwise; none: it is not.
  ///   - isUTC: Whether the session's zone is UTC.
  ///   - mostRows: How many rows are wanted at once at most.
  ///   - cursor: What fetches more rows once these were read; nil: they are all.
  ///   - fetchesAhead: Whether rows are fetched on a thread of the reader's own: not where the caller has one.
  ///   - explain: What a failure comes to.
  /// - Throws: Why it cannot be read.
  init(
    _ statement: ODBCStatement,
    _ facts: DriverFacts,
    sorts: [ValueSort?] = [],
    isUTC: Bool = false,
    mostRows: Int = .max,
    cursor: ServerCursor? = nil,
    fetchesAhead: Bool = true,
    explain: @escaping (ODBCFailure) -> DriverError = { $0.error() }
  ) throws(ODBCFailure) {
    var plans: [ColumnPlan] = []
    for number in 0..<(try statement.columnCount()) {
      let sort = number < sorts.count ? sorts[number] : nil
      plans.append(ColumnPlan(try statement.column(number + 1), sort: sort, isUTC: isUTC, facts))
    }
    let width = plans.reduce(8) { $0 + $1.cellWidth + 8 }
    capacity = min(mostRows, ResultReader.mostRows, max(16, ResultReader.batchSize / width))
    isInBlocks = facts.readsInBlocks || !plans.contains(where: \.isOpenEnded)
    fields = ResultNames.unique(plans.map(\.field))
    self.plans = plans
    self.facts = facts
    self.statement = statement
    self.explain = explain
    self.cursor = cursor
    self.fetchesAhead = fetchesAhead
    states = RowBuffer(capacity: capacity * MemoryLayout<SQLUSMALLINT>.size)
    // Some drivers leave them as they are where all is well.
    states.clear(0..<states.capacity)
    first =
      isInBlocks
      ? RowBlock(columns: plans, capacity: capacity, facts)
      : RowBlock(rows: plans, capacity: capacity, facts)
  }

  /// Lets the driver put no more values into this reader's memory: whoever goes on with the statement calls it first.
  func close() {
    endPrefetch()
    isAtEnd = true
    statement.unbind()
    if isSet { statement.forgetRows(hasOffset: !isInBlocks && facts.bindsByOffset) }
  }

  private func endPrefetch() {
    prefetch?.end()
    prefetch = nil
  }

  /// The first rows, which `next` gives as well; nil: there are none.
  func peek() throws(DriverError) -> RowBatch? {
    kept = try next()
    return kept
  }

  /// The next rows; nil: there are no more.
  func next() throws(DriverError) -> RowBatch? {
    if let batch = kept {
      kept = nil
      return batch
    }
    if fetchesAhead, prefetch == nil, batches == 1, !isAtEnd {
      // The first batch comes at once; whoever wants more of a result has use for a second thread.
      prefetch = BlockPrefetch([first] + (0..<2).map { _ in block() }, self)
    }
    batches += 1
    if let prefetch {
      guard let block = try prefetch.next() else {
        endPrefetch()
        return nil
      }
      let batch = try block.batch()
      prefetch.give(back: block)
      return batch
    }
    return try fetch(into: first) ? try first.batch() : nil
  }

  private func block() -> RowBlock {
    isInBlocks
      ? RowBlock(columns: plans, capacity: capacity, facts)
      : RowBlock(rows: plans, capacity: capacity, facts)
  }

  // MARK: - The driver's part, on the thread that fetches

  /// Fills a block.
  ///
  /// - Returns: False where there are no rows left.
  /// - Throws: Why rows cannot be fetched.
  func fetch(into block: RowBlock) throws(DriverError) -> Bool {
    guard !isAtEnd else { return false }
    do throws(ODBCFailure) {
      try set(block)
    } catch {
      isAtEnd = true
      throw explain(error)
    }
    return isInBlocks ? try fetchBlock(block) : try fetchRows(block)
  }

  private func fetchBlock(_ block: RowBlock) throws(DriverError) -> Bool {
    for column in block.columns { column.forgetLengths() }
    guard try fetchNext() else { return false }
    block.count = try fetchedCount(of: capacity)
    let bytes = try block.complete(0..<block.count, statement)
    cursorRows += block.count
    cursorBytes += bytes
    return true
  }

  private func fetchRows(_ block: RowBlock) throws(DriverError) -> Bool {
    block.count = 0
    var bytes = 0
    while block.count < capacity, bytes < ResultReader.mostBytes {
      block.forget(row: block.count)
      try place(block)
      guard try fetchNext() else { break }
      _ = try fetchedCount(of: 1)
      bytes += try block.complete(block.count..<(block.count + 1), statement)
      block.count += 1
    }
    return block.count > 0
  }

  /// Tells the driver where the next row of a block goes.
  private func place(_ block: RowBlock) throws(DriverError) {
    let place = block.offset(ofRow: block.count)
    guard !facts.bindsByOffset else {
      offset.set(SQLULEN(place), at: 0)
      return
    }
    do throws(ODBCFailure) {
      for column in block.columns { try column.bind(to: statement, offset: place) }
    } catch {
      isAtEnd = true
      throw explain(error)
    }
  }

  /// Tells the driver where rows go.
  private func set(_ block: RowBlock) throws(ODBCFailure) {
    if !isSet {
      let rows = unsafe FetchedRows(
        count: fetched.start.assumingMemoryBound(to: SQLULEN.self),
        states: states.start.assumingMemoryBound(to: SQLUSMALLINT.self)
      )
      if let size = block.rowSize {
        try unsafe statement.setRows(
          1,
          rows,
          size: size,
          offset: facts.bindsByOffset ? offset.start.assumingMemoryBound(to: SQLULEN.self) : nil
        )
      } else {
        try unsafe statement.setRows(capacity, rows)
      }
      isSet = true
    }
    // Of columns some memory became Arrow's with the last batch.
    guard isInBlocks || (facts.bindsByOffset && bound !== block) else { return }
    for column in block.columns { try column.bind(to: statement) }
    bound = block
  }

  /// Fetches rows; false where there are none left.
  private func fetchNext() throws(DriverError) -> Bool {
    do throws(ODBCFailure) {
      fetched.set(SQLULEN(0), at: 0)
      while try !statement.fetch() {
        guard let cursor, try cursor.fetchMore(cursorRows, bytes: cursorBytes) else {
          isAtEnd = true
          return false
        }
        (cursorRows, cursorBytes) = (0, 0)
      }
      return true
    } catch {
      isAtEnd = true
      throw explain(error)
    }
  }

  /// How many rows came.
  private func fetchedCount(of wanted: Int) throws(DriverError) -> Int {
    let count = Int(clamping: fetched.value(at: 0, as: SQLULEN.self))
    guard 1...wanted ~= count else {
      throw DriverError(
        .protocolViolation,
        "the ODBC driver reports \(count) rows where it was asked for \(wanted)"
      )
    }
    for row in 0..<count {
      switch Int32(states.value(at: row, as: SQLUSMALLINT.self)) {
      case SQL_ROW_ERROR:
        throw explain(ODBCFailure(function: "SQLFetch", records: statement.handle.records))
      case SQL_ROW_NOROW:
        throw explain(
          ODBCFailure(function: "SQLFetch", records: [], lie: "counts a row that is none")
        )
      default: break
      }
    }
    return count
  }
}
