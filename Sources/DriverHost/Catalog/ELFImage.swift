/// The headers of a 64-bit, little-endian ELF file, and access to what they lead to.
///
/// Nothing in the file is believed: every offset and size is held against the file's own size
/// before it is used, and only what is asked for is read. The layout is that of the System V ABI,
/// "Object Files", in `elf(5)`.
struct ELFImage: ~Copyable {
  /// One program header: a part of the file, and where it is mapped.
  struct Segment: Sendable {
    let type: UInt32
    let flags: UInt32
    let offset: UInt64
    let address: UInt64
    let size: UInt64
    let alignment: UInt64
  }

  /// `PT_LOAD`, `PT_DYNAMIC`, `PT_INTERP`, `PT_NOTE`, `PT_GNU_STACK`.
  enum SegmentType {
    static let load: UInt32 = 1
    static let dynamic: UInt32 = 2
    static let interpreter: UInt32 = 3
    static let note: UInt32 = 4
    static let stack: UInt32 = 0x6474_E551
  }

  private static let headerSize = 64
  private static let segmentSize = 56
  /// Libraries have about ten; the format allows 65,535, which only a hostile file has.
  private static let segmentLimit = 256
  /// Holds the headers and, for most libraries, the notes that follow them: one read for all.
  private static let headSize: UInt64 = 4096

  private let file: OpenFile
  private let head: [UInt8]
  /// The size of the file in bytes.
  let size: UInt64
  /// `e_machine`.
  let machine: UInt16
  let segments: [Segment]

  /// Reads the headers.
  init(_ file: consuming OpenFile) throws(ELFFault) {
    let headers = try ELFImage.headers(of: file)
    self.file = file
    head = headers.head
    size = headers.size
    machine = headers.machine
    segments = headers.segments
  }

  /// Reads a part of the file that lies wholly inside it.
  func bytes(at offset: UInt64, count: UInt64, what: String) throws(ELFFault) -> [UInt8] {
    try ELFImage.bytes(of: file, head: head, size: size, at: offset, count: count, what: what)
  }

  /// Whether a part lies wholly inside the file.
  func contains(offset: UInt64, count: UInt64) -> Bool {
    offset <= size && count <= size - offset
  }

  private static func headers(
    of file: borrowing OpenFile
  ) throws(ELFFault) -> (head: [UInt8], size: UInt64, machine: UInt16, segments: [Segment]) {
    let head: [UInt8]
    let size: UInt64
    do {
      size = UInt64(file.status.size)
      head = try file.bytes(at: 0, count: Int(min(size, headSize)))
    } catch {
      throw .unreadable(error)
    }
    guard !head.isEmpty else { throw .empty }
    guard head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
    let fields = LittleEndianBytes(head)
    // EI_CLASS and EI_DATA come first: every other field depends on them.
    if head.count > 5 {
      guard head[4] == 2 else { throw .notSixtyFourBit }
      guard head[5] == 1 else { throw .otherByteOrder }
    }
    guard head.count >= headerSize, let type = fields.u16(at: 16),
      let machine = fields.u16(at: 18), let tableOffset = fields.u64(at: 32),
      let entrySize = fields.u16(at: 54), let count = fields.u16(at: 56)
    else {
      throw .truncated(what: "header", needs: UInt64(headerSize), size: size)
    }
    guard type == 3 else { throw .notSharedLibrary(typeInWords(type)) }
    guard count <= segmentLimit else { throw .tooManySegments(Int(count)) }
    // With another size the table would be read out of step.
    guard count == 0 || entrySize == segmentSize else { throw .otherSegmentSize(entrySize) }
    let table = try bytes(
      of: file,
      head: head,
      size: size,
      at: tableOffset,
      count: UInt64(count) * UInt64(segmentSize),
      what: "program header table"
    )
    return (head, size, machine, segments(in: LittleEndianBytes(table), count: Int(count)))
  }

  private static func bytes(
    of file: borrowing OpenFile,
    head: [UInt8],
    size: UInt64,
    at offset: UInt64,
    count: UInt64,
    what: String
  ) throws(ELFFault) -> [UInt8] {
    guard offset <= size, count <= size - offset else {
      let (end, overflow) = offset.addingReportingOverflow(count)
      throw .truncated(what: what, needs: overflow ? .max : end, size: size)
    }
    // Both fit an Int, since the file's size does.
    let start = Int(offset)
    let end = start + Int(count)
    if end <= head.count { return Array(head[start..<end]) }
    let bytes: [UInt8]
    do {
      bytes = try file.bytes(at: start, count: Int(count))
    } catch {
      throw .unreadable(error)
    }
    // The file may have become shorter since its size was taken.
    guard bytes.count == Int(count) else {
      throw .truncated(what: what, needs: offset + count, size: offset + UInt64(bytes.count))
    }
    return bytes
  }

  private static func segments(in table: LittleEndianBytes, count: Int) -> [Segment] {
    (0..<count).compactMap { index in
      let start = index * segmentSize
      guard let type = table.u32(at: start), let flags = table.u32(at: start + 4),
        let offset = table.u64(at: start + 8),
        let address = table.u64(at: start + 16), let size = table.u64(at: start + 32),
        let alignment = table.u64(at: start + 48)
      else { return nil }
      return Segment(
        type: type,
        flags: flags,
        offset: offset,
        address: address,
        size: size,
        alignment: alignment
      )
    }
  }

  private static func typeInWords(_ type: UInt16) -> String {
    switch type {
    case 1: "an object file"
    case 2: "a program"
    case 4: "a core dump"
    default: "an ELF file of type \(type)"
    }
  }
}
