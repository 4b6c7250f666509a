import Foundation
import TestSupport
import Testing

@Suite("A signal")
struct SignalTests {
  @Test(
    "cancels the connection that runs, and ends the program with its own code",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)]
  )
  func first(signal: Int32, code: Int32) async throws {
    let program = try start("sleeper", ["--type", "SLEEPER", "seconds=600"])
    try await waitUntilHandled(signal, by: program)
    program.send(signal)
    #expect(await program.ended() == .exited(code))
  }

  @Test("that comes a second time ends the program at once, whatever the driver does")
  func second() async throws {
    let program = try start("stubborn", ["--type", "STUBBORN", "seconds=600"])
    try await waitUntilHandled(SIGTERM, by: program)
    program.send(SIGTERM)
    program.send(SIGTERM)
    #expect(await program.ended() == .exited(143))
  }

  @Test("decides the exit code also where the driver takes its stop as a success")
  func success() async throws {
    let cli = try CLI()
    let line = try
      "run \(cli.puppet(["in.yaml": "wait: true\nlog: inside\noutputs: {text: done}\n"]))"
    let program = try RunningCommand(
      CLI.path,
      (line + " --input \(cli.folder.file("in.yaml"))").split(separator: " ").map(String.init),
      environment: CLI.environment
    )
    // Before that there is no call that could succeed.
    try await eventually("the driver waits") { program.errorSoFar.contains("inside") }
    program.process.send(SIGINT)
    let command = try await program.finish()
    #expect(command.status == 130)
    // What it brought is not thrown away.
    #expect(command.output == "{\n  \"text\": \"done\"\n}\n")
  }

  private func start(_ fixture: String, _ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      CLI.path,
      ["run", "--driver-path", try FixtureDriver.path(fixture)] + arguments,
      environment: CLI.environment
    )
  }

  /// The mask of the signals that a process handles stands in its status: proc(5), SigCgt.
  ///
  /// The process begins as a shell, which handles some signals too.
  private func waitUntilHandled(_ signal: Int32, by program: ChildProcess) async throws {
    try await eventually("signal \(signal) is handled") {
      let folder = "/proc/\(program.processID)"
      let running = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/exe")
      guard running == (try CLI.path) else { return false }
      let status = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
        let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
      else { return false }
      return mask >> UInt64(signal - 1) & 1 == 1
    }
  }
}
