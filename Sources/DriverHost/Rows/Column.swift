import DriverABI

/// What a column's values can be read as.
public protocol ColumnElement: Sendable {
  /// Whether every value of a column of that type can be read so.
  static func canRead(_ type: ArrowType) -> Bool

  /// A value of such a column; nil where it does not fit, which a `canRead` that is true rules out.
  init?(_ value: Value)
}

/// The values of one column of a batch, nil where there is none.
///
/// It keeps the batch alive.
public struct Column<Element: ColumnElement>: RandomAccessCollection, Sendable {
  private let batch: RecordBatch
  private let index: Int

  init(_ batch: RecordBatch, _ index: Int) {
    self.batch = batch
    self.index = index
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { batch.rowCount }

  /// The value in a row.
  public subscript(row: Int) -> Element? { Element(batch[row: row, column: index]) }
}

extension RecordBatch {
  /// The values of a column, by its name.
  ///
  /// - Parameters:
  ///   - name: The column's name; the first of that name.
  ///   - type: What to read its values as: `Int64` for integers of up to 64 bits with a sign or 32 without,
  ///     `Double` for floats and integers of up to 32 bits, `Bool`, `String` for texts, decimals, dates
  ///     and times, `[UInt8]` for binary, `Value` for anything.
  /// - Returns: The values.
  /// - Throws: `.invalidInput` where there is no such column, or it holds something else.
  public func column<Element>(
    _ name: String,
    as type: Element.Type
  ) throws(HostError) -> Column<Element> {
    guard let index = columns.firstIndex(where: { $0.name == name }) else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the rows have no column `\(name)`\(NearestName.hint(for: name, among: columns.map(\.name)))"
      )
    }
    guard Element.canRead(columns[index].type) else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the column `\(name)` is of the type \(columns[index].type.description), which cannot be read as \(type)"
      )
    }
    return Column(self, index)
  }

  /// Looks at the values of a column of fixed width where they are, without a copy.
  ///
  /// What stands in the place of a null is anything.
  ///
  /// - Parameters:
  ///   - name: The column's name; the first of that name.
  ///   - type: The type of one value in memory: `Int8` to `UInt64`, `Float`, `Double`, `Int128` for
  ///     decimal128, `Int32` for date32, `Int64` for timestamps.
  ///   - body: Is given the values, and whether all of them are there.
  /// - Returns: What `body` returns.
  /// - Throws: `.invalidInput` where there is no such column, or its values have another width.
  public func withValues<Element: BitwiseCopyable, Result>(
    ofColumn name: String,
    as type: Element.Type,
    _ body: (_ values: Span<Element>, _ hasNulls: Bool) -> Result
  ) throws(HostError) -> Result {
    guard let index = columns.firstIndex(where: { $0.name == name }),
      columns[index].type.fixedWidth == MemoryLayout<Element>.size,
      let child = unsafe array.pointee.children?[index]
    else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the rows have no column `\(name)` whose values take \(MemoryLayout<Element>.size) bytes each"
      )
    }
    let start = unsafe Int(child.pointee.offset) + Int(array.pointee.offset)
    let hasNulls = unsafe child.pointee.null_count != 0 && child.pointee.buffers?[0] != nil
    guard rowCount > 0, let values = unsafe child.pointee.buffers?[1] else {
      return body(Span(), hasNulls)
    }
    let first = unsafe values + start * MemoryLayout<Element>.stride
    return withExtendedLifetime(self) {
      guard Int(bitPattern: first) % MemoryLayout<Element>.alignment == 0 else {
        // The standard recommends that buffers are aligned, and does not ask for it.
        return unsafe withUnsafeTemporaryAllocation(of: Element.self, capacity: rowCount) { copy in
          unsafe UnsafeMutableRawBufferPointer(copy).copyMemory(
            from: UnsafeRawBufferPointer(
              start: first,
              count: rowCount * MemoryLayout<Element>.stride
            )
          )
          return body(unsafe UnsafeBufferPointer(copy).span, hasNulls)
        }
      }
      let buffer = unsafe UnsafeBufferPointer(
        start: first.assumingMemoryBound(to: Element.self),
        count: rowCount
      )
      return body(unsafe buffer.span, hasNulls)
    }
  }
}

extension Int64: ColumnElement {
  /// Integers of up to 64 bits with a sign, or up to 32 without.
  public static func canRead(_ type: ArrowType) -> Bool {
    if case .int(let bits, let isSigned) = type { isSigned || bits <= 32 } else { false }
  }

  /// The integer that a value is.
  public init?(_ value: Value) {
    guard case .int(let integer) = value else { return nil }
    self = integer
  }
}

extension Double: ColumnElement {
  /// Floats, and integers that a double holds exactly.
  public static func canRead(_ type: ArrowType) -> Bool {
    switch type {
    case .float: true
    case .int(let bits, _): bits <= 32
    default: false
    }
  }

  /// The number that a value is; infinities and NaN are texts in values.
  public init?(_ value: Value) {
    switch value {
    case .int(let integer): self.init(integer)
    case .double(let number): self = number
    case .string(let text): self.init(text)
    default: return nil
    }
  }
}

extension Bool: ColumnElement {
  /// Booleans.
  public static func canRead(_ type: ArrowType) -> Bool { type == .bool }

  /// The truth that a value is.
  public init?(_ value: Value) {
    guard case .bool(let truth) = value else { return nil }
    self = truth
  }
}

extension String: ColumnElement {
  /// Texts, and what values have as text: decimals, dates and times.
  public static func canRead(_ type: ArrowType) -> Bool {
    switch type {
    case .utf8, .largeUtf8, .decimal, .date, .time, .timestamp: true
    default: false
    }
  }

  /// The text that a value is.
  public init?(_ value: Value) {
    switch value {
    case .string(let text): self = text
    case .decimal(let decimal): self = decimal.text
    default: return nil
    }
  }
}

extension [UInt8]: ColumnElement {
  /// Binary.
  public static func canRead(_ type: ArrowType) -> Bool { type == .binary || type == .largeBinary }

  /// The bytes that a value is.
  public init?(_ value: Value) {
    guard case .bytes(let bytes) = value else { return nil }
    self = bytes
  }
}

extension Value: ColumnElement {
  /// Anything.
  public static func canRead(_ type: ArrowType) -> Bool { true }

  /// The value itself; nil for null.
  public init?(_ value: Value) {
    if case .null = value { return nil }
    self = value
  }
}
