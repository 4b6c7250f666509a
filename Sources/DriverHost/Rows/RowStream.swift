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

  private let source: RowSource
  private let threads: ThreadPool

  init(_ source: RowSource, threads: ThreadPool) {
    self.source = source
    self.threads = threads
  }

  /// The output that the rows are: its name.
  public var name: String { source.name }

  /// The columns' names and types.
  public func columns() async throws(HostError) -> [ArrowField] {
    try await onThread { source throws(HostError) in try source.schema() }
  }

  /// The next batch; nil at the end.
  public func next() async throws(HostError) -> RecordBatch? {
    try await onThread { source throws(HostError) in try source.next() }
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

  /// Gives the stream back to its driver.
  func release() async {
    // A driver's release may wait, so it too runs on a thread.
    _ = try? await onThread { source throws(HostError) in source.release() }
  }

  /// All rows as maps.
  ///
  /// - Throws: `.tooLarge` when they have more values than a sixteenth of the limit in bytes.
  func collect(limit: Int) async throws(HostError) -> [Value] {
    var rows: [Value] = []
    while let batch = try await next() {
      guard (rows.count + batch.rowCount) * Swift.max(1, batch.columns.count) * 16 <= limit else {
        throw HostError(
          .tooLarge,
          stage: .call,
          "the rows of `\(name)` are larger than the limit of \(limit) bytes: read them as a stream, write them to a file, or raise the limit"
        )
      }
      for row in 0..<batch.rowCount { rows.append(.map(batch.row(row))) }
    }
    return rows
  }

  /// Runs something that may wait on a thread of the host's, and waits for it.
  private func onThread<Result: Sendable>(
    _ body: @escaping @Sendable (RowSource) throws(HostError) -> Result
  ) async throws(HostError) -> Result {
    let result = unsafe await withUnsafeContinuation { continuation in
      do throws(HostError) {
        try threads.submit { [source] _ in
          unsafe continuation.resume(
            returning: Swift.Result { () throws(HostError) in try body(source) }
          )
        }
      } catch {
        unsafe continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }
}
