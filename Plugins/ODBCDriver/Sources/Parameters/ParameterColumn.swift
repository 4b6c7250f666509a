internal import CODBC
internal import DriverKit

/// The values of one parameter for some executions, laid out as drivers take them: cells of one width, and a length each.
final class ParameterColumn: Sendable {
  /// The form that the cells are in: `SQL_C_SBIGINT` and the like.
  let cType: Int32
  /// What it is to the server: `SQL_BIGINT` and the like.
  let sqlType: Int32
  /// Its length in characters or bytes, or how many digits it has.
  let size: Int
  /// How many digits stand behind the point, or of a second.
  let digits: Int
  /// How many bytes a cell has.
  let width: Int
  let cells: RowBuffer
  let lengths: RowBuffer
  /// Whether the driver would cut one of its texts, at U+0000.
  let isCut: Bool

  /// Texts and bytes that are longer are of the server's types for long ones.
  private static let longest = 8000

  /// Lays values out.
  ///
  /// - Parameters:
  ///   - column: The values.
  ///   - rows: Which of them.
  ///   - declared: What they are to the server; nil: what they look like.
  ///   - facts: What is known of the driver.
  init(
    _ column: RecordColumn,
    _ rows: Range<Int>,
    as declared: ParameterType? = nil,
    _ facts: DriverFacts
  ) {
    var type = declared ?? ParameterType(column.values)
    if type == .time, facts.takesTimesAsTexts { type = .text }
    let isWide = type == .text && !facts.charactersAreUTF8
    let builder = Cells(
      column.values,
      rows,
      as: type,
      isWide: isWide,
      hasMoments: !facts.valuesAreTexts
    )
    (cType, width, digits) = (builder.cType, builder.width, builder.digits)
    lengths = RowBuffer(capacity: rows.count * MemoryLayout<SQLLEN>.size)
    lengths.set(contentsOf: builder.lengths.span)
    if let isThere = column.isThere {
      for (index, row) in rows.enumerated() where !isThere[row] {
        lengths.set(codbc_null_data, at: index)
      }
    }
    cells = builder.cells
    if facts.textsEndAtZero, case .texts(let texts) = column.values {
      let bytes = texts.start(of: rows.lowerBound)..<texts.start(of: rows.upperBound)
      isCut = texts.bytes[bytes].contains(0)
    } else {
      isCut = false
    }
    switch type {
    case .text:
      let isLong = builder.longest > ParameterColumn.longest
      sqlType =
        isWide
        ? (isLong ? SQL_WLONGVARCHAR : SQL_WVARCHAR) : (isLong ? SQL_LONGVARCHAR : SQL_VARCHAR)
      size = max(1, cType == SQL_C_WCHAR ? builder.longest / 2 : builder.longest)
    case .binary:
      sqlType = builder.longest > ParameterColumn.longest ? SQL_LONGVARBINARY : SQL_VARBINARY
      size = max(1, builder.longest)
    default:
      sqlType = type.sqlType(isWide: isWide)
      size = ParameterColumn.size(of: type, builder)
    }
  }

  private static func size(of type: ParameterType, _ cells: Cells) -> Int {
    switch type {
    case .boolean: 1
    case .integer: 19
    case .double: 15
    case .decimal: max(1, cells.precision)
    case .date: 10
    case .time: cells.digits > 0 ? 9 + cells.digits : 8
    case .timestamp: cells.digits > 0 ? 20 + cells.digits : 19
    case .text, .binary: max(1, cells.longest)
    }
  }
}

/// How the values of a column become cells.
private struct Cells {
  let cells: RowBuffer
  let cType: Int32
  let width: Int
  var digits = 0
  var precision = 0
  /// How many bytes the longest value has.
  var longest = 0
  /// The length of each value, whether it is there or not.
  private(set) var lengths: [SQLLEN] = []

