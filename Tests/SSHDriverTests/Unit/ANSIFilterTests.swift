import Testing

@testable import SSHDriver

@Suite("Escape sequences and carriage returns")
struct ANSIFilterTests {
  private func filtered(_ text: String, _ filters: OutputFilters, size: Int) -> String {
    let bytes = Array(text.utf8)
    var stream = OutputFilterStream(filters)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      output += stream.filter(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    return String(decoding: output, as: UTF8.self)
  }

  @Test(
    "of terminals are taken out, in pieces of any size",
    arguments: [
      ("a\u{1B}[1;31mred\u{1B}[0m b", "ared b"), ("\u{1B}[?25lé😀\u{1B}[2J", "é😀"),
      ("\u{1B}]0;title\u{7}x\u{1B}]8;;http://é\u{1B}\\link", "xlink"),
      ("\u{1B}P1$r q\u{1B}\\x\u{1B}_a\u{1B}\\y\u{1B}^b\u{1B}\\\u{1B}Xc\u{1B}\\z", "xyz"),
      ("\u{1B}NaxbX\u{1B}OPy", "xbXy"), ("\u{1B}(Bx\u{1B}#8y\u{1B}%Gz", "xyz"),
      ("\u{1B}7a\u{1B}8b\u{1B}cc\u{1B}=d\u{1B}>", "abcd"), ("\u{1B}[12\nab", "\nb"),
      ("\u{1B}[1\u{18}x\u{1B}]a\u{1A}y", "xy"), ("\u{1B}[1\u{1B}[mx", "x"),
      ("\u{1B}]0;no end\nnext", "\nnext"), ("\u{1B}]0;a\u{1B}[1mx", "x"), ("x\u{1B}", "x"),
      ("\u{1B}\nx", "\nx"), ("\u{1B}[3é", "é"), ("\u{1B}éx", "éx"), ("\u{9B}1mü", "\u{9B}1mü"),
      ("\u{1B}[38;2;1;2;3mx\u{1B}[>4;2my\u{1B}[ qz", "xyz"), ("\u{1B}Oéa", "éa"), ("", ""),
    ]
  )
  func sequences(text: String, left: String) {
    let filters = OutputFilters(carriageReturns: false)
    for size in [1, 2, 3, 1_000] {
      #expect(filtered(text, filters, size: size) == left)
    }
  }

  @Test(
    "go before the end of a line, and a line written over becomes one",
    arguments: [
      ("a\r\nb\r\r\nc\n", "a\nb\nc\n"), ("10%\r20%\r100%\r\n", "10%\n20%\n100%\n"),
      ("\ra\r", "\na"), ("\r\r\rx", "\nx"), ("\n\r\n", "\n\n"), ("é\r", "é"), ("", ""),
    ]
  )
  func carriageReturns(text: String, left: String) {
    let filters = OutputFilters(ansiEscapes: false)
    for size in [1, 2, 1_000] {
      #expect(Array(filtered(text, filters, size: size).utf8) == Array(left.utf8))
    }
  }

  @Test("stay where they are wanted")
  func off() {
    let filters = OutputFilters(ansiEscapes: false, carriageReturns: false)
    #expect(filtered("\u{1B}[1m\r\n", filters, size: 1) == "\u{1B}[1m\r\n")
    #expect(OutputFilters().applied(to: Array("\u{1B}[1ma\r\n".utf8)) == Array("a\n".utf8))
  }

  @Test("are found in linear time, whatever the bytes are")
  func hostile() {
    for unit in ["\u{1B}", "\u{1B}[", "\u{1B}]", "\r", "\u{1B}[1;", "\u{1B}N"] {
      let bytes = Array(String(repeating: unit, count: 200_000).utf8)
      var stream = OutputFilterStream(OutputFilters())
      #expect(stream.filter(bytes).count <= 200_000)
    }
    let all = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 3) }
    _ = OutputFilters().applied(to: all)
  }
}
