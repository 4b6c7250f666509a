import Foundation
import TestSupport
import Testing

@Suite("Running a command")
struct CommandTests {
  @Test("gives status, output and error apart")
  func givesAll() async throws {
    let command = try await Command.run("sh", ["-c", "echo out; echo err >&2; exit 7"])
    #expect(command.status == 7)
    #expect(command.output == "out\n")
    #expect(command.error == "err\n")
  }

  @Test("hands standard input, environment and folder over")
  func handsOver() async throws {
    let folder = try TemporaryFolder()
    let command = try await Command.run(
      "sh",
      ["-c", "cat; echo $FIRST ${HOME-none}; pwd"],
      environment: ["FIRST": "1", "HOME": nil],
      input: "in\n",
      folder: folder.path
    )
    #expect(command.output == "in\n1 none\n\(folder.path)\n")
  }

  @Test("survives a program that does not read its input")
  func survivesUnreadInput() async throws {
    let command = try await Command.run(
      "true",
      input: String(repeating: "x", count: 1 << 20)
    )
    #expect(command.status == 0)
  }

  @Test("takes more output than a pipe holds")
  func takesMuchOutput() async throws {
    let command = try await Command.run("head", ["-c", "5000000", "/dev/zero"])
    #expect(command.outputBytes.count == 5_000_000)
  }

  @Test("names the signal that ended a program")
  func namesSignal() async throws {
    let command = try RunningCommand("sh", ["-c", "echo ready; sleep 100"])
    try await eventually("it is ready") { command.outputSoFar == "ready\n" }
    command.process.send(SIGKILL)
    let end = try await command.finish()
    #expect(end.end == .signalled(SIGKILL))
    #expect(end.status == 137)
  }

  @Test("kills a program that hangs, and says what it had written")
  func killsHung() async throws {
    let error = await #expect(throws: TestSupportError.self) {
      try await Command.run("sh", ["-c", "echo begun; exec sleep 100"], limit: .milliseconds(300))
    }
    #expect(error?.description.contains("begun") == true)
  }

  @Test("kills what a program has left behind")
  func killsLeftBehind() async throws {
    let command = try await Command.run("sh", ["-c", "sleep 1000 & echo $!"])
    let processID = try #require(pid_t(command.output.dropLast()))
    try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
  }

  @Test("throws for a program that is not there")
  func throwsForMissing() async throws {
    await #expect(throws: TestSupportError.self) { try await Command.run("/no/such/program") }
    await #expect(throws: TestSupportError.self) { try await Command.check("no-such-program") }
  }

  @Test("gives no descriptor away but the three")
  func givesNoDescriptorAway() async throws {
    let pipe = try PipeEnds()
    let command = try await Command.check("ls", ["/proc/self/fd"])
    // The fourth is the one with which ls reads the folder.
    #expect(command.output == "0\n1\n2\n3\n")
    pipe.writing.close()
    #expect(pipe.reading.read() == [])
  }

  @Test("lets no process outlive this one")
  func leavesNothingBehind() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let child = try ChildProcess("sleep", ["1000"])
      // Swift's print would keep it in a buffer that a killed process does not write.
      let line = Array("\(child.processID)\n".utf8)
      Descriptor(1).write(line)
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let processID = try #require(
      output.split(separator: "\n").compactMap { pid_t($0) }.first,
      "in \(output)"
    )
    try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
  }
}

@Suite("Temporary folders")
struct TemporaryFolderTests {
  @Test("are the user's own and go with their owner")
  func goWithOwner() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(folder?.path)
    try folder?.write("text", to: "a/b.txt")
    #expect(try folder?.text("a/b.txt") == "text")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o700)
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("of a process that was killed are removed by the next one")
  func killedOnesAreRemoved() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let folder = try TemporaryFolder()
      Descriptor(1).write(Array("\n\(folder.path)\n".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let path = try #require(
      output.split(separator: "\n").map(String.init).first { $0.hasPrefix("/") }
    )
    #expect(FileManager.default.fileExists(atPath: path))
    await #expect(processExitsWith: .success) { _ = try TemporaryFolder() }
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}

@Suite("Waiting")
struct EventuallyTests {
  @Test("ends when the condition holds")
  func ends() async throws {
    var asked = 0
    try await eventually("asked three times") {
      asked += 1
      return asked == 3
    }
    #expect(asked == 3)
  }

  @Test("fails with its name after the deadline")
  func fails() async throws {
    let error = await #expect(throws: TestSupportError.self) {
      try await eventually("pigs fly", within: .milliseconds(20)) { false }
    }
    #expect(error?.description.contains("pigs fly") == true)
  }
}
