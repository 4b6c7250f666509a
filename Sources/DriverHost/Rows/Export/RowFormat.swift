/// What rows can be written as.
public enum RowFormat: String, Sendable, Hashable, CaseIterable {
  /// RFC 4180 with a header line, lines that end in LF, and a difference that the RFC does not make: a null
  /// is nothing, an empty text is `""`.
  case csv
  /// One JSON object a line.
  case ndjson
  /// The Arrow IPC streaming format.
  case arrowStream
  /// The Arrow IPC file format, also known as Feather V2.
  case arrowFile
}

/// Turns batches into bytes.
protocol RowEncoder {
  mutating func begin(_ columns: [ArrowField], _ output: inout RowOutput) throws(HostError)
  mutating func encode(_ batch: RecordBatch, _ output: inout RowOutput) throws(HostError)
  mutating func end(_ output: inout RowOutput) throws(HostError)
}

extension RowFormat {
  var encoder: any RowEncoder {
    switch self {
    case .csv: CSVEncoder()
    case .ndjson: NDJSONEncoder()
    case .arrowStream: ArrowEncoder(isFile: false)
    case .arrowFile: ArrowEncoder(isFile: true)
    }
  }
}

extension RowStream {
  /// Writes all rows, in constant memory, on one thread of the host's.
  ///
  /// - Parameters:
  ///   - receiver: Takes the bytes; it may wait.
  ///   - format: What they are.
  /// - Throws: Why the rows broke off, or why the receiver takes no more.
  public func write(to receiver: any ByteReceiver, as format: RowFormat) async throws(HostError) {
    try await source.forEachBatch(RowWriting(receiver, format))
  }
}

/// Rows on their way into one format; one thread at a time.
final class RowWriting: @unchecked Sendable {
  // `@unchecked` because it is used by one thread at a time.
  private var encoder: any RowEncoder
  private var output: RowOutput

  init(_ receiver: any ByteReceiver, _ format: RowFormat) {
    encoder = format.encoder
    output = RowOutput(receiver)
  }

  func begin(_ columns: [ArrowField]) throws(HostError) { try encoder.begin(columns, &output) }

  func write(_ batch: RecordBatch) throws(HostError) { try encoder.encode(batch, &output) }

  func end() throws(HostError) {
    try encoder.end(&output)
    try output.flush()
  }
}
