import FileKit
import Testing

@testable import SSHDriver

@Suite("What scp says")
struct SCPLineTests {
  private func line(_ text: String) -> SCPLine? { SCPLine(Array(text.utf8)[...]) }

  @Test("is read without the names in it")
  func lines() {
    #expect(line("C0644 12 ../../etc/passwd") == .file(mode: 0o644, size: 12))
    #expect(line("C0000 0 a b c") == .file(mode: 0, size: 0))
    #expect(line("D0755 0 folder") == .directory)
    #expect(line("E") == .end)
    #expect(line("T1700000000 0 1600000000 0") == .times(modified: 1_700_000_000))
    #expect(line("\u{1}scp: x: No\u{1B}[31m") == .failure("scp: x: No\\u{1B}[31m"))
    #expect(line("\u{2}") == .failure("no reason is told"))
  }

  @Test(
    "is nothing where it is not what scp says",
    arguments: [
      "", "hello", "C", "C0644", "C0644 5", "C0644 5 ", "C0648 5 x", "C0644 -5 x", "C0644 0x5 x",
      "C0644 99999999999999999999 x", "C77777 5 x", "T", "Tx 0 0 0", "C 5 x", "D0755 x y",
    ]
  )
  func nothing(text: String) {
    #expect(line(text) == nil)
  }

  @Test("is written as it is read")
  func written() {
    let lines: [SCPLine] = [.file(mode: 0o7, size: 1 << 40), .times(modified: 7)]
    for line in lines {
      #expect(line.bytes.last == 0x0A)
      #expect(SCPLine(line.bytes.dropLast()) == line)
    }
  }

  @Test("makes a mode out of letters")
  func modes() {
    func mode(_ text: String) -> UInt16? { UnixMode(Array(text.utf8))?.permissions }
    #expect(mode("-rw-r-----") == 0o640 && mode("drwxrwxrwt") == 0o1777)
    #expect(mode("-rwsr-Sr-x+") == 0o6745 && mode("lrwxrwxrwx.") == 0o777)
    #expect(mode("-rw") == nil && mode("-rw-q-----") == nil)
    #expect(UnixMode("drwxr-xr-x".utf8)?.kind == .directory)
  }
}