  /// Lays values out.
  ///
  /// - Parameters:
  ///   - values: The values.
  ///   - rows: Which of them.
  ///   - type: What they are to the server.
  ///   - isWide: Whether texts go in UTF-16.
  ///   - hasMoments: Whether the server has moments; else they are texts, of which SQLite's driver would cut the digits
  ///     behind the millisecond.
  init(
    _ values: RecordColumn.Values,
    _ rows: Range<Int>,
    as type: ParameterType,
    isWide: Bool,
    hasMoments: Bool
  ) {
    switch values {
    case .texts(let texts) where type == .decimal: self.init(decimals: texts, rows)
    case .texts(let texts):
      self.init(texts: texts, rows, isWide: isWide)
      guard type == .time || type == .timestamp else { return }
      for row in rows {
        let behind = texts.bytes[texts.range(row)].drop { $0 != UInt8(ascii: ".") }.dropFirst()
        let count = behind.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
        digits = max(digits, min(9, count))
      }
    case .bytes(let bytes): self.init(bytes: bytes, rows, SQL_C_BINARY, terminator: 0)
    // A number that goes as one would be cut to the length of its cell.
    case _ where type == .text:
      self.init(texts: values.texts(rows) ?? RecordBytes(), 0..<rows.count, isWide: isWide)
    case .bools(let bools):
      self.init(SQL_C_BIT, rows.count, 1) { cells, index in
        cells.set(UInt8(bools[rows.lowerBound + index] ? 1 : 0), at: index)
      }
    case .integers(let integers):
      self.init(codbc_c_int64, integers, rows)
      if type == .decimal, let texts = values.texts(rows) { measure(texts, 0..<rows.count) }
    case .unsignedIntegers(let integers):
      var texts = RecordBytes()
      for row in rows { texts.append("\(integers[row])".utf8) }
      self.init(decimals: texts, 0..<rows.count)
    case .doubles(let doubles):
      self.init(SQL_C_DOUBLE, doubles, rows)
      if type == .decimal, let texts = values.texts(rows) { measure(texts, 0..<rows.count) }
    case .dates(let days):
      self.init(SQL_C_TYPE_DATE, rows.count, MemoryLayout<SQL_DATE_STRUCT>.size) { cells, index in
        cells.set(SQL_DATE_STRUCT(days: Int(days[rows.lowerBound + index])), at: index)
      }
    case .times(let microseconds):
      // A structure of a time has no fractions.
      var texts = RecordBytes()
      for row in rows { texts.append(Calendar.text(ofTime: microseconds[row]).utf8) }
      self.init(texts: texts, 0..<rows.count, isWide: false)
      digits = 6
    case .timestamps(let counts, let unit, _) where !hasMoments:
      var texts = RecordBytes()
      for row in rows { texts.append(Calendar.text(ofMoment: counts[row], unit).utf8) }
      self.init(texts: texts, 0..<rows.count, isWide: false)
      digits = unit == .nanosecond ? 9 : 6
    case .timestamps(let counts, let unit, _):
      let width = MemoryLayout<SQL_TIMESTAMP_STRUCT>.size
      self.init(SQL_C_TYPE_TIMESTAMP, rows.count, width) { cells, index in
        cells.set(SQL_TIMESTAMP_STRUCT(counts[rows.lowerBound + index], unit), at: index)
      }
      digits = unit == .nanosecond ? 9 : 6
    case .decimals(let texts): self.init(decimals: texts, rows)
    }
  }

  private init(
    _ cType: Int32,
    _ count: Int,
    _ width: Int,
    _ set: (RowBuffer, Int) -> Void
  ) {
    (self.cType, self.width, longest) = (cType, width, width)
    cells = RowBuffer(capacity: count * width)
    for index in 0..<count { set(cells, index) }
    lengths = [SQLLEN](repeating: width, count: count)
  }

  /// Cells of values as they stand.
  private init<Value: BitwiseCopyable>(_ cType: Int32, _ values: [Value], _ rows: Range<Int>) {
    self.cType = cType
    width = MemoryLayout<Value>.stride
    longest = width
    cells = RowBuffer(capacity: rows.count * width)
    cells.set(contentsOf: values.span.extracting(rows))
    lengths = [SQLLEN](repeating: width, count: rows.count)
  }

  private init(texts: RecordBytes, _ rows: Range<Int>, isWide: Bool) {
    guard isWide else {
      self.init(bytes: texts, rows, SQL_C_CHAR, terminator: 1)
      return
    }
    var units = RecordBytes()
    for row in rows {
      let text = String(decoding: texts.bytes[texts.range(row)], as: UTF8.self)
      // In the machine's order, which is little-endian wherever this is built.
      units.append(
        text.utf16.lazy.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      )
    }
    self.init(bytes: units, 0..<rows.count, SQL_C_WCHAR, terminator: 2)
  }

  private init(decimals texts: RecordBytes, _ rows: Range<Int>) {
    self.init(bytes: texts, rows, SQL_C_CHAR, terminator: 1)
    measure(texts, rows)
  }

  /// Counts the digits that decimals have.
  private mutating func measure(_ texts: RecordBytes, _ rows: Range<Int>) {
    for row in rows {
      let shape = DecimalText.shape(of: texts.bytes.span.extracting(texts.range(row)))
      digits = max(digits, shape.scale)
      precision = max(precision, shape.integerDigits)
    }
    precision += digits
  }

  private init(
    bytes: RecordBytes,
    _ rows: Range<Int>,
    _ cType: Int32,
    terminator: Int
  ) {
    var (start, longest) = (bytes.start(of: rows.lowerBound), 0)
    let first = start
    lengths.reserveCapacity(rows.count)
    for row in rows {
      let end = bytes.ends[row]
      lengths.append(end - start)
      longest = max(longest, end - start)
      start = end
    }
    self.longest = longest
    self.cType = cType
    // Some drivers look for the end themselves, whatever length they are told.
    width = max(1, longest + terminator)
    cells = RowBuffer(capacity: rows.count * width)
    cells.scatter(
      bytes.bytes.span,
      from: first,
      ends: bytes.ends.span.extracting(rows),
      width: width,
      terminator: terminator
    )
  }
}
