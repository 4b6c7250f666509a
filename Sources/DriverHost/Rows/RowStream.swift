/// Rows on their way from a driver, batch by batch.
///
/// ```swift
/// for try await batch in rows { print(batch.rowCount, batch[row: 0, column: 0]) }
/// ```
///
/// A batch is fetched when it is asked for, so a slow reader holds the driver back. One task at a time.
public struct RowStream: AsyncSequence, Sendable {
  /// Rows that came together.
  public typealias Element = RecordBatch

  let source: RowSource

  init(_ source: RowSource) {
    self.source = source
  }

  /// The output that the rows are: its name.
  public var name: String { source.name }

  /// The columns' names and types.
  public func columns() async throws(HostError) -> [ArrowField] {
    try await source.schema()
  }

  /// The next batch; nil at the end.
  public func next() async throws(HostError) -> RecordBatch? {
    try await source.next()
  }

  /// The batches, in order.
  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Fetches batch after batch.
  public struct Iterator: AsyncIteratorProtocol {
    let stream: RowStream

    /// The next batch; nil at the end.
    public mutating func next() async throws(HostError) -> RecordBatch? {
      try await stream.next()
    }
  }

  /// Gives the stream back to its driver; what is left of it makes the call cancelled.
  func letGo() { source.consumerLetGo() }

  /// All rows as maps.
  ///
  /// - Throws: `.tooLarge` when they take more than that many bytes.
  func collect(limit: Int) async throws(HostError) -> [Value] {
    var rows: [Value] = []
    var size = 0
    while let batch = try await next() {
      for row in 0..<batch.rowCount {
        let map = batch.row(row)
        for (_, value) in map { size += value.approximateSize }
        guard size <= limit else {
          throw HostError(
            .tooLarge,
            stage: .call,
            "the rows of `\(name)` are larger than the limit of \(limit) bytes: read them as a stream, write them to a file, or raise the limit"
          )
        }
        rows.append(.map(map))
      }
    }
    return rows
  }
}
