import Testing

@testable import SSHDriver

@Suite("A collected output")
struct OutputCollectorTests {
  private func collected(_ bytes: [UInt8], limit: Int, size: Int) -> OutputCollector {
    var collector = OutputCollector(limit: limit)
    for start in stride(from: 0, to: bytes.count, by: size) {
      collector.append(bytes[start..<min(start + size, bytes.count)])
    }
    return collector
  }

  @Test("has its beginning and its end, in pieces of any size", arguments: 0...23)
  func parts(limit: Int) {
    for count in 0...40 {
      let bytes = (0..<count).map { UInt8($0) }
      for size in [1, 2, 3, 5, 8, 13, 100] {
        let collector = collected(bytes, limit: limit, size: size)
        let (head, tail) = collector.parts()
        #expect(collector.count == count && collector.isCut == (count > limit))
        if count <= limit {
          #expect(head + tail == bytes)
        } else {
          #expect(head == Array(bytes.prefix(limit / 2)))
          #expect(tail == Array(bytes.suffix(limit - limit / 2)))
        }
      }
    }
  }

  @Test("tells in a line how much was left out")
  func line() {
    let text = Array("12345\n789abcdefgh".utf8)
    let cut = collected(text, limit: 6, size: 4).bytes(isText: true)
    #expect(String(decoding: cut, as: UTF8.self) == "123\n[… 11 bytes left out …]\nfgh")
    let atLine = collected(text, limit: 12, size: 4).bytes(isText: true)
    #expect(String(decoding: atLine, as: UTF8.self) == "12345\n[… 5 bytes left out …]\ncdefgh")
    #expect(collected(text, limit: 6, size: 4).bytes(isText: false) == Array("123fgh".utf8))
    #expect(collected(text, limit: 17, size: 4).bytes(isText: true) == text)
    let nothing = collected(text, limit: 0, size: 4).bytes(isText: true)
    #expect(String(decoding: nothing, as: UTF8.self) == "[… 17 bytes left out …]\n")
  }

  @Test("cuts no character", arguments: 1...40)
  func characters(limit: Int) {
    let bytes = Array(String(repeating: "aé€😀", count: 10).utf8)
    let cut = collected(bytes, limit: limit, size: 7).bytes(isText: true)
    let text = String(validating: cut, as: UTF8.self)
    #expect(text != nil)
    let left = text.map { $0.unicodeScalars.filter { "aé€😀".unicodeScalars.contains($0) } }
    #expect((left?.description.utf8.count ?? 0) <= limit + 1)
  }

  @Test(
    "knows where a character is not whole",
    arguments: [
      ([0x61], 0), ([0xC3], 1), ([0xC3, 0xA9], 0), ([0xE2, 0x82], 2), ([0xF0, 0x9F, 0x98], 3),
      ([0xF0, 0x9F, 0x98, 0x80], 0), ([0x80, 0x80, 0x80, 0x80], 0), ([0xC0], 0), ([0xF5], 0),
      ([0xFF], 0), ([], 0), ([0xE2, 0x61], 0), ([0x61, 0xE2], 1),
    ] as [([UInt8], Int)]
  )
  func unfinished(bytes: [UInt8], count: Int) {
    #expect(UTF8Boundary.unfinished(bytes) == count)
  }
}
