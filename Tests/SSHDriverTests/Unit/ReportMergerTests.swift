import Testing

@testable import SSHDriver

@Suite("The report")
struct ReportMergerTests {
  @Test("has both streams in the order in which they came, without cut characters")
  func order() {
    var merger = ReportMerger(limit: 1_000, encoding: .utf8)
    #expect(merger.append([0x61, 0xC3], from: .stdout) == [0x61])
    merger.append(Array("\u{1B}[1mE\u{1B}[".utf8)[...], from: .stderr)
    merger.append(Array([0xA9, 0x0D])[...], from: .stdout)
    merger.append(Array("0mR\r\n".utf8)[...], from: .stderr)
    merger.append(Array("\nend".utf8)[...] + [0xE2], from: .stdout)
    #expect(merger.finish() == [0xE2])
    #expect(merger.text() == "aEéR\n\nend\u{FFFD}")
  }

  @Test("has a limit for both together")
  func limit() {
    var merger = ReportMerger(limit: 8, encoding: .latin1)
    for _ in 0..<1_000 {
      merger.append([0xE9, 0x0A], from: .stdout)
      merger.append([0x62, 0x0D, 0x0A], from: .stderr)
    }
    _ = merger.finish()
    #expect(merger.text() == "é\nb\n[… 4993 bytes left out …]\n\nb\n")
  }
}
