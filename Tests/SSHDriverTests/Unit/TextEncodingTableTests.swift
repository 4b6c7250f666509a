import Testing

@testable import SSHDriver

@Suite("An encoding")
struct TextEncodingTableTests {
  @Test(
    "is known by its usual names",
    arguments: [
      ("utf-8", TextEncodingTable.utf8), ("UTF8", .utf8), ("ISO-8859-1", .latin1),
      ("latin_1", .latin1), ("Windows-1252", .windows1252), ("cp1252", .windows1252),
      ("US-ASCII", .ascii), ("binary", .binary), ("ebcdic", nil), ("", nil),
    ] as [(String, TextEncodingTable?)]
  )
  func names(name: String, encoding: TextEncodingTable?) {
    #expect(TextEncodingTable(name) == encoding)
  }

  @Test("makes text of what is in it, and bytes of what is not")
  func outputs() {
    #expect(TextEncodingTable.utf8.output(Array("é".utf8)) == .text("é"))
    #expect(TextEncodingTable.utf8.output([0x61, 0xE9]) == .bytes([0x61, 0xE9]))
    #expect(TextEncodingTable.latin1.output([0x61, 0xE9, 0x80]) == .text("aé\u{80}"))
    #expect(TextEncodingTable.windows1252.output([0x80, 0x9F, 0x81, 0xE9]) == .text("€Ÿ\u{81}é"))
    #expect(TextEncodingTable.ascii.output([0x61]) == .text("a"))
    #expect(TextEncodingTable.ascii.output([0x61, 0x80]) == .bytes([0x61, 0x80]))
    #expect(TextEncodingTable.binary.output([0x61]) == .bytes([0x61]))
    #expect(TextEncodingTable.ascii.utf8([0x61, 0xFF]) == Array("a\u{FFFD}".utf8))
  }
}
