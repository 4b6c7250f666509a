internal import CODBC
internal import DriverKit
internal import Glibc

/// Reads the rows of a result in blocks, as batches of Arrow.
///
/// One thread at a time. Where a cell that was cut can be read again by its row, many rows come with each fetch;
/// where it cannot, and a value may be longer than a cell, they come one by one.
final class ResultReader {
  /// The columns.
  let fields: [RowField]
  private let statement: ODBCStatement
  private let columns: [ColumnReader]
  /// How many rows come with each fetch.
  private let block: Int
  /// How many rows a batch has at most.
  private let batch: Int
  /// What each fetch tells: how many rows came, and how each is.
  private let fetched: RowBuffer
  private let states: RowBuffer
  private let explain: (ODBCFailure) -> DriverError
  private let cursor: ServerCursor?
  /// What the cursor's last fetch has brought.
  private var fetchedRows = 0
  private var fetchedBytes = 0
  private var isBound = false
  private var isAtEnd = false

  /// About how many bytes the cells of a batch take.
  private static let batchSize = 1 << 20
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
  ///   - explain: What a failure comes to.
  /// - Throws: Why it cannot be read.
  init(
    _ statement: ODBCStatement,
    _ facts: DriverFacts,
    sorts: [ValueSort?] = [],
    isUTC: Bool = false,
    mostRows: Int = .max,
    cursor: ServerCursor? = nil,
    explain: @escaping (ODBCFailure) -> DriverError = { $0.error() }
  ) throws(ODBCFailure) {
    var plans: [ColumnPlan] = []
    for number in 0..<(try statement.columnCount()) {
      let sort = number < sorts.count ? sorts[number] : nil
      plans.append(ColumnPlan(try statement.column(number + 1), sort: sort, isUTC: isUTC, facts))
    }
    let width = plans.reduce(8) { $0 + $1.cellWidth + 8 }
    batch = min(mostRows, ResultReader.mostRows, max(16, ResultReader.batchSize / width))
    block = facts.readsInBlocks || !plans.contains(where: \.isOpenEnded) ? batch : 1
    let rows = block
    columns = plans.enumerated().map { ColumnReader($1, number: $0 + 1, capacity: rows, facts) }
    fields = plans.map(\.field)
    self.statement = statement
    self.explain = explain
    self.cursor = cursor
    fetched = RowBuffer(capacity: MemoryLayout<SQLULEN>.size)
    states = RowBuffer(capacity: block * MemoryLayout<SQLUSMALLINT>.size)
  }

  /// Lets the driver put no more values into this reader's memory: whoever goes on with the statement calls it first.
  ///
  /// - Parameter isGood: Whether what the query has changed is kept, where a cursor was read.
  func close(isGood: Bool = true) {
    isAtEnd = true
    statement.unbind()
    // Of a query that only reads nothing is lost where the end of its transaction fails.
    _ = try? cursor?.end(committing: isGood)
  }

  /// The next rows; nil: there are no more.
  func next() throws(DriverError) -> RowBatch? {
    guard !isAtEnd else { return nil }
    return block > 1 ? try nextBlock() : try nextRows()
  }

  // MARK: - Many rows with each fetch

  private func nextBlock() throws(DriverError) -> RowBatch? {
    // What is Arrow's as it came was handed over with the last batch.
    guard try fetch(binding: columns) else { return nil }
    let count = try fetchedCount()
    var made: [RowColumn] = []
    for column in columns {
      if let direct = try column.takeDirect(count) {
        made.append(direct)
        continue
      }
      for row in 0..<count { try column.add(row, statement, isInBlock: true) }
      made.append(column.take())
    }
    return counted(RowBatch(count: count, columns: made))
  }

  // MARK: - One row with each fetch

  private func nextRows() throws(DriverError) -> RowBatch? {
    var count = 0
    while count < batch, try fetch(binding: isBound ? [] : columns) {
      guard try fetchedCount() == 1 else { continue }
      for column in columns { try column.add(0, statement, isInBlock: false) }
      count += 1
    }
    return count == 0 ? nil : counted(RowBatch(count: count, columns: columns.map { $0.take() }))
  }

  /// Takes note of how large rows are.
  private func counted(_ batch: RowBatch) -> RowBatch {
    guard cursor != nil else { return batch }
    fetchedRows += batch.count
    for column in batch.columns {
      fetchedBytes += column.offsets == nil ? batch.count * 8 : column.values.capacity
    }
    return batch
  }

  // MARK: - The driver's part

  /// Fetches rows; false where there are none left.
  private func fetch(binding columns: [ColumnReader]) throws(DriverError) -> Bool {
    do throws(ODBCFailure) {
      if !isBound {
        let rows = unsafe FetchedRows(
          count: fetched.start.assumingMemoryBound(to: SQLULEN.self),
          states: states.start.assumingMemoryBound(to: SQLUSMALLINT.self)
        )
        try unsafe statement.setRows(block, rows)
        isBound = true
      }
      for column in columns { try column.bind(to: statement) }
      fetched.set(SQLULEN(0), at: 0)
      while try !statement.fetch() {
        guard let cursor, try cursor.fetchMore(fetchedRows, bytes: fetchedBytes) else {
          isAtEnd = true
          return false
        }
        (fetchedRows, fetchedBytes) = (0, 0)
      }
      return true
    } catch {
      isAtEnd = true
      throw explain(error)
    }
  }

  /// How many rows came.
  private func fetchedCount() throws(DriverError) -> Int {
    let count = Int(clamping: unsafe fetched.start.load(as: SQLULEN.self))
    guard count <= block else {
      throw DriverError(
        .protocolViolation,
        "the ODBC driver reports \(count) rows where it was asked for \(block)"
      )
    }
    for row in 0..<count {
      let offset = row * MemoryLayout<SQLUSMALLINT>.size
      let state = unsafe states.start.load(fromByteOffset: offset, as: SQLUSMALLINT.self)
      guard state != SQLUSMALLINT(SQL_ROW_ERROR) else {
        throw explain(ODBCFailure(function: "SQLFetch", records: statement.handle.records))
      }
    }
    return count
  }
}
