internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `run_command`: a command line for the user's shell.
struct RunCommand: SSHAction {
  private let command: String
  private let inputs: RunInputs
  private let files: RunFiles

  init(_ call: Call) throws(DriverError) {
    command = try call.inputs.required("command").string()
    inputs = try RunInputs(call)
    files = try RunFiles(call.inputs)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    try await files.send(call, session, scope)
    let connection = try await session.connected(scope)
    let run = RemoteRun(connection: connection, session: session, call: call, inputs: inputs)
    let result = try await run.run(.command(command), scope)
    for (name, value) in result.outputs { try call.output(name, value) }
    try await files.fetch(call, session, scope, result.failure(inputs.expected))
  }
}
