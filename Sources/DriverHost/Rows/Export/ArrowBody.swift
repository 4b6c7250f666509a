import DriverABI

/// The buffers of one batch as the Arrow IPC format has them: those of the batch itself where they can be
/// written as they are, and copies where a column begins in the middle of its buffers.
///
/// It refers to the memory of the batch, which must outlive it.
@safe
struct ArrowBody {
  @safe
  private enum Buffer {
    case borrowed(UnsafeRawBufferPointer)
    case made([UInt8])

    var count: Int {
      switch self {
      case .borrowed(let bytes): bytes.count
      case .made(let bytes): bytes.count
      }
    }
  }

  /// Buffers begin at multiples of this, as Arrow recommends.
  private static let alignment = 64
  private static let padding = [UInt8](repeating: 0, count: alignment)

  private(set) var nodes: [ArrowMetadata.Node] = []
  private var buffers: [Buffer] = []

  /// The buffers of a batch.
  init(_ batch: RecordBatch) {
    let root = unsafe batch.array.pointee
    let length = Int(unsafe root.length)
    for (index, column) in batch.columns.enumerated() {
      guard let child = unsafe root.children?[index] else { continue }
      unsafe add(child.pointee, column.type, from: Int(unsafe root.offset), count: length)
    }
  }

  /// Where each buffer stands in the body, and how long the body is.
  var places: (buffers: [(offset: Int64, length: Int64)], total: Int64) {
    var places: [(offset: Int64, length: Int64)] = []
    var offset = 0
    for buffer in buffers {
      places.append((Int64(offset), Int64(buffer.count)))
      offset += ArrowBody.padded(buffer.count)
    }
    return (places, Int64(offset))
  }

  /// Writes the buffers with their padding.
  func write(to output: inout RowOutput) throws(HostError) {
    for buffer in buffers {
      switch buffer {
      case .borrowed(let bytes): unsafe try output.write(unsafe bytes)
      case .made(let bytes): try output.write(bytes)
      }
      let missing = ArrowBody.padded(buffer.count) - buffer.count
      if missing > 0 { try output.write(Array(ArrowBody.padding.prefix(missing))) }
    }
  }

  private static func padded(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }

  // MARK: - One array

  /// Adds `count` elements of an array, counted from `first` after its own offset.
  private mutating func add(_ array: ArrowArray, _ type: ArrowType, from first: Int, count: Int) {
    let start = first + Int(unsafe array.offset)
    if case .null = type {
      nodes.append(ArrowMetadata.Node(length: Int64(count), nullCount: Int64(count)))
      return
    }
    let validity = unsafe validity(unsafe array, start, count)
    nodes.append(
      ArrowMetadata.Node(length: Int64(count), nullCount: Int64(validity.nullCount))
    )
    buffers.append(validity.bits)
    switch type {
    case .null: break
    case .bool: unsafe buffers.append(ArrowBody.bits(array.buffers?[1], start, count))
    case .utf8, .binary: unsafe addTexts(unsafe array, Int32.self, start, count)
    case .largeUtf8, .largeBinary: unsafe addTexts(unsafe array, Int64.self, start, count)
    case .list(let item): unsafe addLists(unsafe array, item.type, Int32.self, start, count)
    case .largeList(let item): unsafe addLists(unsafe array, item.type, Int64.self, start, count)
    case .structure(let fields):
      for (index, field) in fields.enumerated() {
        guard let child = unsafe array.children?[index] else { continue }
        unsafe add(child.pointee, field.type, from: start, count: count)
      }
    case .int, .float, .decimal, .date, .time, .timestamp:
      let width = type.fixedWidth ?? 0
      unsafe addBytes(array.buffers?[1], start * width, count * width)
    }
  }

  private mutating func addBytes(_ buffer: UnsafeRawPointer?, _ start: Int, _ count: Int) {
    guard let buffer = unsafe buffer, count > 0 else {
      buffers.append(.made([]))
      return
    }
    unsafe buffers.append(.borrowed(UnsafeRawBufferPointer(start: buffer + start, count: count)))
  }

  private mutating func addTexts<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ array: ArrowArray,
    _ type: Offset.Type,
    _ start: Int,
    _ count: Int
  ) {
    let (first, last) = unsafe addOffsets(array.buffers?[1], type, start, count)
    unsafe addBytes(array.buffers?[2], first, last - first)
  }

  private mutating func addLists<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ array: ArrowArray,
    _ item: ArrowType,
    _ type: Offset.Type,
    _ start: Int,
    _ count: Int
  ) {
    let (first, last) = unsafe addOffsets(array.buffers?[1], type, start, count)
    guard let child = unsafe array.children?[0] else { return }
    unsafe add(child.pointee, item, from: first, count: last - first)
  }

  /// Adds offsets that begin with 0: the first and the last one as they were.
  ///
  /// Those that run backwards, which the check of the batch cannot see, are held to the ones before.
  private mutating func addOffsets<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: UnsafeRawPointer?,
    _ type: Offset.Type,
    _ start: Int,
    _ count: Int
  ) -> (first: Int, last: Int) {
    guard let buffer = unsafe buffer, count > 0 else {
      buffers.append(.made([UInt8](repeating: 0, count: MemoryLayout<Offset>.size)))
      return (0, 0)
    }
    let width = MemoryLayout<Offset>.size
    func offset(_ index: Int) -> Offset {
      unsafe buffer.loadUnaligned(fromByteOffset: (start + index) * width, as: Offset.self)
    }
    let (first, last) = (offset(0), offset(count))
    var bytes: [UInt8] = []
    bytes.reserveCapacity((count + 1) * width)
    var previous = first
    for index in 0...count {
      let bounded = Swift.min(Swift.max(offset(index), previous), last)
      previous = bounded
      unsafe withUnsafeBytes(of: (bounded - first).littleEndian) {
        unsafe bytes.append(contentsOf: $0)
      }
    }
    buffers.append(.made(bytes))
    return (Int(first), Int(last))
  }

  // MARK: - Bits

  private func validity(
    _ array: ArrowArray,
    _ start: Int,
    _ count: Int
  ) -> (bits: Buffer, nullCount: Int) {
    guard let bits = unsafe array.buffers?[0], unsafe array.null_count != 0, count > 0 else {
      return (.made([]), 0)
    }
    var valid = 0
    for index in start..<start + count {
      valid += Int(
        unsafe bits.load(fromByteOffset: index >> 3, as: UInt8.self) >> UInt8(index & 7) & 1
      )
    }
    if valid == count { return (.made([]), 0) }
    return unsafe (ArrowBody.bits(bits, start, count), count - valid)
  }

  /// `count` bits from a bit on, so that the first one is the lowest of the first byte.
  private static func bits(_ buffer: UnsafeRawPointer?, _ start: Int, _ count: Int) -> Buffer {
    guard let buffer = unsafe buffer, count > 0 else { return .made([]) }
    if start & 7 == 0 {
      return unsafe .borrowed(
        UnsafeRawBufferPointer(start: buffer + start / 8, count: (count + 7) / 8)
      )
    }
    var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
    for index in 0..<count {
      let place = start + index
      let bit =
        unsafe buffer.load(fromByteOffset: place >> 3, as: UInt8.self) >> UInt8(place & 7) & 1
      bytes[index >> 3] |= bit << UInt8(index & 7)
    }
    return .made(bytes)
  }
}
