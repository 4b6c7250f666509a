import FileKit
import Testing

@testable import FTPDriver

@Suite("A line of MLSD")
struct MLSTLineTests {
  private func file(_ line: String) throws -> ListedFile {
    try MLSTLine.file(Array(line.utf8)[...])
  }

  private func name(_ file: ListedFile) -> String { String(decoding: file.name, as: UTF8.self) }

  @Test("tells all that is known of a file")
  func all() throws {
    let line =
      "Modify=20241127083412;Perm=AdfRw;SIZE=4294967296;Type=FILE;Unique=801U3;UNIX.group=100;"
      + "UNIX.groupname=users;UNIX.mode=0104755;UNIX.owner=1000;UNIX.ownername=ann;x.hash=a=b; n"
    let file = try file(line)
    #expect(file.kind == .file && file.size == 4_294_967_296 && name(file) == "n")
    #expect(file.modified == FileTime(seconds: 1_732_696_452))
    #expect(file.permissions == 0o4755 && file.rights == "adfrw")
    #expect(file.owner == Array("ann".utf8) && file.group == Array("users".utf8))
    let numbers = try self.file("type=file;UNIX.owner=1000;UNIX.group=100;UNIX.ownername=; n")
    #expect(numbers.owner == Array("1000".utf8) && numbers.group == Array("100".utf8))
  }

  @Test(
    "has all kinds of files",
    arguments: [
      ("type=file;", .file, nil), ("type=dir;", .directory, nil), ("Type=DIR;", .directory, nil),
      ("type=OS.unix=slink:/a/b;", .symlink, "/a/b"),
      ("type=OS.unix=slink:/a b c;", .symlink, "/a b c"),
      ("type=OS.UNIX=slink;", .symlink, nil), ("type=OS.unix=slink:;", .symlink, nil),
      ("type=OS.unix=symlink;", .symlink, nil), ("type=OS.unix=chr-13/29;", .other, nil),
      ("type=OS.unix=socket;", .other, nil), ("size=1;", .other, nil),
      ("sizd=4096;", .directory, nil),
    ] as [(String, FileEntry.Kind, String?)]
  )
  func kinds(facts: String, kind: FileEntry.Kind, target: String?) throws {
    for name in ["n", " n; x=y;  ", "a -> b"] {
      let file = try file("\(facts) \(name)")
      #expect(file.kind == kind && self.name(file) == name)
      #expect(file.linkTarget == target.map { Array($0.utf8) })
    }
  }

  @Test("is what the last of several types says, and nothing of the others")
  func types() throws {
    let noLink = try file("type=OS.unix=slink:/a;type=file; n")
    #expect(noLink.kind == .file && noLink.linkTarget == nil)
    let noDots = try file("type=cdir;type=dir; n")
    #expect(noDots.kind == .directory && !noDots.isDots)
    let link = try file("type=file;type=OS.unix=slink:/a; n")
    #expect(link.kind == .symlink && link.linkTarget == Array("/a".utf8))
  }

  @Test("is no entry where it is the directory itself, or the one above")
  func dots() throws {
    for line in ["type=cdir; /d", "type=pdir; /", "Type=CDIR; x", "type=dir; .", "type=dir; .."] {
      let entry = try file(line).entry(in: RemotePath("/d"), .utf8)
      #expect(entry == nil, "\(line)")
    }
  }

  @Test("may be one of MLST, with a path")
  func mlst() throws {
    let file = try file(" type=file;size=3; /d/a b")
    #expect(name(file) == "/d/a b" && file.size == 3)
    #expect(throws: ListingFault.Reason.name(.separator(Array("/d/a b".utf8)))) {
      try file.entry(in: RemotePath("/d"), .utf8)
    }
    #expect(file.entry(at: RemotePath("/d/a b"), .utf8).name == "a b")
  }

  @Test("may lack the last semicolon")
  func draft() throws {
    let file = try file("type=file;size=3 a; b")
    #expect(name(file) == "a; b" && file.size == 3)
  }

  @Test(
    "has times in UTC",
    arguments: [
      ("19700101000000", FileTime(seconds: 0)),
      ("20240229235960", FileTime(seconds: 1_709_251_200)),
      ("20241127083412.123", FileTime(seconds: 1_732_696_452)),
      (
        "20241127083412.1234567891",
        FileTime(seconds: 1_732_696_452, nanoseconds: 123_456_789, exactness: .nanosecond)
      ),
      ("16010101000000", FileTime(seconds: -11_644_473_600)), ("00000101000000", nil),
      ("99991231235959", FileTime(seconds: 253_402_300_799)), ("99991231235960", nil),
      ("20230229000000", nil), ("20241327083412", nil), ("20241127240000", nil),
      ("2024112708341", nil),
      ("20241127083412.", nil), ("20241127083412.x", nil), ("2024112708341x", nil), ("", nil),
      ("-0241127083412", nil),
    ] as [(String, FileTime?)]
  )
  func times(text: String, time: FileTime?) throws {
    let file = try file("type=file;modify=\(text); n")
    #expect(file.modified == time && name(file) == "n")
  }

  @Test("does not believe numbers that are none")
  func numbers() throws {
    let file = try file("type=file;size=-1;UNIX.mode=0888;=x;; n")
    #expect(file.size == nil && file.permissions == nil && name(file) == "n")
    #expect(try self.file("type=file;size=9223372036854775807; n").size == .max)
    #expect(try self.file("type=file;size=9223372036854775808; n").size == nil)
  }

  @Test(
    "is none without facts",
    arguments: [
      "", " ", "  ", "name", "exit=1 of ls", "a;size=3 b", "name with blanks", "; n", "=; n",
      "type; n", "-rw-r--r-- 1 a b",
      "type=file;size=1;",
    ]
  )
  func noFacts(line: String) {
    #expect(throws: ListingFault.Reason.form) { try file(line) }
  }

  @Test("has a name")
  func noName() {
    #expect(throws: ListingFault.Reason.noName) { try file("type=file; ") }
  }
}
