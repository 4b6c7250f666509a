/// Rows in the Arrow IPC formats: each batch of the driver is one batch of the stream or file.
///
/// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
struct ArrowEncoder: RowEncoder {
  private static let magic = Array("ARROW1".utf8)
  /// What stands before each message, and alone at the end of a stream.
  private static let continuation: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]

  private let isFile: Bool
  private var columns: [ArrowField] = []
  private var blocks: [ArrowMetadata.Block] = []

  init(isFile: Bool) {
    self.isFile = isFile
  }

  mutating func begin(_ columns: [ArrowField], _ output: inout RowOutput) throws(HostError) {
    self.columns = columns
    if isFile { try output.write(ArrowEncoder.magic + [0, 0]) }
    _ = try ArrowEncoder.write(ArrowMetadata.schema(columns), &output)
  }

  mutating func encode(_ batch: RecordBatch, _ output: inout RowOutput) throws(HostError) {
    let body = ArrowBody(batch)
    let (buffers, total) = body.places
    let offset = output.count
    let metadata = ArrowMetadata.batch(
      length: Int64(batch.rowCount),
      nodes: body.nodes,
      buffers: buffers,
      bodyLength: total
    )
    let length = try ArrowEncoder.write(metadata, &output)
    try body.write(to: &output)
    if isFile {
      blocks.append(
        ArrowMetadata.Block(offset: offset, metadataLength: Int32(length), bodyLength: total)
      )
    }
    // The buffers are the batch's own.
    withExtendedLifetime(batch) {}
  }

  mutating func end(_ output: inout RowOutput) throws(HostError) {
    try output.write(ArrowEncoder.continuation + [0, 0, 0, 0])
    guard isFile else { return }
    let footer = ArrowMetadata.footer(columns, batches: blocks)
    try output.write(footer + ArrowEncoder.bytes(Int32(footer.count)) + ArrowEncoder.magic)
  }

  /// A message with its prefix, padded to eight bytes: its length.
  private static func write(
    _ metadata: [UInt8],
    _ output: inout RowOutput
  ) throws(HostError) -> Int {
    let padding = (8 - metadata.count % 8) % 8
    try output.write(continuation + bytes(Int32(metadata.count + padding)))
    try output.write(metadata + [UInt8](repeating: 0, count: padding))
    return 8 + metadata.count + padding
  }

  private static func bytes(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * Int32($0))) }
  }
}
