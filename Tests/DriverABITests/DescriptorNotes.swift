import DriverABI
import TestSupport
import Testing

/// The descriptors that a shared library holds as notes.
enum DescriptorNotes {
  /// The descriptors of all notes in the section, in order.
  ///
  /// The format is that of elf(5), "Notes (Nhdr)".
  static func read(_ library: String) async throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    try await Command.check(
      "objcopy",
      ["-O", "binary", "--only-section=.note.driver_host", library, folder.file("note")]
    )
    var rest = try folder.read("note")[...]
    var found: [[UInt8]] = []
    func word() -> Int {
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func bytes(_ count: Int) -> [UInt8] {
      defer { rest = rest.dropFirst((count + 3) & ~3) }
      return Array(rest.prefix(count))
    }
    while rest.count >= 12 {
      let (nameLength, descriptorLength, type) = (word(), word(), word())
      #expect(type == DH_NOTE_TYPE)
      #expect(bytes(nameLength) == Array("driver_host\0".utf8))
      found.append(bytes(descriptorLength))
    }
    return found
  }
}
