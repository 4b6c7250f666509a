internal import CODBC
internal import DriverKit

/// Takes the values of one column from the driver, and makes a column of Arrow of them.
///
/// One thread at a time.
final class ColumnReader {
  let plan: ColumnPlan
  /// The first one is 1.
  private let number: Int
  /// How many rows there are room for.
  private let capacity: Int
  private let cType: Int32
  /// How many bytes of zeros stand behind a text.
  private let terminator: Int
  private let width: Int
  private var cells: RowBuffer
  private let lengths: RowBuffer
  var builder: RowColumnBuilder
  var scratch: [UInt8] = []
  /// Whether texts come in UTF-16.
  var isWide: Bool { terminator == 2 }

  /// Beyond that a single value is refused: it would have to be in memory whole.
  private static let limit = 1 << 30

  init(_ plan: ColumnPlan, number: Int, capacity: Int, _ facts: DriverFacts) {
    self.plan = plan
    self.number = number
    self.capacity = capacity
    (cType, terminator) = ColumnReader.type(plan.form, facts)
    // Of wide texts a cell holds as many characters.
    width = terminator == 2 ? plan.cellWidth * 2 : plan.cellWidth
    cells = RowBuffer(capacity: capacity * width)
    lengths = RowBuffer(capacity: capacity * MemoryLayout<SQLLEN>.size)
    builder = RowColumnBuilder(plan.field.type, capacity: capacity)
  }

  private static func type(_ form: ColumnPlan.Form, _ facts: DriverFacts) -> (Int32, Int) {
    switch form {
    case .direct(let type, _): (type, 0)
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
  func bind(to statement: ODBCStatement) throws(ODBCFailure) {
    let lengths = unsafe self.lengths.start.assumingMemoryBound(to: SQLLEN.self)
    try unsafe statement.bind(
      BoundColumn(number: number, type: cType, cells: cells.start, width: width, lengths: lengths)
    )
  }

  // MARK: - What was fetched

  /// The values of all rows as they stand, where they stand as Arrow has them; nil where they do not.
  ///
  /// The memory is the column's from now on: the next rows have to be bound anew.
  func takeDirect(_ count: Int) throws(DriverError) -> RowColumn? {
    guard case .direct(_, let width) = plan.form else { return nil }
    var nulls = 0
    var validity: RowBuffer?
    for row in 0..<count where try length(row) == nil {
      if validity == nil {
        let made = RowBuffer(capacity: (count + 7) / 8)
        made.clear(0..<made.capacity)
        for earlier in 0..<count { made.setBit(earlier) }
        validity = made
      }
      nulls += 1
      validity?.clearBit(row)
      cells.clear((row * width)..<((row + 1) * width))
    }
    let column = RowColumn(cells, validity: validity, nullCount: nulls)
    cells = RowBuffer(capacity: capacity * width)
    return column
  }

  /// Adds the value of a row to the column that `take` takes.
  ///
  /// - Parameters:
  ///   - row: The first one is 0.
  ///   - statement: Where the rest of a long value is read.
  ///   - isInBlock: Whether other rows were fetched with it.
  func add(
    _ row: Int,
    _ statement: ODBCStatement,
    isInBlock: Bool
  ) throws(DriverError) {
    guard let length = try length(row) else {
      builder.appendNull()
      return
    }
    let room = width - terminator
    guard length <= room else {
      guard plan.isOpenEnded else {
        // A text that is none of what the column is declared as, or a driver that lies.
        throw lie(
          length == .max ? "no length" : "a length of \(length) bytes where \(room) are the most"
        )
      }
      try addWhole(row, statement, isInBlock)
      return
    }
    let start = unsafe UnsafeRawPointer(cells.start + row * width)
    switch plan.form {
    case .direct(_, let width): unsafe appendFixed(start, width)
    case .bit: builder.append(unsafe start.load(as: UInt8.self) != 0)
    case .date: try append(unsafe start.load(as: SQL_DATE_STRUCT.self))
    case .timestamp: try append(unsafe start.load(as: SQL_TIMESTAMP_STRUCT.self))
    default:
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
      try append(unsafe Span<UInt8>(_unsafeBytes: bytes))
    }
  }

  /// Adds a value of a fixed width as it stands.
  private func appendFixed(_ start: UnsafeRawPointer, _ width: Int) {
    switch width {
    case 1: builder.append(unsafe start.load(as: UInt8.self))
    case 2: builder.append(unsafe start.load(as: UInt16.self))
    case 4: builder.append(unsafe start.load(as: UInt32.self))
    default: builder.append(unsafe start.load(as: UInt64.self))
    }
  }

  /// The values that were added since the last time.
  func take() -> RowColumn { builder.take() }

  /// How many bytes a row's value has; `Int.max` where the driver does not know, nil where there is no value.
  private func length(_ row: Int) throws(DriverError) -> Int? {
    let length = unsafe lengths.start.load(
      fromByteOffset: row * MemoryLayout<SQLLEN>.size,
      as: SQLLEN.self
    )
    if length == codbc_null_data { return nil }
    if length == codbc_no_total { return .max }
    guard length >= 0 else { throw lie("a length of \(length)") }
    return Int(length)
  }

  private func addWhole(
    _ row: Int,
    _ statement: ODBCStatement,
    _ isInBlock: Bool
  ) throws(DriverError) {
    let bytes: [UInt8]?
    do throws(ODBCFailure) {
      if isInBlock { try statement.stand(onRow: row + 1) }
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
    try append(bytes.span)
  }

  private func lie(_ what: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "the ODBC driver reports \(what) for a value of the column \(plan.field.name): cast the column to a text"
    )
  }
}
