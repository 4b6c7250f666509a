import FileKit
import Testing

@testable import FTPDriver

@Suite("The encoding of names")
struct NameEncodingTests {
  @Test(
    "turns names to and fro",
    arguments: [
      ("iso-8859-1", "\u{E4}\u{FF}", [0xE4, 0xFF]), ("ISO-8859-15", "\u{20AC}", [0xA4]),
      ("windows-1252", "\u{20AC}", [0x80]), ("windows-1251", "\u{42F}", [0xDF]),
      ("koi8-r", "\u{42F}", [0xF1]), ("cp437", "\u{E4}", [0x84]), ("cp850", "\u{E4}", [0x84]),
      ("cp866", "\u{42F}", [0x9F]), ("shift_jis", "\u{8868}", [0x95, 0x5C]),
      ("euc-jp", "\u{8868}", [0xC9, 0xBD]), ("gbk", "\u{4E2D}", [0xD6, 0xD0]),
      ("gb18030", "\u{1F600}", [0x94, 0x39, 0xFC, 0x36]), ("big5", "\u{4E2D}", [0xA4, 0xA4]),
      ("euc-kr", "\u{D55C}", [0xC7, 0xD1]),
    ] as [(String, String, [UInt8])]
  )
  func encodings(name: String, text: String, bytes: [UInt8]) throws {
    let encoding = try NameEncoding(name)
    let path = RemotePath("/a/\(text).txt")
    let encoded = try encoding.encode(path)
    #expect(encoded == Array("/a/".utf8) + bytes + Array(".txt".utf8))
    #expect(try encoding.decode(encoded) == path.bytes)
    #expect(encoding.text(bytes) == text)
  }

  @Test("leaves bytes alone in UTF-8, whatever they are", arguments: ["utf-8", "UTF8", "utf_8"])
  func utf8(name: String) throws {
    let encoding = try NameEncoding(name)
    let bytes: [UInt8] = [0x2F, 0xE4, 0xFF, 0xC3, 0x7F]
    #expect(try encoding.encode(RemotePath(bytes)) == bytes)
    #expect(try encoding.decode(bytes) == bytes)
    #expect(encoding.name == "utf-8")
  }

  @Test("goes on behind a name that failed")
  func failures() throws {
    let latin = try NameEncoding("iso-8859-1")
    let euro = RemotePath("/\u{20AC}")
    #expect(throws: NameFault.notEncodable(euro.bytes, encoding: "iso-8859-1")) {
      try latin.encode(euro)
    }
    #expect(throws: NameFault.self) { try latin.encode(RemotePath([0xE4])) }
    #expect(try latin.encode(RemotePath("\u{E4}")) == [0xE4])
    let japanese = try NameEncoding("shift_jis")
    for bad: [UInt8] in [[0x95], [0x95, 0x20], [0x41, 0xFF]] {
      #expect(throws: NameFault.notDecodable(bad, encoding: "shift_jis")) {
        try japanese.decode(bad)
      }
    }
    #expect(try japanese.decode([0x95, 0x5C]) == Array("\u{8868}".utf8))
    #expect(try japanese.decode([]).isEmpty && japanese.encode(RemotePath("")).isEmpty)
    #expect(japanese.text([0x95]) == "\u{FFFD}")
  }

  @Test("refuses names that end a command", arguments: [0, 0x0A, 0x0D, 0x1B, 0x1F] as [UInt8])
  func controls(byte: UInt8) throws {
    let path = RemotePath(Array("/a".utf8) + [byte] + Array("DELE x".utf8))
    for name in ["utf-8", "iso-8859-1"] {
      let encoding = try NameEncoding(name)
      #expect(throws: NameFault.control(path.bytes, byte: byte)) { try encoding.encode(path) }
    }
  }

  @Test("says what is in the way of a name")
  func texts() {
    let name = Array("a\nb".utf8)
    #expect(
      "\(NameFault.control(name, byte: 10))"
        == "a\\nb has a line feed in it, which cannot be said in a command of FTP. Rename it, or reach the file some other way"
    )
    #expect("\(NameFault.notDecodable([0xE4], encoding: "gbk"))".hasPrefix("\\xE4 is not in gbk. "))
    #expect(NameFault.notEncodable(name, encoding: "x").code == .nameRefused)
    #expect(NameFault.unknownEncoding("x").code == .unsupported)
  }

  @Test(
    "is refused where it is not known",
    arguments: [
      "", "nonsense", "iso-8859-1//TRANSLIT", "iso-8859-1//IGNORE", "a b", "\u{E4}", "a\0",
    ]
  )
  func unknown(name: String) {
    #expect(throws: NameFault.unknownEncoding(name)) { try NameEncoding(name) }
  }

  @Test(
    "is refused where ASCII is something else in it",
    arguments: ["utf-16", "utf-32le", "ebcdic-us"]
  )
  func unfit(name: String) {
    #expect(throws: NameFault.unfitEncoding(name)) { try NameEncoding(name) }
  }

  @Test("puts no separator or control into a name")
  func smuggled() {
    // In both a character is told by what ASCII has other meanings for.
    for (name, text) in [("iso-2022-jp", "\u{8868}"), ("utf-7", "\u{FFFF}")] {
      #expect(throws: NameFault.self) { try NameEncoding(name).encode(RemotePath(text)) }
    }
  }
}
