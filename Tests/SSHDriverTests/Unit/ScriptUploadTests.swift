import Glibc
import Testing

@testable import SSHDriver

@Suite("A script on a host")
struct ScriptUploadTests {
  /// Runs a script in a temporary folder of its own, in which nothing may be left.
  private func run(
    _ text: [UInt8],
    interpreter: String = "/bin/sh",
    arguments: [String] = [],
    input: [UInt8] = [],
    cut: Int? = nil,
    change: (inout RemoteCommand) -> Void = { _ in }
  ) throws -> ShellRun.Result {
    let token = RunToken()
    let folder = "/tmp/ssh script-" + token.text
    mkdir(folder, 0o700)
    defer { #expect(rmdir(folder) == 0) }
    let script = ScriptUpload(text: text, interpreter: interpreter, temporaryFolder: folder)
    var command = RemoteCommand(work: .script(script, arguments: arguments))
    change(&command)
    let prepared = try command.prepared(token)
    let bytes = prepared.preamble + input
    let run = try ShellRun(prepared.line, input: Array(bytes.prefix(cut ?? bytes.count)))
    run.wait()
    return run.result(token)
  }

  @Test("gets its arguments, environment, directory and what is left of stdin")
  func runs() throws {
    let text = "printf '%s|' \"$#\" \"$2\" \"$A\" \"$PWD\"; cat | wc -c; echo err >&2; exit 7\n"
    let input = [UInt8](repeating: 0, count: 300_000)
    let result = try run(Array(text.utf8), arguments: ["a", "b 'c"], input: input) {
      $0.environment = [("A", "x\ny")]
      $0.workingDirectory = "/usr"
    }
    #expect(result.status == 7 && result.text == "2|b 'c|x\ny|/usr|300000\n")
    #expect(result.stderr == Array("err\n".utf8))
    #expect(result.marks.dropFirst() == [.ready, .running])
  }

  @Test(
    "arrives byte by byte as it is, however long",
    arguments: [0, 1, 65_535, 65_537, 1_000_000]
  )
  func exact(count: Int) throws {
    let head = Array("cksum <\"$0\"; cat; exit\n".utf8)
    let text = head + (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 5) }
    let result = try run(text, input: Array("rest".utf8))
    let expected = try ShellRun("cksum", input: text)
    expected.wait()
    #expect(result.stdout == expected.stdout + Array("rest".utf8))
  }

  @Test("may be empty")
  func empty() throws {
    let result = try run([], input: Array("x".utf8))
    #expect(result.status == 0 && result.stdout == [])
  }

  @Test("does not begin with a part of it", arguments: [0, 1, 10, 5_000])
  func cut(count: Int) throws {
    let text = Array(("echo ran\n#" + String(repeating: "x", count: 6_000)).utf8)
    let result = try run(text, cut: count)
    #expect(result.status == 125 && result.stdout.isEmpty && result.marks.last == .fault(.cut))
  }

  @Test("is run by an interpreter of several words")
  func interpreter() throws {
    let result = try run(Array("false\necho ran\n".utf8), interpreter: "/usr/bin/env 'bash' -e")
    #expect(result.status == 1 && result.stdout.isEmpty)
  }

  @Test("that a signal ends has the status of a shell for it, and nothing of our shell is heard")
  func signal() throws {
    let result = try run(Array("kill -KILL $$\n".utf8))
    #expect(result.status == 137 && result.stderr.isEmpty)
  }

  @Test("does not begin where there is no place for it or its directory is none")
  func faults() throws {
    let missing = try run(Array("echo ran\n".utf8)) {
      $0.work = .script(ScriptUpload(text: [0x0A], temporaryFolder: "/nonexistent"))
    }
    #expect(missing.status == 125 && missing.marks.last == .fault(.folder))
    let directory = try run(Array("echo ran\n".utf8)) { $0.workingDirectory = "/nonexistent" }
    #expect(directory.status == 125 && directory.marks.last == .fault(.workingDirectory))
    #expect(directory.stdout.isEmpty)
  }

  @Test("is readable by its user only")
  func mode() throws {
    let result = try run(
      Array("for f in \"$0\" \"${0%/*}\"; do ls -ld \"$f\" | cut -c1-10; done\n".utf8)
    )
    #expect(result.text == "-rw-------\ndrwx------\n")
  }
}
