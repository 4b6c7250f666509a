internal import CODBC
internal import DriverKit

/// Takes the values of one column from the driver, and makes a column of Arrow of them.
///
/// The thread that fetches and the one that makes columns of what was fetched take turns.
final class ColumnReader {
  let plan: ColumnPlan
  /// The first one is 1.
  private let number: Int
  /// How many rows there are room for.
  private let capacity: Int
  /// The form that values are asked for in.
  let cType: Int32
  /// How many bytes of zeros stand behind a text.
  private let terminator: Int
  /// How many bytes a cell has.
  let width: Int
  private(set) var cells: ColumnCells
  /// Whether the cells are this column's alone.
  private let ownsCells: Bool
  /// The values that have no room in their cells, by their row.
  private var whole: [Int: [UInt8]] = [:]
  private var wholeBytes = 0
  var builder: RowColumnBuilder
  var scratch: [UInt8] = []
  /// How many bytes a value in a cell has at most.
  var room: Int { width - terminator }

  /// Beyond that a single value is refused: it would have to be in memory whole.
  private static let limit = 1 << 30

  /// A reader with cells of its own.
  init(_ plan: ColumnPlan, number: Int, capacity: Int, _ facts: DriverFacts) {
    self.plan = plan
    self.number = number
    self.capacity = capacity
    (cType, terminator) = ColumnReader.type(plan.form, facts)
    width = ColumnReader.width(plan, facts)
    cells = ColumnCells(width: width, capacity: capacity)
    ownsCells = true
    builder = RowColumnBuilder(plan.field.type, capacity: capacity)
  }

  /// A reader whose cells are a part of rows.
  init(_ plan: ColumnPlan, number: Int, capacity: Int, _ facts: DriverFacts, in cells: ColumnCells)
  {
    self.plan = plan
    self.number = number
    self.capacity = capacity
    (cType, terminator) = ColumnReader.type(plan.form, facts)
    width = ColumnReader.width(plan, facts)
    self.cells = cells
    ownsCells = false
    builder = RowColumnBuilder(plan.field.type, capacity: capacity)
  }

  /// How many bytes a cell of a column has.
  static func width(_ plan: ColumnPlan, _ facts: DriverFacts) -> Int {
    // Of wide texts a cell holds as many characters.
    type(plan.form, facts).1 == 2 ? plan.cellWidth * 2 : plan.cellWidth
  }

  private static func type(_ form: ColumnPlan.Form, _ facts: DriverFacts) -> (Int32, Int) {
    switch form {
    case .direct(let type, _): (type, 0)
    case .doubleOfFloat: (SQL_C_DOUBLE, 0)
    case .bit: (SQL_C_BIT, 0)
    case .date: (SQL_C_TYPE_DATE, 0)
    case .timestamp: (SQL_C_TYPE_TIMESTAMP, 0)
    // Digits are the same in every encoding.
    case .timeText, .decimalText, .boolText, .integerText, .doubleText, .dateText, .timestampText,
      .uuidText:
      (SQL_C_CHAR, 1)
    case .text: facts.charactersAreUTF8 ? (SQL_C_CHAR, 1) : (SQL_C_WCHAR, 2)
    case .binary: (SQL_C_BINARY, 0)
    }
  }

  /// Has fetches put the values here.
  ///
  /// - Parameters:
  ///   - statement: What fetches.
  ///   - offset: How many bytes behind the first place.
  /// - Throws: What the driver says.
  func bind(to statement: ODBCStatement, offset: Int = 0) throws(ODBCFailure) {
    let (start, lengthStart) = unsafe cells.boundStarts(offset)
    try unsafe statement.bind(
      BoundColumn(
        number: number,
        type: cType,
        cells: start,
        width: width,
        lengths: lengthStart.assumingMemoryBound(to: SQLLEN.self)
      )
    )
  }

  /// Forgets the lengths of the rows before: some drivers write none of a value that is there.
  func forgetLengths() { if ownsCells { cells.lengths.clear(0..<cells.lengths.capacity) } }

  // MARK: - What was fetched, on the driver's thread

  /// Reads the values whole that have no room in their cells.
  ///
  /// - Parameters:
  ///   - rows: Which rows were fetched just now.
  ///   - isInBlock: Whether they came with one fetch.
  ///   - statement: Where the rest of a long value is read.
  /// - Returns: How many bytes the values have, about.
  /// - Throws: That the driver lies, or why the rest cannot be read.
  func complete(
    _ rows: Range<Int>,
    isInBlock: Bool,
    _ statement: ODBCStatement
  ) throws(DriverError) -> Int {
    guard plan.isOpenEnded else { return rows.count * 8 }
    if rows.lowerBound == 0 {
      whole.removeAll(keepingCapacity: true)
      wholeBytes = 0
    }
    let room = self.room
    var bytes = 0
    for row in rows {
      let length = cells.length(row)
      if 0...room ~= length {
        bytes += length
      } else if try self.length(row) != nil {
        let place = isInBlock ? row - rows.lowerBound + 1 : nil
        let value = try readWhole(statement, inBlockAt: place)
        // Of what did not fit there is more than what would have fitted; else some of it is lost.
        guard length == codbc_no_total || value.count > room else {
          throw DriverError(
            .protocolViolation,
            "the ODBC driver reports a length of \(length) bytes for a value of the column \(plan.field.name), and hands over \(value.count)"
          )
        }
        bytes += value.count
        wholeBytes += value.count
        guard wholeBytes <= ColumnReader.limit else {
          throw DriverError(
            .tooLarge,
            "\(rows.count) rows of the column \(plan.field.name) have more than \(ColumnReader.limit >> 20) MiB together; ask for a part of its values, or for fewer rows with max_rows"
          )
        }
        whole[row] = value
      }
    }
    return bytes
  }

