/// What a shared library asks of the loader: the libraries that it needs, and where it says they are.
///
/// Read from the file, without loading it: that would run its code, and fails just where this is to say why. Nothing
/// in the file is believed. The layout is in `elf(5)`.
struct LibraryNeeds: Hashable, Sendable {
  /// `DT_NEEDED`, in order.
  private(set) var needed: [String] = []
  /// `DT_RPATH`, taken apart at the colons; the libraries that it needs are looked for there too.
  private(set) var rpath: [String] = []
  /// `DT_RUNPATH`, taken apart at the colons; nil: it has none.
  private(set) var runpath: [String]?
  /// Whether its string table has the name of a function that every driver has; false where nobody has asked.
  private(set) var namesDriverFunction = false

  private static let headerSize = 64
  private static let segmentSize = 56
  /// Libraries have about ten segments, and about forty entries.
  private static let segmentLimit = 256
  private static let dynamicLimit = 1 << 16
  /// No path is longer, and few lists of paths are.
  private static let nameLimit = 1 << 14
  private static let stringsLimit = 1 << 26
  /// Drivers of ODBC 2 and before have the second.
  private static let driverFunctions = ["SQLAllocHandle", "SQLAllocEnv"]

  private struct Segment {
    let type: UInt32
    let offset: UInt64
    let address: UInt64
    let size: UInt64
  }

  /// Reads a library.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - looksForFunctions: Whether `namesDriverFunction` is wanted, for which all names are read.
  /// - Throws: Why the loader does not take it.
  init(of path: String, looksForFunctions: Bool = false) throws(LibraryFault) {
    let file = try LibraryFile(path)
    let segments = try LibraryNeeds.segments(of: file)
    guard let dynamic = segments.first(where: { $0.type == 2 }) else { return }
    guard dynamic.size <= LibraryNeeds.dynamicLimit else { throw .damaged }
    let section = LittleEndianBytes(
      try LibraryNeeds.bytes(of: file, at: dynamic.offset, count: Int(dynamic.size))
    )
    var entries: [(tag: UInt64, value: UInt64)] = []
    while let tag = section.u64(at: 16 * entries.count),
      let value = section.u64(at: 16 * entries.count + 8), tag != 0
    {
      entries.append((tag, value))
    }
    guard let strings = entries.first(where: { $0.tag == 5 })?.value else { return }
    for entry in entries where [1, 15, 29].contains(entry.tag) {
      let name = try LibraryNeeds.name(entry.value, strings, segments, file)
      switch entry.tag {
      case 1: needed.append(name)
      case 15: rpath = LibraryNeeds.folders(name)
      default: runpath = LibraryNeeds.folders(name)
      }
    }
    if looksForFunctions, let size = entries.first(where: { $0.tag == 10 })?.value {
      namesDriverFunction = try LibraryNeeds.names(strings, size, segments, file)
    }
    // The loader does not look at the older kind where there is the newer one.
    if runpath != nil { rpath = [] }
  }

  /// The parts of a list of folders; an empty list is none, an empty part the current folder.
  private static func folders(_ list: String) -> [String] {
    list.isEmpty
      ? []
      : list.split(separator: ":", omittingEmptySubsequences: false).map {
        $0.isEmpty ? "." : String($0)
      }
  }

  /// Whether a string table has the name of a driver's function.
  private static func names(
    _ strings: UInt64,
    _ size: UInt64,
    _ segments: [Segment],
    _ file: borrowing LibraryFile
  ) throws(LibraryFault) -> Bool {
    guard size <= stringsLimit else { throw .damaged }
    let offset = try offset(of: strings, segments, file)
    let table = try file.bytes(at: offset, count: Int(size))
    return driverFunctions.contains { name in
      let wanted = [0] + Array(name.utf8) + [0]
      return table.firstRange(of: wanted) != nil
    }
  }

  /// Where an address of the mapped image stands in the file.
  private static func offset(
    of address: UInt64,
    _ segments: [Segment],
    _ file: borrowing LibraryFile
  ) throws(LibraryFault) -> Int {
    guard
      let segment = segments.first(where: {
        $0.type == 1 && address >= $0.address && address - $0.address < $0.size
      })
    else { throw .damaged }
    let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
    guard !overflow, offset <= UInt64(file.size) else { throw .damaged }
    return Int(offset)
  }

  /// A name in the string table at an address of the mapped image.
  private static func name(
    _ index: UInt64,
    _ strings: UInt64,
    _ segments: [Segment],
    _ file: borrowing LibraryFile
  ) throws(LibraryFault) -> String {
    let (address, overflows) = strings.addingReportingOverflow(index)
    guard !overflows else { throw .damaged }
    let offset = try offset(of: address, segments, file)
    let bytes = LittleEndianBytes(try file.bytes(at: offset, count: nameLimit))
    guard let name = bytes.text(at: 0) else { throw .damaged }
    return name
  }

  private static func segments(
    of file: borrowing LibraryFile
  ) throws(LibraryFault) -> [Segment] {
    let head = LittleEndianBytes(try file.bytes(at: 0, count: headerSize))
    guard head.bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
    guard head.bytes.count == headerSize else { throw .damaged }
    // EI_CLASS and EI_DATA: 64-bit, least significant byte first, as this program is.
    guard head.bytes[4] == 2, head.bytes[5] == 1, head.u16(at: 18) == Architecture.machine else {
      throw .otherArchitecture
    }
    guard head.u16(at: 16) == 3 else { throw .notShared }
    guard let table = head.u64(at: 32), let size = head.u16(at: 54), let count = head.u16(at: 56),
      count <= segmentLimit, count == 0 || Int(size) == segmentSize
    else { throw .damaged }
    let bytes = LittleEndianBytes(
      try bytes(of: file, at: table, count: Int(count) * segmentSize)
    )
    return (0..<Int(count)).compactMap { index in
      let start = index * segmentSize
      guard let type = bytes.u32(at: start), let offset = bytes.u64(at: start + 8),
        let address = bytes.u64(at: start + 16), let size = bytes.u64(at: start + 32)
      else { return nil }
      return Segment(type: type, offset: offset, address: address, size: size)
    }
  }

  /// A part of the file that lies wholly inside it.
  private static func bytes(
    of file: borrowing LibraryFile,
    at offset: UInt64,
    count: Int
  ) throws(LibraryFault) -> [UInt8] {
    guard offset <= UInt64(file.size), count <= file.size - Int(offset) else { throw .damaged }
    let bytes = try file.bytes(at: Int(offset), count: count)
    guard bytes.count == count else { throw .damaged }
    return bytes
  }
}
