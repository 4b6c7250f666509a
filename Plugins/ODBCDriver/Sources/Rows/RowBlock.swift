internal import CODBC
internal import DriverKit

/// The memory that fetches fill: column by column with one fetch of many rows, or row by row with one for each.
///
/// The thread that fetches and the one that makes batches of what was fetched take turns.
final class RowBlock: @unchecked Sendable {
  // `@unchecked` because it is handed from one thread to the other and back.
  let columns: [ColumnReader]
  /// How many rows there are room for.
  let capacity: Int
  /// How many bytes lie between two rows; nil: the columns lie one behind the other.
  let rowSize: Int?
  private let memory: RowBuffer?
  /// How many rows were fetched.
  var count = 0

  /// Memory for columns.
  init(columns plans: [ColumnPlan], capacity: Int, _ facts: DriverFacts) {
    self.capacity = capacity
    (rowSize, memory) = (nil, nil)
    columns = plans.enumerated().map {
      ColumnReader($1, number: $0 + 1, capacity: capacity, facts)
    }
  }

  /// Memory for rows.
  init(rows plans: [ColumnPlan], capacity: Int, _ facts: DriverFacts) {
    self.capacity = capacity
    let length = MemoryLayout<SQLLEN>.size
    var size = plans.count * length
    var places: [Int] = []
    for plan in plans {
      places.append(size)
      // What stands in a cell is aligned to eight bytes, as its length is.
      size += (ColumnReader.width(plan, facts) + 7) & ~7
    }
    let memory = RowBuffer(capacity: size * (capacity + 1))
    self.memory = memory
    rowSize = size
    let rowSize = size
    columns = plans.enumerated().map { index, plan in
      let cells = ColumnCells(
        in: memory,
        rowSize: rowSize,
        cellAt: places[index],
        lengthAt: index * length
      )
      return ColumnReader(plan, number: index + 1, capacity: capacity, facts, in: cells)
    }
  }

  /// How many bytes behind what is bound a row stands.
  func offset(ofRow row: Int) -> Int { (row + 1) * (rowSize ?? 0) }

  /// Forgets the lengths of a row that is to be fetched.
  func forget(row: Int) {
    guard let memory, let rowSize else { return }
    let start = (row + 1) * rowSize
    memory.clear(start..<(start + columns.count * MemoryLayout<SQLLEN>.size))
  }

  /// Reads the values whole that have no room in their cells.
  ///
  /// - Parameters:
  ///   - rows: Which rows were fetched just now.
  ///   - statement: Where the rest of long values is read.
  /// - Returns: How many bytes the rows have, about.
  /// - Throws: That the driver lies, or why the rest cannot be read.
  func complete(_ rows: Range<Int>, _ statement: ODBCStatement) throws(DriverError) -> Int {
    var bytes = 0
    for column in columns {
      bytes += try column.complete(rows, isInBlock: rowSize == nil, statement)
    }
    return bytes
  }

  /// The rows as Arrow has them; the memory is free for the next ones then.
  ///
  /// - Throws: That the driver lies, or has a value that cannot be read.
  func batch() throws(DriverError) -> RowBatch {
    var made: [RowColumn] = []
    made.reserveCapacity(columns.count)
    for column in columns { made.append(try column.column(count)) }
    return RowBatch(count: count, columns: made)
  }
}
