/// What a shared library asks of the loader and shows to others: its dynamic section.
///
/// The layout is in `elf(5)`. Addresses in the section are those of the mapped image; the segments
/// say where that is in the file.
struct ELFDynamic: Sendable {
  /// The libraries that it needs (`DT_NEEDED`).
  private(set) var needed: [String] = []
  /// Where it has the loader look for them (`DT_RPATH`, `DT_RUNPATH`), taken apart at the colons.
  ///
  /// An empty part is the current folder.
  private(set) var searchPaths: [String] = []
  /// The symbols that it exports, sorted.
  private(set) var exports: [String] = []
  /// The symbols that it takes from other libraries, sorted.
  private(set) var imports: [String] = []

  /// Whether the loader has to write into its code (`DT_TEXTREL`).
  private(set) var hasTextRelocations = false

  /// Sections beyond this are taken for damage: real ones have some kilobytes, string tables of
  /// large C++ libraries some megabytes.
  private static let sizeLimit: UInt64 = 64 << 20

  /// How many bytes of names have been read so far.
  private var namesSize: UInt64 = 0

  /// A chain holds what has one hash modulo the number of buckets: a few symbols.
  private static let chainLimit = 1 << 16

  private enum Tag {
    static let needed: UInt64 = 1
    static let stringTable: UInt64 = 5
    static let symbolTable: UInt64 = 6
    static let stringTableSize: UInt64 = 10
    static let rpath: UInt64 = 15
    static let textRelocations: UInt64 = 22
    static let runpath: UInt64 = 29
    static let flags: UInt64 = 30
    /// In `flags`.
    static let textFlag: UInt64 = 4
    static let gnuHash: UInt64 = 0x6FFF_FEF5
    static let hash: UInt64 = 4
  }

  /// Reads the dynamic section of a library; all is empty if it has none.
  init(of image: borrowing ELFImage) throws(ELFFault) {
    guard let segment = image.segments.first(where: { $0.type == ELFImage.SegmentType.dynamic })
    else { return }
    let section = LittleEndianBytes(
      try ELFDynamic.bytes(
        of: image,
        at: segment.offset,
        count: segment.size,
        what: "dynamic section"
      )
    )
    var entries: [(tag: UInt64, value: UInt64)] = []
    var offset = 0
    while let tag = section.u64(at: offset), let value = section.u64(at: offset + 8), tag != 0 {
      entries.append((tag, value))
      offset += 16
    }
    hasTextRelocations = entries.contains {
      $0.tag == Tag.textRelocations || $0.tag == Tag.flags && $0.value & Tag.textFlag != 0
    }
    func first(_ tag: UInt64) -> UInt64? { entries.first { $0.tag == tag }?.value }
    guard let stringsAt = first(Tag.stringTable), let stringsSize = first(Tag.stringTableSize)
    else { return }
    let strings = LittleEndianBytes(
      try ELFDynamic.bytes(
        of: image,
        at: ELFDynamic.offset(of: stringsAt, in: image),
        count: stringsSize,
        what: "string table"
      )
    )
    for entry in entries {
      guard [Tag.needed, Tag.rpath, Tag.runpath].contains(entry.tag), entry.value < stringsSize,
        let text = try name(at: Int(entry.value), in: strings)
      else { continue }
      switch entry.tag {
      case Tag.needed: needed.append(text)
      default:
        // The loader passes over a list that is empty as a whole.
        guard !text.isEmpty else { continue }
        searchPaths += text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      }
    }
    guard let symbolsAt = first(Tag.symbolTable) else { return }
    let symbolCount: Int
    if let table = first(Tag.gnuHash) {
      symbolCount = try ELFDynamic.symbolCount(gnuHash: table, of: image)
    } else if let table = first(Tag.hash) {
      symbolCount = try ELFDynamic.symbolCount(hash: table, of: image)
    } else {
      return
    }
    try readSymbols(of: image, at: symbolsAt, count: symbolCount, strings)
  }

  /// Reads a name; nil if there is none, or it is not UTF-8.
  ///
  /// Names may lie inside each other, so that each symbol of a small file could have a large name:
  /// what is read of all together has a limit.
  private mutating func name(
    at offset: Int,
    in strings: LittleEndianBytes
  ) throws(ELFFault) -> String? {
    let end = strings.textRange(at: offset)?.upperBound ?? strings.bytes.count
    namesSize += UInt64(max(0, end - offset))
    guard namesSize <= ELFDynamic.sizeLimit else {
      throw .namesTooLarge(limit: ELFDynamic.sizeLimit)
    }
    return strings.text(at: offset)
  }

