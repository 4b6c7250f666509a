/// The metadata of the Arrow IPC format, as FlatBuffers.
///
/// Names and numbers are those of Message.fbs, Schema.fbs and File.fbs of Arrow's format, version 5:
/// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
enum ArrowMetadata {
  /// Where one message of a file stands.
  struct Block {
    var offset: Int64
    var metadataLength: Int32
    var bodyLength: Int64
  }

  /// A part of a batch: how many elements an array has, and how many of them are null.
  struct Node {
    var length: Int64
    var nullCount: Int64
  }

  private static let version: Int16 = 4

  /// The message that begins a stream.
  static func schema(_ columns: [ArrowField]) -> [UInt8] {
    var builder = FlatBufferBuilder()
    let schema = schema(columns, &builder)
    return message(header: 1, schema, bodyLength: 0, &builder)
  }

  /// The message before the body of a batch.
  static func batch(
    length: Int64,
    nodes: [Node],
    buffers: [(offset: Int64, length: Int64)],
    bodyLength: Int64
  ) -> [UInt8] {
    var builder = FlatBufferBuilder()
    let nodePlace = builder.vector(structs: nodes.map { [$0.length, $0.nullCount] })
    let bufferPlace = builder.vector(structs: buffers.map { [$0.offset, $0.length] })
    let batch = builder.table([
      .long(0, length), .reference(1, nodePlace), .reference(2, bufferPlace),
    ])
    return message(header: 3, batch, bodyLength: bodyLength, &builder)
  }

  /// What stands at the end of a file.
  static func footer(_ columns: [ArrowField], batches: [Block]) -> [UInt8] {
    var builder = FlatBufferBuilder()
    let schema = schema(columns, &builder)
    // A block is two 64-bit integers with a 32-bit one and its padding between them.
    let blocks = builder.vector(
      structs: batches.map { [$0.offset, Int64($0.metadataLength), $0.bodyLength] }
    )
    let dictionaries = builder.vector(structs: [])
    let footer = builder.table([
      .reference(1, schema), .reference(2, dictionaries), .reference(3, blocks),
      .short(0, version),
    ])
    return builder.finish(footer)
  }

  private static func message(
    header kind: UInt8,
    _ header: Int,
    bodyLength: Int64,
    _ builder: inout FlatBufferBuilder
  ) -> [UInt8] {
    let message = builder.table([
      .long(3, bodyLength), .reference(2, header), .short(0, version), .byte(1, kind),
    ])
    return builder.finish(message)
  }

  private static func schema(_ columns: [ArrowField], _ builder: inout FlatBufferBuilder) -> Int {
    let fields = builder.vector(references: columns.map { field($0, &builder) })
    // Little-endian, which is 0.
    return builder.table([.reference(1, fields), .short(0, 0)])
  }

  private static func field(_ field: ArrowField, _ builder: inout FlatBufferBuilder) -> Int {
    let children = builder.vector(
      references: field.type.layout.children.map { self.field($0, &builder) }
    )
    let name = builder.string(field.name)
    let (kind, type) = self.type(field.type, &builder)
    return builder.table([
      .reference(0, name), .reference(3, type), .reference(5, children), .byte(2, kind),
      .byte(1, field.isNullable ? 1 : 0),
    ])
  }

  /// The number of a type in the union `Type`, and its table.
  private static func type(
    _ type: ArrowType,
    _ builder: inout FlatBufferBuilder
  ) -> (kind: UInt8, place: Int) {
    switch type {
    case .null: return (1, builder.table([]))
    case .int(let bits, let isSigned):
      return (2, builder.table([.int(0, Int32(bits)), .byte(1, isSigned ? 1 : 0)]))
    case .float(let bits):
      return (3, builder.table([.short(0, bits == 16 ? 0 : bits == 32 ? 1 : 2)]))
    case .binary: return (4, builder.table([]))
    case .utf8: return (5, builder.table([]))
    case .bool: return (6, builder.table([]))
    case .decimal(let precision, let scale, let bits):
      return (
        7, builder.table([.int(0, Int32(precision)), .int(1, Int32(scale)), .int(2, Int32(bits))])
      )
    case .date(let isMilliseconds): return (8, builder.table([.short(0, isMilliseconds ? 1 : 0)]))
    case .time(let unit):
      let bits: Int32 = unit == .second || unit == .millisecond ? 32 : 64
      return (9, builder.table([.int(1, bits), .short(0, Int16(unit.rawValue))]))
    case .timestamp(let unit, let zone):
      let zone = zone.map { builder.string($0) }
      var members: [FlatBufferBuilder.Member] = [.short(0, Int16(unit.rawValue))]
      if let zone { members.insert(.reference(1, zone), at: 0) }
      return (10, builder.table(members))
    case .list: return (12, builder.table([]))
    case .structure: return (13, builder.table([]))
    case .largeBinary: return (19, builder.table([]))
    case .largeUtf8: return (20, builder.table([]))
    case .largeList: return (21, builder.table([]))
    }
  }
}
