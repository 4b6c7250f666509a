/// The values of one column in a batch of rows.
///
/// What stands in the buffers is what the Arrow columnar format has for the column's type.
public struct RowColumn: Sendable {
  /// A bit for each row, the lowest one first: whether there is a value; nil: there is one in every row.
  public var validity: RowBuffer?
  /// How many values are missing; nil: nobody has counted them.
  public var nullCount: Int?
  /// Where each value begins in `values`, and behind the last one where that ends; nil where values have one width.
  public var offsets: RowBuffer?
  /// The values.
  public var values: RowBuffer

  /// A column of one batch.
  ///
  /// - Parameters:
  ///   - values: The values.
  ///   - offsets: Where each begins, for texts and bytes.
  ///   - validity: Which are there; nil: all.
  ///   - nullCount: How many are missing, where that is known.
  public init(
    _ values: RowBuffer,
    offsets: RowBuffer? = nil,
    validity: RowBuffer? = nil,
    nullCount: Int? = nil
  ) {
    self.values = values
    self.offsets = offsets
    self.validity = validity
    self.nullCount = validity == nil ? 0 : nullCount
  }
}

/// Some rows, column by column.
public struct RowBatch: Sendable {
  /// How many rows there are.
  public let count: Int
  /// The columns, in the order of the fields.
  public let columns: [RowColumn]

  /// Rows, which are not looked at.
  ///
  /// - Parameters:
  ///   - count: How many there are.
  ///   - columns: Their values, each buffer with as many as there are rows.
  public init(count: Int, columns: [RowColumn]) {
    self.count = count
    self.columns = columns
  }

  /// The first rows, in the same memory.
  ///
  /// - Parameter count: How many, at most as many as there are.
  /// - Returns: Rows whose missing values nobody has counted.
  public func prefix(_ count: Int) -> RowBatch {
    precondition(count >= 0 && count <= self.count, "there are not so many rows")
    return RowBatch(
      count: count,
      columns: columns.map {
        RowColumn($0.values, offsets: $0.offsets, validity: $0.validity)
      }
    )
  }
}
