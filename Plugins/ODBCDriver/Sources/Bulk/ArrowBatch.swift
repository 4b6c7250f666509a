/// The records of one batch, of which nothing has been copied yet.
struct ArrowBatch: Sendable {
  /// How many records there are.
  let count: Int
  /// One for each column.
  let arrays: [ArrowArray]
  /// How many bytes the longest value has in each column that may have more values than bytes for them; else 0.
  let longest: [Int]
  /// How many bytes all values have together that are found by views.
  let viewedBytes: Int

  /// How many bytes it has come in.
  let size: Int

  /// More records than that may not be claimed by a batch without any bytes for them.
  static let emptyLimit = 1 << 20

  /// A batch.
  ///
  /// - Parameters:
  ///   - table: The table `RecordBatch`.
  ///   - body: The bytes behind it.
  ///   - fields: The columns, as the schema has them.
  ///   - limit: How many records there may be without any bytes for them.
  /// - Throws: Where it is damaged, or compressed.
  init(
    _ table: FlatBufferTable,
    body: ArraySlice<UInt8>,
    of fields: [ArrowField],
    limit: Int = ArrowBatch.emptyLimit
  ) throws(ArrowFault) {
    guard !table.has(3) else {
      throw ArrowFault(
        "the batches are compressed: write them uncompressed, which is compression=None in pyarrow and compression=\"uncompressed\" in polars"
      )
    }
    let length = try table.integer(0, else: Int64(0))
    // Values take a bit at least, where they take anything.
    guard 0...Int64(max(8 * body.count, limit)) ~= length, length <= Int32.max else {
      throw ArrowFault("a batch says that it has \(length) records, and has no bytes for them")
    }
    count = Int(length)
    size = body.count
    var parts = try ArrowBatchParts(table, body: body, count: count)
    var arrays: [ArrowArray] = []
    var longest: [Int] = []
    var viewedBytes = 0
    for field in fields {
      let array = try parts.array(field)
      arrays.append(array)
      switch array.type {
      case .text(.views), .bytes(.views):
        let sizes = try array.checkViews()
        longest.append(sizes.longest)
        viewedBytes += sizes.all
      default: longest.append(0)
      }
    }
    self.arrays = arrays
    self.longest = longest
    self.viewedBytes = viewedBytes
  }
}

/// A walk over what a batch says about its columns: they have no names there, only an order.
private struct ArrowBatchParts {
  private let nodes: FlatBufferVector
  private let buffers: FlatBufferVector
  private let viewBuffers: FlatBufferVector
  private let body: ArraySlice<UInt8>
  private let count: Int
  private var nextNode = 0
  private var nextBuffer = 0
  private var nextView = 0
  /// How many bytes of the body no buffer has had so far.
  private var free: Int

  init(
    _ table: FlatBufferTable,
    body: ArraySlice<UInt8>,
    count: Int
  ) throws(ArrowFault) {
    nodes = try table.vector(1, of: 16)
    buffers = try table.vector(2, of: 16)
    viewBuffers = try table.vector(4, of: 8)
    self.body = body
    self.count = count
    free = body.count
  }

  mutating func array(_ field: ArrowField) throws(ArrowFault) -> ArrowArray {
    guard try nodes.long(nextNode) == count else {
      throw fault("has another count of values than the batch", field)
    }
    let nulls = try nodes.long(nextNode, at: 8)
    nextNode += 1
    let type = field.dictionary?.places ?? field.type
    var validity: Range<Int>?
    var parts: [Range<Int>] = []
    if type != .null {
      let bits = try buffer(field)
      if nulls != 0 { validity = try checked(bits, (count + 7) / 8, field) }
      parts.append(try checked(buffer(field), size(of: type), field))
      switch type {
      case .text(.small), .text(.large), .bytes(.small), .bytes(.large):
        parts.append(try buffer(field))
      case .text(.views), .bytes(.views):
        let more = try viewBuffers.long(nextView)
        nextView += 1
        // One that is not there is a fault by itself, so that the count needs no limit.
        for _ in 0..<max(0, more) { parts.append(try buffer(field)) }
      default: break
      }
    }
    return ArrowArray(
      name: field.name,
      type: type,
      count: count,
      body: body,
      validity: validity,
      buffers: parts
    )
  }

  /// How many bytes the first buffer behind the validity has at least.
  private func size(of type: ArrowType) -> Int {
    guard let width = type.width else { return (count + 7) / 8 }
    switch type {
    case .text(.small), .text(.large), .bytes(.small), .bytes(.large):
      // One more offset than values, or none at all.
      return count == 0 ? 0 : (count + 1) * width
    default: return count * width
    }
  }

  /// The next buffer.
  private mutating func buffer(_ field: ArrowField) throws(ArrowFault) -> Range<Int> {
    let offset = try buffers.long(nextBuffer)
    let length = try buffers.long(nextBuffer, at: 8)
    nextBuffer += 1
    // Two buffers of the same bytes would let a small body fill a large memory; nobody writes that.
    guard 0...Int64(free) ~= length, 0...Int64(body.count) - length ~= offset else {
      throw fault("refers to bytes that are not there", field)
    }
    free -= Int(length)
    return Int(offset)..<Int(offset + length)
  }

  private func checked(
    _ buffer: Range<Int>,
    _ size: Int,
    _ field: ArrowField
  ) throws(ArrowFault) -> Range<Int> {
    guard buffer.count >= size else { throw fault("has fewer bytes than values", field) }
    return buffer
  }

  private func fault(_ text: String, _ field: ArrowField) -> ArrowFault {
    ArrowFault("the column `\(field.name)` \(text)")
  }
}