  /// Size of an `Elf64_Sym`.
  private static let symbolSize = 24

  private mutating func readSymbols(
    of image: borrowing ELFImage,
    at address: UInt64,
    count: Int,
    _ strings: LittleEndianBytes
  ) throws(ELFFault) {
    let table = LittleEndianBytes(
      try ELFDynamic.bytes(
        of: image,
        at: ELFDynamic.offset(of: address, in: image),
        count: UInt64(count * ELFDynamic.symbolSize),
        what: "symbol table"
      )
    )
    for index in 0..<count {
      let at = index * ELFDynamic.symbolSize
      guard let name = table.u32(at: at), let info = table.integer(UInt8.self, at: at + 4),
        let other = table.integer(UInt8.self, at: at + 5), let section = table.u16(at: at + 6)
      else { continue }
      // STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE; STV_DEFAULT and STV_PROTECTED, whose own library
      // alone cannot be given another's symbol; SHN_UNDEF is an import.
      let isShown =
        [1, 2, 10].contains(info >> 4) && [0, 3].contains(other & 3) && section != 0
      guard isShown || section == 0, let text = try self.name(at: Int(name), in: strings) else {
        continue
      }
      if isShown { exports.append(text) } else if !text.isEmpty { imports.append(text) }
    }
    exports.sort()
    imports.sort()
  }

  /// The number of symbols after the old hash table: its second word.
  private static func symbolCount(
    hash address: UInt64,
    of image: borrowing ELFImage
  ) throws(ELFFault) -> Int {
    let offset = try offset(of: address, in: image)
    let header = LittleEndianBytes(try bytes(of: image, at: offset, count: 8, what: "hash table"))
    return try checked(Int(header.u32(at: 4) ?? 0), image)
  }

  /// The number of symbols after the GNU hash table: the end of the last chain.
  private static func symbolCount(
    gnuHash address: UInt64,
    of image: borrowing ELFImage
  ) throws(ELFFault) -> Int {
    let start = try offset(of: address, in: image)
    let header = LittleEndianBytes(try bytes(of: image, at: start, count: 16, what: "hash table"))
    let bucketCount = UInt64(header.u32(at: 0) ?? 0)
    let firstSymbol = Int(header.u32(at: 4) ?? 0)
    let bucketsAt = start + 16 + 8 * UInt64(header.u32(at: 8) ?? 0)
    let buckets = LittleEndianBytes(
      try bytes(of: image, at: bucketsAt, count: 4 * bucketCount, what: "hash table")
    )
    let last = (0..<Int(bucketCount)).reduce(0) { max($0, Int(buckets.u32(at: 4 * $1) ?? 0)) }
    // No bucket is filled: nothing is exported, and what is before the first one is imported.
    guard last >= firstSymbol, last > 0 else { return try checked(firstSymbol, image) }
    let chainsAt = bucketsAt + 4 * bucketCount
    for symbol in last..<last + chainLimit {
      let word = LittleEndianBytes(
        try bytes(
          of: image,
          at: chainsAt + 4 * UInt64(symbol - firstSymbol),
          count: 4,
          what: "hash table"
        )
      )
      // The lowest bit of a chain's last word is set.
      if (word.u32(at: 0) ?? 1) & 1 == 1 { return try checked(symbol + 1, image) }
    }
    throw .truncated(what: "hash table", needs: chainsAt, size: image.size)
  }

  /// A number of symbols that the file has room for.
  private static func checked(
    _ count: Int,
    _ image: borrowing ELFImage
  ) throws(ELFFault) -> Int {
    let size = UInt64(count) * UInt64(symbolSize)
    guard size <= image.size else {
      throw .truncated(what: "symbol table", needs: size, size: image.size)
    }
    return count
  }

  /// Where in the file an address of the mapped image comes from.
  private static func offset(
    of address: UInt64,
    in image: borrowing ELFImage
  ) throws(ELFFault) -> UInt64 {
    for index in image.segments.indices {
      let segment = image.segments[index]
      if segment.type == ELFImage.SegmentType.load, address >= segment.address,
        address - segment.address < segment.size
      {
        let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
        if !overflow { return offset }
      }
    }
    throw .truncated(what: "dynamic section", needs: address, size: image.size)
  }

  private static func bytes(
    of image: borrowing ELFImage,
    at offset: UInt64,
    count: UInt64,
    what: String
  ) throws(ELFFault) -> [UInt8] {
    guard count <= sizeLimit else { throw .truncated(what: what, needs: count, size: image.size) }
    return try image.bytes(at: offset, count: count, what: what)
  }
}
