/// Some records, laid out to be sent at once.
struct BulkChunk: Sendable {
  /// The values for some executions.
  struct Sets: Sendable {
    var count: Int
    /// One for each place of the statement.
    var columns: [ParameterColumn]
  }

  /// What the records are part of: where they fail together, each is sent alone.
  var batch: RecordBatch
  /// Which of the batch they are.
  var rows: Range<Int>
  /// The values of all of them, in one or more executions.
  var sets: [Sets]
}
