import FileKit
import Testing

@testable import FTPDriver

@Suite("A line like those of dir")
struct DOSListLineTests {
  private func file(_ line: String, offset: Int = 0) throws -> ListedFile {
    try DOSListLine.file(
      Array(line.utf8)[...],
      ListingClock(now: Listings.now, offset: offset)
    )
  }

  private func name(_ file: ListedFile) -> String { String(decoding: file.name, as: UTF8.self) }

  @Test(
    "has size, time and name",
    arguments: [
      ("11-27-24  08:34AM                12345 a b.txt", 12345, "a b.txt", 8),
      ("11-27-24  08:34PM       <DIR>          folder", nil, "folder", 20),
      ("11-27-2024  20:34            1,234,567 name", 1_234_567, "name", 20),
      ("11/27/2024  08:34 PM    <DIR>          folder", nil, "folder", 20),
      ("27.11.2024  20:34             1.234 name", 1234, "name", 20),
      ("2024-11-27  08:34    <DIR>          folder", nil, "folder", 8),
      ("11-27-24  12:34AM                    0  name ", 0, " name ", 0),
      ("11-27-24  12:34PM       <DIR>            folder", nil, "  folder", 12),
      ("11-27-24  08:34AM       <DIR> x", nil, "x", 8),
    ] as [(String, Int64?, String, Int)]
  )
  func lines(line: String, size: Int64?, name: String, hour: Int) throws {
    let file = try file(line)
    #expect(file.size == size && self.name(file) == name)
    #expect(file.kind == (size == nil ? .directory : .file))
    let time = FileTime(year: 2024, month: 11, day: 27, hour: hour, minute: 34, exactness: .minute)
    #expect(file.modified == time)
  }

  @Test("has years of two digits from 1970 to 2069, and the time zone that is told")
  func years() throws {
    let old = try file("01-01-70  12:00AM 1 n", offset: -60)
    #expect(old.modified?.seconds == 3600)
    let new = try file("01-01-69  12:00AM 1 n")
    #expect(new.modified == FileTime(year: 2069, month: 1, day: 1, exactness: .minute))
    // A day that is none spoils the time alone.
    let none = try file("02-30-24  12:00AM 1 n")
    #expect(none.modified == nil && name(none) == "n")
  }

  @Test("tells where junctions and links lead to")
  func links() throws {
    for (end, linkName, target) in [
      ("<JUNCTION>     All Users [C:\\ProgramData]", "All Users", "C:\\ProgramData"),
      ("<SYMLINKD>     a [b] [\\\\x\\y z]", "a [b]", "\\\\x\\y z"),
      ("<SYMLINK>      f", "f", nil), ("<SYMLINK>      [x]", "[x]", nil),
      ("<SYMLINK>      f []", "f", nil),
    ] as [(String, String, String?)] {
      let file = try file("11-27-24  08:34AM    \(end)")
      #expect(file.kind == .symlink && name(file) == linkName, "\(end)")
      #expect(file.linkTarget == target.map { Array($0.utf8) }, "\(end)")
    }
  }

  @Test(
    "is none where something is missing",
    arguments: [
      "", "11-27-24", "11-27-24  08:34AM", "11-27-24 08:34AM name", "11-27-24 08:34AM <XYZ> name",
      "11-27 08:34AM 1 name", "11-27-24 8AM 1 name", "11-27-24 13:34PM 1 name",
      "11-27-24 08:60 1 name", "1-2-3-4 08:34 1 name", "11-27-024 08:34 1 name",
      "11-27-24 08:34AM PM 1 name", "Nov-27-24 08:34 1 name",
    ]
  )
  func missing(line: String) {
    #expect(throws: ListingFault.Reason.form) { try file(line) }
  }

  @Test("has a name", arguments: ["<DIR>", "<DIR>          ", "5", "5 "])
  func noName(end: String) {
    #expect(throws: ListingFault.Reason.noName) { try file("11-27-24 08:34AM \(end)") }
  }
}
