import Foundation
import TestSupport
import Testing

@Suite("What a command writes to")
struct OutputTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  private func words(_ line: String) -> [String] {
    line.split(separator: " ").map { String($0).replacing("<folder>", with: cli.folder.path) }
  }

  @Test("does not change its exit code where the reader of standard output has gone")
  func brokenPipe() async throws {
    try await cli.buildHello()
    try cli.folder.write("no library", to: "bad/libBadDriver.so")
    let puppet = try cli.puppet(["fail.yaml": "fail: it is broken\n"])
    for (line, status) in [
      ("list", 0), ("--help", 0), ("abi --header", 0), ("bogus --json", 2),
      ("run --type HELLO --driver-path <folder>/hello who=Ada", 0),
      ("run --type HELLO --driver-path <folder>/hello who=Ada --output raw", 0),
      ("run --type HELLO --driver-path <folder>/hello --json", 2),
      ("run \(puppet) --input <folder>/fail.yaml --json", 1), ("describe NONE --json", 3),
      ("doctor --driver-path <folder>/bad", 3), ("doctor --driver-path <folder>/bad --json", 3),
    ] as [(String, Int32)] {
      let run = try await cli.run(words(line), output: .brokenPipe)
      #expect(run.status == status, "\(line)")
      #expect(run.error.isEmpty, "\(line)")
    }
  }

  @Test("does not matter where the reader of standard error has gone, in the middle of a call too")
  func brokenErrorPipe() async throws {
    let puppet = try cli.puppet(["in.yaml": "log: hear hear\noutputs: {text: done}\n"])
    let run = try await cli.run(
      words("run \(puppet) --input <folder>/in.yaml --output raw"),
      error: .brokenPipe
    )
    #expect(run.status == 0 && run.output == "done")
    #expect(try await cli.run(["bogus"], error: .brokenPipe).status == 2)
    #expect(try await cli.run(["describe", "NONE"], error: .brokenPipe).status == 3)
  }

  @Test("may be read in part, also what comes through a channel")
  func readInPart() async throws {
    let line = "run \(try cli.puppet()) --action send bytes=10000000 --output raw"
    let part = try await cli.shell("\"$0\" \(line) | head -c 10; echo ${PIPESTATUS[0]}")
    #expect(part.output == "x\0\0\0\0\0\0\0\0\00\n" && part.error.isEmpty)
    let whole = try await cli.shell("\"$0\" \(line) | wc -c; echo ${PIPESTATUS[0]}")
    #expect(whole.output == "10000000\n0\n" && whole.error.isEmpty)
    let header = try await cli.shell("\"$0\" abi --header | head -1; echo ${PIPESTATUS[0]}")
    #expect(header.output.hasPrefix("/// driver_abi.h") && header.output.hasSuffix("\n0\n"))
  }

  @Test("that is full is a failure, and says so once")
  func fullDevice() async throws {
    let full = "standard output cannot be written: No space left on device\n"
    let list = try await cli.shell("\"$0\" list > /dev/full")
    #expect(list.status == 1 && list.error == "error: \(full)")
    let puppet = try cli.puppet()
    let channel = try await cli.shell(
      "\"$0\" run \(puppet) --action send bytes=10000000 --output raw > /dev/full"
    )
    #expect(channel.status == 1 && channel.error == "error: \(full)")
    // A failure of the command's own is the first thing to know.
    #expect(try await cli.shell("\"$0\" describe NONE --json > /dev/full").status == 3)
  }

  @Test("may be closed: nothing else gets its number, and writing there is a failure")
  func closedDescriptors() async throws {
    try await cli.buildHello()
    let hello = "\"$0\" run --type HELLO --driver-path <folder>/hello"
    let bad = "standard output cannot be written: Bad file descriptor\n"
    let output = try await cli.shell("\(hello) who=Ada >&-")
    #expect(output.status == 1 && output.error == "error: \(bad)")
    let puppet = try cli.puppet()
    let channel = try await cli.shell(
      "\"$0\" run \(puppet) --action send bytes=1 --output raw >&-"
    )
    #expect(channel.status == 1 && channel.error.hasPrefix("error: \(bad)"))
    let error = try await cli.shell("\(hello) who=Ada 2>&-")
    #expect(error.status == 0 && error.output.contains("Hello, Ada!"))
    let input = try await cli.shell("\(hello) --input - <&-")
    #expect(input.status == 2)
    #expect(input.error == "error: <standard input> cannot be read: Bad file descriptor\n")
    let all = try await cli.shell("\(hello) who=Ada --out <folder>/out <&- >&- 2>&-")
    #expect(try all.status == 0 && cli.folder.text("out").contains("Hello, Ada!"))
  }

  @Test("has everything before the process ends, which runs nothing that a driver left for then")
  func leaves() async throws {
    let puppet = try cli.puppet([
      "in.yaml": "outputs: {text: done}\n", "fail.yaml": "fail: it is broken\n",
      "steps.yaml": "json: '[{\"name\": \"resolve\", \"outcome\": \"passed\"}]'\n",
    ])
    let good = try await cli.run("run \(puppet) --input <folder>/in.yaml")
    #expect(good.status == 0 && good.output.contains("done") && good.error.isEmpty)
    let bad = try await cli.run("run \(puppet) --input <folder>/fail.yaml")
    #expect(bad.status == 1 && bad.error == "error: it is broken\n")
    let test = try await cli.run("test \(puppet) --input <folder>/steps.yaml")
    #expect(test.status == 0 && test.output == "passed  resolve\n")
  }

  @Test("shows a progress that is beyond all numbers, and log lines on lines of their own")
  func progress() async throws {
    let puppet = try cli.puppet([
      "in.yaml": """
      progress: "halfway \\e[31mred \\u202Edne \(String(repeating: "far ", count: 40))"
      pause: 150
      log: here I am
      outputs: {text: done}
      """
    ])
    let run = try await cli.onTerminal("run \(puppet) --input <folder>/in.yaml")
    #expect(run.status == 0)
    let line = try #require(run.output.firstMatch(of: /18446744073709551615 of 3 .*? \(100 %\)/))
    #expect(line.0.hasPrefix("18446744073709551615 of 3 halfway ·[31mred ·dne far far"))
    #expect(line.0.count == 78)
    #expect(run.output.contains(/\r {78}\rwarning: PUPPET: here I am\r\n/))
    #expect(!run.output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
  }

  @Test("that is a terminal gets outputs with the characters that could change it as escapes")
  func terminal() async throws {
    let puppet = try cli.puppet(["in.yaml": "outputs: {text: \"\\u009b31m \\u202E \\e é\"}\n"])
    let line = "run \(puppet) --input <folder>/in.yaml"
    let shown = try await cli.onTerminal(line).output
    #expect(shown.contains(#""text": "\u009b31m \u202e \u001b é""#))
    // Elsewhere they stay as they are.
    #expect(try await cli.run(line).output.contains("\u{9B}31m \u{202E}"))
  }
}
