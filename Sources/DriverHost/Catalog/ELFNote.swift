import DriverABI

/// What the notes of a driver's file say: its descriptor, and which build it is.
///
/// The corresponding C structure is `Elf64_Nhdr`, followed by name and descriptor.
struct ELFNote: Sendable, Hashable {
  /// The note's owner, `DH_NOTE_NAME`.
  static let name = DH_NOTE_NAME
  /// The layout of the ABI that this host takes, `DH_NOTE_TYPE`.
  static let type = DH_NOTE_TYPE
  /// The most bytes that all notes of a file may have together.
  ///
  /// A descriptor has some kilobytes, and what compilers and packagers add is less. It bounds what
  /// a hostile file makes the host read.
  static let sizeLimit: UInt64 = 1 << 20

  /// The descriptor's text, UTF-8.
  let descriptor: [UInt8]
  /// The GNU build id in hexadecimal digits; nil if the file has none.
  let buildID: String?

  /// Reads the notes of a file by its program headers.
  ///
  /// The section headers are not looked at: only what a segment holds is mapped when the library is
  /// loaded, and there it is compared with what was read here.
  init(of image: borrowing ELFImage) throws(ELFFault) {
    var scan = NoteScan()
    var total: UInt64 = 0
    for index in image.segments.indices {
      let segment = image.segments[index]
      guard segment.type == ELFImage.SegmentType.note else { continue }
      // The part that is there is looked at, so that a note which is cut off is named as such.
      guard segment.offset <= image.size else { continue }
      let size = min(segment.size, image.size - segment.offset)
      total += size
      guard total <= ELFNote.sizeLimit else {
        throw .notesTooLarge(total, limit: ELFNote.sizeLimit)
      }
      let bytes = try image.bytes(at: segment.offset, count: size, what: "notes")
      scan.add(bytes, alignment: segment.alignment == 8 ? 8 : 4)
    }
    let found = scan.descriptors.count
    guard image.machine == ELFMachine.here else {
      throw .otherArchitecture(
        built: ELFMachine.name(image.machine),
        here: ELFMachine.name(ELFMachine.here),
        isDriver: found > 0 || scan.truncated != nil
      )
    }
    if let truncated = scan.truncated {
      throw .truncatedNote(needs: truncated.needs, has: truncated.has)
    }
    guard let only = scan.descriptors.first else { throw .noNote }
    guard found == 1 else { throw .severalNotes(found) }
    guard only.type == ELFNote.type else { throw .otherRevision(only.type) }
    try ELFNote.checkMapping(of: image)
    descriptor = Array(only.text)
    buildID = scan.buildID
  }

  /// Refuses a file that ends before what is to be mapped of it does: touching the rest of such a
  /// mapping ends the process.
  private static func checkMapping(of image: borrowing ELFImage) throws(ELFFault) {
    for index in image.segments.indices {
      let segment = image.segments[index]
      if segment.type == ELFImage.SegmentType.load,
        !image.contains(offset: segment.offset, count: segment.size)
      {
        let (end, overflow) = segment.offset.addingReportingOverflow(segment.size)
        throw .cutOff(needs: overflow ? .max : end, size: image.size)
      }
    }
  }

  /// Reads the notes of a file.
  static func read(_ file: consuming OpenFile) throws(ELFFault) -> ELFNote {
    try ELFNote(of: ELFImage(file))
  }

  /// A note's type in words: "draft 1", "revision 1".
  static func revisionInWords(_ type: UInt32) -> String {
    isDraft(type) ? "draft \(type & ~draftBit)" : "revision \(type)"
  }

  /// Whether a note's type is that of a draft: the top bit is set, and the rest is its number.
  static func isDraft(_ type: UInt32) -> Bool { type & draftBit != 0 }

  private static let draftBit: UInt32 = 0x8000_0000
}

/// A walk over the notes of one image, from a file or from memory.
struct NoteScan {
  private(set) var descriptors: [(type: UInt32, text: ArraySlice<UInt8>)] = []
  private(set) var buildID: String?
  /// Set when one of our notes announces more bytes than there are.
  private(set) var truncated: (needs: UInt64, has: UInt64)?

  private static let headerSize = 12
  private static let driverName = Array(ELFNote.name.utf8) + [0]
  private static let gnuName = Array("GNU".utf8) + [0]
  /// `NT_GNU_BUILD_ID`.
  private static let buildIDType: UInt32 = 3
  /// Build ids have 8 to 32 bytes.
  private static let buildIDLimit = 64

  /// Takes in one note segment.
  mutating func add(_ bytes: [UInt8], alignment: Int) {
    let fields = LittleEndianBytes(bytes)
    var offset = 0
    while let nameSize = fields.u32(at: offset), let size = fields.u32(at: offset + 4),
      let type = fields.u32(at: offset + 8)
    {
      let nameStart = offset + NoteScan.headerSize
      guard Int(nameSize) <= bytes.count - nameStart else { return }
      let name = bytes[nameStart..<nameStart + Int(nameSize)]
      // The padding of the last note may be missing.
      let start = min(NoteScan.aligned(nameStart + Int(nameSize), to: alignment), bytes.count)
      let has = bytes.count - start
      guard Int(size) <= has else {
        if name.elementsEqual(NoteScan.driverName) { truncated = (UInt64(size), UInt64(has)) }
        return
      }
      let content = bytes[start..<start + Int(size)]
      if name.elementsEqual(NoteScan.driverName) {
        descriptors.append((type, content))
      } else if type == NoteScan.buildIDType, name.elementsEqual(NoteScan.gnuName),
        content.count <= NoteScan.buildIDLimit
      {
        buildID = NoteScan.hexadecimal(content)
      }
      offset = NoteScan.aligned(start + Int(size), to: alignment)
    }
  }

  private static func aligned(_ offset: Int, to alignment: Int) -> Int {
    (offset + alignment - 1) & ~(alignment - 1)
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
