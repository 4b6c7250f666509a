import Foundation
import TestSupport
import Testing

@Suite("Items that come through a slow pipe")
struct EachPipeTests {
  private let workspace: WorkspaceFixture
  /// The pipe that the items come through.
  private let fifo: String

  init() throws {
    workspace = try WorkspaceFixture()
    try workspace.shop()
    fifo = workspace.cli.folder.file("items")
    #expect(mkfifo(fifo, 0o600) == 0)
  }

  /// Starts the program; the pipe is held open for writing, so that there is no end before it is closed.
  private func start(
    _ arguments: String...
  ) async throws -> (program: RunningCommand, pipe: Int32) {
    let program = try RunningCommand(
      CLI.path,
      ["run", "shop", "--each", fifo, "--log-level", "error"] + arguments,
      environment: try CLI.environment.merging(workspace.environment()) { $1 }
    )
    let pipe = Locked<Int32>(-1)
    Thread.detachNewThread { [fifo] in
      let descriptor = open(fifo, O_WRONLY)
      pipe.with { $0 = descriptor }
    }
    try await eventually("the program reads items") { pipe.with { $0 } >= 0 }
    return (program, pipe.with { $0 })
  }

  private func send(_ lines: String, to pipe: Int32) { send(Array(lines.utf8), to: pipe) }

  private func send(_ bytes: [UInt8], to pipe: Int32) {
    #expect(write(pipe, bytes, bytes.count) == bytes.count)
  }

  /// Lines of JSON that it has printed.
  private func ended(_ program: RunningCommand) -> Int {
    program.outputSoFar.split(separator: "\n").count
  }

  @Test("begin when they come, and are told of when they end, whatever comes next", .slow)
  func slow() async throws {
    let (program, pipe) = try await start()
    for number in 1...3 {
      send("{\"count\": \(number)}\n", to: pipe)
      try await eventually("item \(number) is told of") { ended(program) == number }
    }
    // Half a line is no item yet.
    send("{\"item\": ", to: pipe)
    send("\"wait", to: pipe)
    close(pipe)
    let command = try await program.finish()
    #expect(command.status == 2 && command.error.contains("items:4"), "\(command)")
  }

  @Test("may begin with a byte order mark that comes in pieces", .slow)
  func mark() async throws {
    let (program, pipe) = try await start()
    for byte: UInt8 in [0xEF, 0xBB, 0xBF] { send([byte], to: pipe) }
    send("{\"count\": 1}\n", to: pipe)
    close(pipe)
    let command = try await program.finish()
    #expect(command.status == 0 && ended(program) == 1, "\(command)")
  }

  @Test("are waited for no longer when one has failed and that stops all", .slow)
  func failFast() async throws {
    let (program, pipe) = try await start("--fail-fast", "--parallel", "1")
    defer { close(pipe) }
    send("{\"item\": \"fail\"}\n{\"count\": 2}\n{\"count\": 3", to: pipe)
    let command = try await program.finish()
    #expect(command.status == 1, "\(command)")
    #expect(command.output.contains("not begun, since item 0 failed"))
    // The line that was cut off is neither told of nor a fault.
    #expect(command.error.hasSuffix("0 succeeded, 1 failed, 1 cancelled\n"))
  }

  @Test("are waited for no longer at Ctrl-C, which stops those that run", .slow)
  func interrupt() async throws {
    let (program, pipe) = try await start("item=wait")
    defer { close(pipe) }
    send("{\"count\": 1}\n{\"count\":", to: pipe)
    try await eventually("a connection runs") {
      let list = try await workspace.run("executions list --status RUNNING --connector shop")
      return list.output.contains("RUNNING")
    }
    program.process.send(SIGINT)
    let command = try await program.finish()
    #expect(command.status == 130)
    #expect(command.output.contains("ENDED_CANCELLED") && ended(program) == 1, "\(command)")
    #expect(command.error.hasSuffix("0 succeeded, 0 failed, 1 cancelled\n"))
  }
}
