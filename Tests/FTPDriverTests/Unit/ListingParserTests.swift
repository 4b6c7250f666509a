import FileKit
import Testing

@testable import FTPDriver

@Suite("Reading a listing")
struct ListingParserTests {
  private static let all = [Listings.mlsd, Listings.unix, Listings.dos]

  @Test("finds out the form and what is in it")
  func forms() {
    let mlsd = Listings.items([Array(Listings.mlsd.utf8)])
    #expect(mlsd.form == .mlsd && Listings.faults(mlsd.items).isEmpty)
    #expect(Listings.entries(mlsd.items).map(\.name) == ["a.txt", "b  c", " l; x"])
    let unix = Listings.items([Array(Listings.unix.utf8)])
    #expect(unix.form == .unix && Listings.faults(unix.items).isEmpty)
    #expect(Listings.entries(unix.items).map(\.name) == ["a.txt", " b c ", "l"])
    #expect(Listings.entries(unix.items).map(\.path.text) == ["/d/a.txt", "/d/ b c ", "/d/l"])
    let dos = Listings.items([Array(Listings.dos.utf8)])
    #expect(dos.form == .dos && Listings.faults(dos.items).isEmpty)
    #expect(Listings.entries(dos.items).map(\.name) == ["a b", " c", "j"])
  }

  @Test("finds the same wherever it is cut", arguments: all)
  func cuts(listing: String) {
    let bytes = Array(listing.utf8)
    let whole = Listings.items([bytes]).items
    #expect(whole.count >= 3)
    for place in 0...bytes.count {
      let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
      #expect(Listings.items(pieces).items == whole, "cut at \(place)")
    }
    #expect(Listings.items(bytes.map { [$0] }).items == whole)
  }

  @Test("takes LF alone, and a last line without an end", arguments: all)
  func lineFeeds(listing: String) {
    let whole = Listings.items([Array(listing.utf8)]).items
    let bytes = Array(listing.utf8).filter { $0 != UInt8(ascii: "\r") }
    #expect(Listings.items([bytes]).items == whole)
    #expect(Listings.items([bytes.dropLast()]).items == whole)
    // What is sent as text by a server whose lines end with CR LF themselves.
    let twice = Array(listing.replacing("\r\n", with: "\r\r\n").utf8)
    #expect(Listings.items([twice]).items == whole)
  }

  @Test("goes on behind a bad line, and tells which it was")
  func badLines() throws {
    let listing =
      "ls: cannot open directory 'x': Permission denied\n"
      + "-rw-r--r-- 1 a b 1 Nov 27 08:34 ../../etc/passwd\n"
      + "-rw-r--r-- 1 a b 1 Nov 27 08:34 z\u{0}z\n"
      + "-rw-r--r-- 1 a b 1 Nov 27 08:34 \n" + "-rw-r--r-- 1 a b 1 Nov 27 08:34 good\n"
      + "type=file;size=1; other\n"
    let items = Listings.items([Array(listing.utf8)]).items
    #expect(Listings.entries(items).map(\.name) == ["good"])
    let faults = Listings.faults(items)
    #expect(faults.map(\.number) == [1, 2, 3, 4, 6])
    #expect(
      faults.map(\.reason) == [
        .form, .name(.separator(Array("../../etc/passwd".utf8))), .zeroByte, .noName, .form,
      ]
    )
    let last = try #require(faults.last)
    #expect(
      "\(last)"
        == "line 6 of the listing, type=file;size=1; other: it is in none of the forms that are known"
    )
  }

  @Test("leaves out a line that is too long, and no more")
  func longLines() {
    let start = "-rw-r--r-- 1 a b 1 Nov 27 08:34 "
    let name = String(repeating: "n", count: 4096)
    let fill = { (count: Int) in String(repeating: "n", count: count - start.utf8.count) }
    let longest = ListingParser.longest
    let listing = "\(start)\(fill(longest + 1))\r\n\(start)\(fill(longest))\r\n\(start)\(name)\r\n"
    for size in [1, 4096, listing.utf8.count] {
      var pieces: [[UInt8]] = []
      var rest = Array(listing.utf8)[...]
      while !rest.isEmpty {
        pieces.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      let items = Listings.items(pieces).items
      #expect(Listings.entries(items).map(\.name) == [name])
      // The second line is a line still, and its name is none that a file can have.
      #expect(
        Listings.faults(items).map(\.reason) == [
          .tooLong(limit: longest), .name(.tooLong(limit: 4096)),
        ]
      )
      #expect(Listings.faults(items).allSatisfy { $0.line.count <= 200 })
    }
  }

  @Test("keeps to a form that it is told")
  func fixedForm() {
    let items = Listings.items([Array(Listings.unix.utf8)], form: .mlsd).items
    #expect(Listings.entries(items).isEmpty && Listings.faults(items).count == 6)
    // A sum is one of LIST only.
    let sums = Listings.items([Array("total 12\n".utf8)], form: .mlsd).items
    #expect(Listings.faults(sums).map(\.reason) == [.form])
    let names = Listings.items([Array("type=dir; 2024\n".utf8)]).items
    #expect(Listings.entries(names).map(\.name) == ["2024"])
  }

  @Test("has names in UTF-8, whatever the server writes them in")
  func encodings() throws {
    let line = Array("-rw-r--r-- 1 M\u{FC}ller b 1 Nov 27 08:34 \u{E4}\n".unicodeScalars)
      .map { UInt8($0.value) }
    let latin = try NameEncoding("iso-8859-1")
    let entry = try #require(Listings.entries(Listings.items([line], encoding: latin).items).first)
    #expect(entry.name == "\u{E4}" && entry.path == RemotePath("/d/\u{E4}"))
    #expect(entry.owner == "M\u{FC}ller")
    let raw = try #require(Listings.entries(Listings.items([line]).items).first)
    #expect(raw.path.bytes == Array("/d/".utf8) + [0xE4] && raw.rawName == [0xE4])
    let japanese = Listings.items([line], encoding: try NameEncoding("shift_jis")).items
    #expect(
      Listings.faults(japanese).map(\.reason)
        == [.encoding(.notDecodable([0xE4], encoding: "shift_jis"))]
    )
  }

  @Test("survives any bytes")
  func anyBytes() {
    var random = SplitMix(state: 20_241_127)
    let words: [[UInt8]] =
      [
        "-rw-r--r--", "drwxr-xr-x+", "lrwxrwxrwx", "crw-rw-rw-", " ", "  ", " -> ", "1", "12,",
        "Nov",
        "27", "08:34", "2024", "2024-11-27", "type=file;", "size=1;", "type=OS.unix=slink:", ";",
        "=",
        "11-27-24", "08:34AM", "<DIR>", "<JUNCTION>", "[", "]", "\r", "\n", "\n", "total", "name",
      ]
      .map { Array($0.utf8) }
    var lines = 0
    for _ in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<(random.next() % 40) {
        if random.next() % 4 == 0 {
          bytes.append(UInt8(truncatingIfNeeded: random.next()))
        } else {
          bytes += words[Int(random.next() % UInt64(words.count))]
        }
      }
      for form in [nil, ListingParser.Form.mlsd, .unix, .dos] {
        let items = Listings.items([bytes], form: form).items
        lines += items.count
        for entry in Listings.entries(items) {
          #expect(entry.path.parent == Listings.directory && !entry.path.bytes.contains(0))
        }
      }
    }
    #expect(lines > 3000)
  }
}
