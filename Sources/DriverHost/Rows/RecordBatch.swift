import DriverABI

/// Some rows, column by column, in memory that the driver made and this batch owns.
///
/// It may outlive the call, its session and its stream. The memory is given back with the last
/// reference.
@safe
public final class RecordBatch: @unchecked Sendable {
  // `@unchecked` because the memory is immutable from the moment at which the driver hands it over.

  /// The columns' names and types.
  public let columns: [ArrowField]
  /// How many rows there are.
  public let rowCount: Int
  let array: UnsafeMutablePointer<ArrowArray>

  /// Takes an array over.
  ///
  /// - Throws: What is wrong with its shape; it is released then.
  init(moving source: UnsafeMutablePointer<ArrowArray>, columns: [ArrowField]) throws(HostError) {
    unsafe array = .allocate(capacity: 1)
    unsafe array.initialize(to: source.move())
    unsafe source.initialize(to: ArrowArray())
    self.columns = columns
    rowCount = Int(unsafe array.pointee.length)
    // From here on deinit releases it, also when the check throws.
    unsafe try ArrowShape.check(
      unsafe array.pointee,
      ArrowField(name: "", type: .structure(columns)),
      rows: nil
    )
  }

  deinit {
    if let release = unsafe array.pointee.release { unsafe release(array) }
    unsafe array.deallocate()
  }

  /// One value, as a connection's outputs have it: numbers as numbers, decimals exact, times as text
  /// of ISO 8601, binary as bytes.
  ///
  /// - Complexity: O(1) for a value that is not nested.
  public subscript(row row: Int, column column: Int) -> Value {
    precondition(row >= 0 && row < rowCount, "the batch has no row \(row)")
    guard let child = unsafe array.pointee.children?[column] else { return .null }
    return unsafe ArrowCell.value(
      unsafe child.pointee,
      columns[column].type,
      at: row + Int(unsafe array.pointee.offset)
    )
  }

  /// A row as a map from column names to values.
  public func row(_ row: Int) -> ValueMap {
    var map = ValueMap()
    map.reserveCapacity(columns.count)
    for (index, column) in columns.enumerated() {
      map[column.name] = self[row: row, column: index]
    }
    return map
  }
}
