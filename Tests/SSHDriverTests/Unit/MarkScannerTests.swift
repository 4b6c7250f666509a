import Testing

@testable import SSHDriver

@Suite("The marks in a stream")
struct MarkScannerTests {
  private let token = RunToken()

  private func scan(_ bytes: [UInt8], pieces size: Int) -> (output: [UInt8], marks: [RemoteMark]) {
    var scanner = MarkScanner(token)
    var output: [UInt8] = []
    var marks: [RemoteMark] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      marks += scanner.scan(bytes[start..<min(start + size, bytes.count)], into: &output)
    }
    scanner.finish(into: &output)
    return (output, marks)
  }

  private func line(_ text: String) -> [UInt8] { MarkScanner.opening(token) + Array(text.utf8) }

  @Test("are found anywhere, in pieces of any size", arguments: [1, 2, 3, 7, 50, 1_000])
  func pieces(size: Int) {
    var bytes = Array("noise".utf8) + line("process:12:12:0:99:\r\n") + Array("a\u{1E}".utf8)
    bytes += line("ready\n") + line("values:00ff\n") + Array("\u{1E}\u{1E}drivers:".utf8)
    bytes += line("running\n") + line("killed:2:7 8\n") + line("killed:1:\n") + Array("end".utf8)
    let (output, marks) = scan(bytes, pieces: size)
    #expect(String(decoding: output, as: UTF8.self) == "noisea\u{1E}\u{1E}\u{1E}drivers:end")
    #expect(
      marks == [
        .process(RemoteProcess(identifier: 12, group: 12, session: 0, start: 99)), .ready,
        .values([0, 255]), .running, .killed(KillReport(found: 2, left: [7, 8])),
        .killed(KillReport(found: 1, left: [])),
      ]
    )
  }

  @Test(
    "stay in the output if they are none",
    arguments: [
      "x\n", "process:1:1:1:1:\n", "process:5:4:5:1:\n", "process:5:5:5:1\n", "process:a:0:0:0:\n",
      "values:0\n", "values:zz\n", "fault:x\n", "killed:1\n", "killed:-1:\n", "killed:1:a\n", "\n",
      "ready", "process:99999999999:0:0:0:\n",
    ]
  )
  func others(text: String) {
    let (output, marks) = scan(line(text), pieces: 5)
    #expect(output == line(text) && marks.isEmpty)
  }

  @Test("of another run are output")
  func otherRun() {
    let bytes = MarkScanner.opening(RunToken()) + Array("ready\n".utf8)
    let (output, marks) = scan(bytes, pieces: 9)
    #expect(output == bytes && marks.isEmpty)
  }

  @Test("are found behind one that has no end")
  func broken() {
    let (output, marks) = scan(line("val") + line("ready\n"), pieces: 4)
    #expect(output == line("val") && marks == [.ready])
  }

  @Test("without an end are not kept for ever")
  func long() {
    var scanner = MarkScanner(token)
    var output: [UInt8] = []
    _ = scanner.scan(line("values:")[...], into: &output)
    let piece = [UInt8](repeating: 0x30, count: 10_000)
    #expect(scanner.scan(piece[...], into: &output).isEmpty)
    #expect(output.count == line("values:").count + piece.count)
  }

  @Test("leave binary output as it is")
  func binary() {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    #expect(scan(bytes, pieces: 777).output == bytes)
    let separators = [UInt8](repeating: 0x1E, count: 1_000)
    #expect(scan(separators, pieces: 10).output == separators)
  }
}
