internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `run_commands`: one command after the other, each with its own result.
struct RunCommands: SSHAction {
  private let commands: [String]
  private let goesOn: Bool
  private let inputs: RunInputs
  private let files: RunFiles

  init(_ call: Call) throws(DriverError) {
    let list = try call.inputs.required("commands").list()
    var commands: [String] = []
    for index in 0..<list.count { commands.append(try list[index].string()) }
    self.commands = commands
    goesOn = try call.inputs["continue_after_error"]?.bool() ?? false
    inputs = try RunInputs(call)
    guard commands.count < 2 || !inputs.hasChannel else {
      throw DriverError(
        .invalidInput,
        "stdin_file and the channel stdin are read once, and not by several commands: give stdin, or run each command in a call of its own",
        pointer: "/stdin_file"
      )
    }
    files = try RunFiles(call.inputs)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    try await files.send(call, session, scope)
    let connection = try await session.connected(scope)
    let run = RemoteRun(connection: connection, session: session, call: call, inputs: inputs)
    var results: [OutputValue] = []
    var failure: DriverError?
    for (index, command) in commands.enumerated() {
      let result: RunResult
      do throws(DriverError) {
        result = try await run.run(.command(command), scope)
      } catch {
        // What the ones before have done is there all the same.
        try call.output("results", .list(results))
        throw error
      }
      let isStopped = result.stop != nil
      results.append(
        .map(
          [("command", .string(command))] + result.outputs.map { ("\($0.0)", $0.1) }
        )
      )
      call.progress(UInt64(index + 1), of: UInt64(commands.count), "commands")
      guard var failed = result.failure(inputs.expected) else { continue }
      failed.pointer = "/commands/\(index)"
      failed.message = "command \(index + 1): \(failed.message)"
      failure = failure ?? failed
      if !goesOn || isStopped { break }
    }
    try call.output("results", .list(results))
    try await files.fetch(call, session, scope, failure)
  }
}
