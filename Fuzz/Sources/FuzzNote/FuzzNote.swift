import DriverABI
@testable import DriverHost
import FuzzSupport

/// The file that every run writes anew.
private let file = MemoryFile()

/// Gives any bytes as a driver's file to what reads it before it is loaded.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = input(start, count)
  file.write(bytes)
  var descriptor: [UInt8] = []
  do {
    let note = try ELFNote.read(file.opened())
    checkNote(note, in: bytes)
    descriptor = note.descriptor
  } catch {
    checkReason(error)
  }
  do {
    let image = try ELFImage(file.opened())
    checkDynamic(try ELFDynamic(of: image), in: bytes)
    for fault in try DriverInspection.linkFaults(of: image) {
      require(!fault.rule.isEmpty && !fault.text.isEmpty, "a fault without a rule")
    }
  } catch {
    checkReason(error)
  }
  if !descriptor.isEmpty { PlantedFault.check(descriptor) }
  return 0
}

/// What was read stands in the file as a note of ours, and all that is mapped of it is there.
private func checkNote(_ note: ELFNote, in bytes: [UInt8]) {
  let name = Array(DH_NOTE_NAME.utf8) + [0]
  let padded = name + [UInt8](repeating: 0, count: -name.count & 3)
  require(padded.count == name.count, "the name of our note needs padding: look after that here")
  let whole =
    littleEndian(UInt32(name.count)) + littleEndian(UInt32(note.descriptor.count))
    + littleEndian(DH_NOTE_TYPE) + name + note.descriptor
  require(holds(bytes, whole), "no such note stands in the file")
  let fields = LittleEndianBytes(bytes)
  guard let table = fields.u64(at: 32), let count = fields.u16(at: 56) else {
    fatalError("a file without a header was taken")
  }
  for index in 0..<Int(count) {
    let header = Int(table) + 56 * index
    guard let type = fields.u32(at: header), let offset = fields.u64(at: header + 8),
      let size = fields.u64(at: header + 32)
    else { fatalError("a file was taken whose program headers are cut off") }
    let (end, overflow) = offset.addingReportingOverflow(size)
    require(
      type != ELFImage.SegmentType.load || !overflow && end <= bytes.count,
      "a file was taken that ends before what is mapped of it"
    )
  }
  if let id = note.buildID {
    require(id.utf8.count <= 128 && id.allSatisfy(\.isHexDigit), "a build id that is none: \(id)")
  }
}

/// Every text that was read stands in the file.
private func checkDynamic(_ dynamic: ELFDynamic, in bytes: [UInt8]) {
  for text in dynamic.needed.prefix(8) + dynamic.exports.prefix(8) {
    require(holds(bytes, Array(text.utf8) + [0]), "`\(text)` does not stand in the file")
  }
  require(dynamic.exports == dynamic.exports.sorted(), "the exports are not sorted")
}

/// Whatever is refused has a reason for a person.
private func checkReason(_ error: any Error) {
  require(error is ELFFault, "\(error) is no fault of the file")
  require(!"\(error)".isEmpty, "refused without a reason")
}

private func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool { bytes.firstRange(of: part) != nil }

private func littleEndian(_ number: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
