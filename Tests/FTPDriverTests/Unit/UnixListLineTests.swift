import FileKit
import Testing

@testable import FTPDriver

@Suite("A line like those of ls -l")
struct UnixListLineTests {
  private func file(_ line: String, offset: Int = 0) throws -> ListedFile {
    try UnixListLine.file(
      Array(line.utf8)[...],
      ListingClock(now: Listings.now, offset: offset)
    )
  }

  private func name(_ file: ListedFile) -> String { String(decoding: file.name, as: UTF8.self) }

  private func text(_ bytes: [UInt8]?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func time(
    _ year: Int,
    _ month: Int,
    _ day: Int,
    _ hour: Int = 0,
    _ minute: Int = 0,
    _ second: Int = 0,
    exactness: FileTime.Exactness = .minute
  ) -> FileTime? {
    FileTime(
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second,
      exactness: exactness
    )
  }

  /// A line of a server, and what it tells.
  struct Sample: Sendable, CustomTestStringConvertible {
    let line: String
    let size: Int64?
    let owner: String?
    let group: String?
    let testDescription: String

    init(_ server: String, _ line: String, _ size: Int64?, _ owner: String?, _ group: String?) {
      testDescription = server
      self.line = line
      self.size = size
      self.owner = owner
      self.group = group
    }
  }

  @Test(
    "is read from all servers",
    arguments: [
      Sample(
        "vsftpd",
        "-rw-r--r--    1 1000     1000          123 Nov 27 08:34 n",
        123,
        "1000",
        "1000"
      ),
      Sample(
        "vsftpd, hidden",
        "-rw-------    1 ftp      ftp             9 Nov 27 08:34 n",
        9,
        "ftp",
        "ftp"
      ),
      Sample(
        "proftpd",
        "-rw-r--r--   1 ann      users         123 Nov 27 08:34 n",
        123,
        "ann",
        "users"
      ),
      Sample(
        "pure-ftpd",
        "-rw-r--r--    1 1000       users             7 Nov 27 08:34 n",
        7,
        "1000",
        "users"
      ),
      Sample(
        "pyftpdlib",
        "-rw-r--r--   1 ann      ann           123 Nov 27 08:34 n",
        123,
        "ann",
        "ann"
      ),
      Sample(
        "IIS",
        "-rwxrwxrwx   1 owner    group             123 Nov 27  8:34 n",
        123,
        "owner",
        "group"
      ),
      Sample(
        "FileZilla Server",
        "-rw-rw-rw- 1 ftp ftp             123 Nov 27 08:34 n",
        123,
        "ftp",
        "ftp"
      ),
      Sample(
        "busybox",
        "-rw-r--r--    1 root     root           123 Nov 27 08:34 n",
        123,
        "root",
        "root"
      ),
      Sample(
        "Solaris",
        "-rw-r--r--+  1 ann      staff        123 Nov 27 08:34 n",
        123,
        "ann",
        "staff"
      ),
      Sample(
        "AIX",
        "-rw-r-----    1 root     system          123 Nov 27 08:34 n",
        123,
        "root",
        "system"
      ),
      Sample(
        "HP-UX",
        "-r--r--r--   1 bin        bin            123 Nov 27 08:34 n",
        123,
        "bin",
        "bin"
      ),
      Sample("macOS", "-rw-r--r--@  1 ann  staff  123 Nov 27 08:34 n", 123, "ann", "staff"),
      Sample("SELinux", "-rw-r--r--. 1 root root 123 Nov 27 08:34 n", 123, "root", "root"),
      Sample("no group", "-rw-r--r--   1 root          123 Nov 27 08:34 n", 123, "root", nil),
      Sample("no links", "-rw-r--r-- ann users 123 Nov 27 08:34 n", 123, "ann", "users"),
      Sample("size alone", "-rw-r--r-- 123 Nov 27 08:34 n", 123, nil, nil),
      Sample(
        "8 EiB less one",
        "-rw-r--r-- 1 a b 9223372036854775807 Nov 27 08:34 n",
        .max,
        "a",
        "b"
      ),
      Sample(
        "a group of two words",
        "-rw-r--r-- 1 AD\\ann  Domain Users 5 Nov 27 08:34 n",
        5,
        "AD\\ann",
        "Domain Users"
      ),
      Sample(
        "names of two words",
        "-rw-r--r-- 1 Ann Lee  Domain Users 5 Nov 27 08:34 n",
        5,
        "Ann Lee",
        "Domain Users"
      ),
      Sample(
        "nobody knows whose",
        "-rw-r--r-- 1 Ann Lee Domain Users 5 Nov 27 08:34 n",
        5,
        nil,
        nil
      ),
      Sample("two gaps", "-rw-r--r-- 1 Ann  Lee  Users 5 Nov 27 08:34 n", 5, nil, nil),
      Sample(
        "a device",
        "crw-rw-rw-   1 root     sys        1,   3 Nov 27 08:34 n",
        nil,
        "root",
        "sys"
      ),
      Sample(
        "a device in one word",
        "brw-rw----   1 root     disk       8,0 Nov 27 08:34 n",
        nil,
        "root",
        "disk"
      ),
      Sample(
        "a device of HP-UX",
        "crw-rw-rw-   1 bin bin 0x000003 Nov 27 08:34 n",
        nil,
        "bin",
        "bin"
      ),
    ]
  )
  func servers(sample: Sample) throws {
    let file = try file(sample.line)
    #expect(name(file) == "n" && file.size == sample.size)
    #expect(text(file.owner) == sample.owner && text(file.group) == sample.group)
    #expect(file.modified == Self.time(2026, 11, 27, 8, 34))
    let other: FileEntry.Kind = sample.line.hasPrefix("-") ? .file : .other
    #expect(file.kind == other)
  }

  @Test(
    "has a date in many forms",
    arguments: [
      ("Nov 27 08:34", time(2026, 11, 27, 8, 34)),
      ("Nov 28 11:59", time(2026, 11, 28, 11, 59)),
      ("Nov 28 12:01", time(2025, 11, 28, 12, 1)),
      ("Dec  1 08:34", time(2025, 12, 1, 8, 34)),
      ("Jan  1 00:00", time(2026, 1, 1)),
      ("Feb 29 10:00", time(2024, 2, 29, 10)),
      ("Nov 27  2024", time(2024, 11, 27, exactness: .day)),
      ("Feb 29  2023", nil),
      ("27 Nov 2024", time(2024, 11, 27, exactness: .day)),
      ("27. Nov 08:34", time(2026, 11, 27, 8, 34)),
      ("27 nov. 08:34", time(2026, 11, 27, 8, 34)),
      ("November 27 2024", time(2024, 11, 27, exactness: .day)),
      ("2024-11-27 08:34", time(2024, 11, 27, 8, 34)),
      ("2024-11-27 08:34:12", time(2024, 11, 27, 8, 34, 12, exactness: .second)),
      (
        "2024-11-27 08:34:12.123456789 +0130",
        time(2024, 11, 27, 7, 4, 12, exactness: .second)
      ),
      ("Nov 27 08:34:12 2024", time(2024, 11, 27, 8, 34, 12, exactness: .second)),
      ("27 août 2024", nil), ("27 lis 08:34", nil), ("11月 27 08:34", nil),
      ("11月 27日 08:34", nil), ("Okt 27  2024", nil), ("мая 27 2024", nil),
    ] as [(String, FileTime?)]
  )
  func dates(date: String, time: FileTime?) throws {
    let file = try file("-rw-r--r-- 1 a b 5 \(date) some name")
    #expect(name(file) == "some name" && file.size == 5)
    #expect(file.modified == time && file.modified?.exactness == time?.exactness)
  }

  @Test("is of the time zone that is told")
  func zones() throws {
    let ahead = try file("-rw-r--r-- 1 a b 5 Nov 28 13:00 n", offset: 120)
    #expect(ahead.modified == Self.time(2026, 11, 28, 11))
    let behind = try file("-rw-r--r-- 1 a b 5 Nov 27  2024 n", offset: -300)
    #expect(behind.modified == Self.time(2024, 11, 27, 5, exactness: .day))
    // One that the line tells itself goes before.
    let told = try file("-rw-r--r-- 1 a b 5 2024-11-27 08:34:12.0 -0100 n", offset: 120)
    #expect(told.modified == Self.time(2024, 11, 27, 9, 34, 12, exactness: .second))
  }

  @Test(
    "has any name",
    arguments: [
      "a", " a", "  a", "a ", " ", "Nov 27 08:34 x", "5 Nov 27 08:34 x", "a -> b", "-> x", "ä",
      "\t", "a\u{1B}[31m", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
    ]
  )
  func names(name: String) throws {
    #expect(self.name(try file("-rw-r--r-- 1 a b 5 Nov 27 08:34 \(name)")) == name)
  }

  @Test("has letters for all bits of a mode")
  func modes() throws {
    for (mode, bits, kind) in [
      ("-rwsr-sr-t", 0o7755, .file), ("-rwSr-Sr-T", 0o7644, .file),
      ("drwxrwxrwt", 0o1777, .directory),
      ("-rw-r-lr--", 0o2644, .file), ("srwxr-xr-x", 0o755, .other), ("prw-------", 0o600, .other),
      ("Drw-r--r--", 0o644, .other), ("l---------", 0, .symlink),
    ] as [(String, UInt16, FileEntry.Kind)] {
      let file = try file("\(mode) 1 a b 5 Nov 27 08:34 n")
      #expect(file.permissions == bits && file.kind == kind, "\(mode)")
    }
  }

  @Test("tells where a link leads to")
  func links() throws {
    for (line, linkName, target) in [
      ("a -> b", "a", "b"), ("a -> b -> c", "a", "b -> c"), ("a", "a", nil), ("a -> ", "a", nil),
      (" -> b", " -> b", nil), ("a ->b", "a ->b", nil), ("a  -> /x y ", "a ", "/x y "),
    ] as [(String, String, String?)] {
      let file = try file("lrwxrwxrwx 1 a b 5 Nov 27 08:34 \(line)")
      #expect(name(file) == linkName && text(file.linkTarget) == target, "\(line)")
    }
  }

  @Test(
    "is none where something is missing",
    arguments: [
      "", "-", "-rw-r--r--", "-rw-r--r-- 1 a b 5", "-rw-r--r-- 1 a b Nov 27 08:34 n",
      "-rw-r--r-- 1 a b 5 27 08:34 n", "-rw-r--r-- 1 a b 5 Nov 32 08:34 n",
      "-rw-r--r-- 1 a b 5 Nov 27 25:34 n", "-rw-q--r-- 1 a b 5 Nov 27 08:34 n",
      "xrw-r--r-- 1 a b 5 Nov 27 08:34 n", "-rw-r--r--name 1 a b 5 Nov 27 08:34 n",
      "-rw-r--r-- 1 a b 99999999999999999999 Nov 27 08:34 n", "total 12", "/home:",
      "ls: cannot access 'x': No such file or directory",
    ]
  )
  func missing(line: String) {
    #expect(throws: ListingFault.Reason.form) { try file(line) }
  }

  @Test("has a name", arguments: ["", " "])
  func noName(end: String) {
    #expect(throws: ListingFault.Reason.noName) {
      try file("-rw-r--r-- 1 a b 5 Nov 27 08:34\(end)")
    }
  }

  @Test("may be a sum, in any language")
  func sums() {
    for line in ["total 12", "insgesamt 1,2M", "итого 0", "总用量 12"] {
      #expect(UnixListLine.isTotal(Array(line.utf8)[...]), "\(line)")
    }
    for line in ["total", "total x", "total 12 x", "type=dir; 12", "-rw-r--r-- 5", "9 9"] {
      #expect(!UnixListLine.isTotal(Array(line.utf8)[...]), "\(line)")
    }
  }
}
