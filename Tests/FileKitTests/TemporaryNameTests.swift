import Testing

@testable import FileKit

@Suite("Temporary names")
struct TemporaryNameTests {
  @Test("carry our token and the time")
  func form() throws {
    let name = TemporaryName(for: "report.csv".utf8, time: 1_760_000_000, random: 0xD0F5)
    let expected = ".report.csv.dh-1760000000-000000000000d0f5.part"
    #expect(String(decoding: name.bytes, as: UTF8.self) == expected)
    let read = try #require(TemporaryName(recognizing: name.bytes))
    #expect(read == name && read.time == 1_760_000_000)
    #expect(read.isOf("report.csv".utf8) && !read.isOf("report.cs".utf8))
  }

  @Test("are known whatever the name is", arguments: [0, 1, 2, 100, 217, 218, 219, 255, 1000])
  func lengths(length: Int) {
    for bytes in [[UInt8](repeating: 0x61, count: length), [UInt8](repeating: 0x80, count: length)]
    {
      let name = TemporaryName(for: bytes, time: -5, random: .max)
      #expect(name.bytes.count <= 255)
      #expect(TemporaryName(recognizing: name.bytes) == name)
      #expect(name.isOf(bytes))
    }
    let umlauts = Array(String(repeating: "ä", count: length).utf8)
    let name = TemporaryName(for: umlauts, time: .max, random: 1)
    #expect(String(validating: name.bytes, as: UTF8.self) != nil)
    #expect(TemporaryName(recognizing: name.bytes) == name)
  }

  @Test(
    "are nobody else's",
    arguments: [
      "", ".", ".part", "report.csv", ".report.csv.part", ".dh-1760000000-000000000000d0f5.par",
      "report.csv.dh-1760000000-000000000000d0f5.part", ".r.dh-176000000-000000000000d0f5.part",
      ".r.dh-1760000000-000000000000D0F5.part", ".r.dh-1760000000-000000000000d0f5.part2",
      ".r.dx-1760000000-000000000000d0f5.part", ".r.dh-17600000x0-000000000000d0f5.part",
      ".r.dh-1760000000_000000000000d0f5.part", ".r.dh-1760000000-00000000000\u{E4}0f5.part",
    ]
  )
  func others(name: String) {
    #expect(TemporaryName(recognizing: name.utf8) == nil)
  }

  @Test("are removed only when they are old")
  func age() {
    let name = TemporaryName(for: "a".utf8, time: 1000, random: 1)
    #expect(!name.isOlder(than: 60, now: 1060))
    #expect(name.isOlder(than: 60, now: 1061))
    #expect(!name.isOlder(than: 0, now: 999))
    #expect(!name.isOlder(than: -100, now: 999))
    #expect(!name.isOlder(than: 60, now: .min))
  }
}