  private func readWhole(
    _ statement: ODBCStatement,
    inBlockAt place: Int?
  ) throws(DriverError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(ODBCFailure) {
      if let place { try statement.stand(onRow: place) }
      bytes = try statement.read(
        number,
        as: cType,
        terminator: terminator,
        limit: ColumnReader.limit
      )
    } catch {
      throw error.error()
    }
    guard let bytes else {
      throw DriverError(
        .tooLarge,
        "a value of the column \(plan.field.name) has more than \(ColumnReader.limit >> 20) MiB; ask for a part of it"
      )
    }
    return bytes
  }

  // MARK: - What was fetched, on the consumer's thread

  /// The values of all rows; where they stand as Arrow has them the memory is its own from now on.
  ///
  /// - Parameter count: How many rows were fetched.
  /// - Throws: That the driver lies, or has a value that cannot be read.
  /// - Returns: The column.
  func column(_ count: Int) throws(DriverError) -> RowColumn {
    if case .direct(_, let width) = plan.form, ownsCells { return try direct(count, width) }
    if let made = try converted(count) { return made }
    if cType != SQL_C_WCHAR, plan.form != .uuidText, plan.field.type.offsetWidth != nil {
      var row = 0
      while row < count {
        row = cells.append(to: &builder, room: room, row..<count)
        if row < count {
          try addLong(row)
          row += 1
        }
      }
    } else {
      for row in 0..<count { try add(row) }
    }
    let column = builder.take()
    return plan.form == .text && cType == SQL_C_CHAR ? repaired(column, count) : column
  }

  /// Texts in UTF-8; bytes that are none become the replacement character, since Arrow has nothing else.
  private func repaired(_ column: RowColumn, _ count: Int) -> RowColumn {
    guard let offsets = column.offsets else { return column }
    func end(_ row: Int) -> Int {
      plan.field.type.offsetWidth == 4
        ? Int(offsets.value(at: row, as: Int32.self)) : Int(offsets.value(at: row, as: Int64.self))
    }
    if column.values.isASCII(0..<end(count)) { return column }
    if (0..<count).allSatisfy({ column.values.isUTF8(end($0)..<end($0 + 1)) }) { return column }
    var builder = RowColumnBuilder(plan.field.type, capacity: count)
    for row in 0..<count {
      if let validity = column.validity, !validity.bit(row) {
        builder.appendNull()
      } else {
        builder.append(
          String(decoding: column.values.bytes(end(row)..<end(row + 1)), as: UTF8.self)
        )
      }
    }
    return builder.take()
  }

  /// The values as they stand, in the memory that they stand in: the next rows have to be bound anew.
  private func direct(_ count: Int, _ width: Int) throws(DriverError) -> RowColumn {
    var nulls = 0
    var validity: RowBuffer?
    for row in 0..<count where try length(row) == nil {
      let bits = validity ?? ColumnCells.allThere(count)
      validity = bits
      nulls += 1
      bits.clearBit(row)
      cells.cells.clear((row * width)..<((row + 1) * width))
    }
    let column = RowColumn(cells.cells, validity: validity, nullCount: nulls)
    cells = ColumnCells(width: width, capacity: capacity)
    return column
  }

  private func add(_ row: Int) throws(DriverError) {
    guard let length = try length(row) else {
      builder.appendNull()
      return
    }
    guard length <= room else {
      try addLong(row)
      return
    }
    let start = unsafe UnsafeRawPointer(cells.start + row * cells.stride)
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
    try append(unsafe Span<UInt8>(_unsafeBytes: bytes))
  }

  /// Adds a value that has no room in its cell.
  private func addLong(_ row: Int) throws(DriverError) {
    guard let value = whole[row] else { throw lie(row) }
    try append(value.span)
  }

  /// How many bytes a row's value has; `Int.max` where the driver does not know, nil where there is no value.
  private func length(_ row: Int) throws(DriverError) -> Int? {
    let length = cells.length(row)
    if length == codbc_null_data { return nil }
    if length == codbc_no_total { return .max }
    guard length >= 0 else { throw lie(row) }
    return Int(length)
  }

  // MARK: - Errors

  /// The error for a length that cannot be: a text that is none of what the column is declared as, or a driver that lies.
  func lie(_ row: Int) -> DriverError {
    let length = cells.length(row)
    let what =
      length == codbc_no_total
      ? "no length"
      : length < 0
        ? "a length of \(length)" : "a length of \(length) bytes where \(room) are the most"
    return DriverError(
      .protocolViolation,
      "the ODBC driver reports \(what) for a value of the column \(plan.field.name): cast the column to a text"
    )
  }

  /// The bytes of a row's cell, for errors.
  func text(_ row: Int) -> String {
    let length = min(max(0, cells.length(row)), min(room, 80))
    let start = unsafe UnsafeRawPointer(cells.start + row * cells.stride)
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: length),
      as: UTF8.self
    )
  }
}
