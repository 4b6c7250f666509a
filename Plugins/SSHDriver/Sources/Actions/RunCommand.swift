internal import DriverKit

/// The action `run_command`: a command line for the user's shell.
struct RunCommand: SSHAction {
  private let command: String
  private let inputs: RunInputs

  init(_ call: Call) throws(DriverError) {
    command = try call.inputs.required("command").string()
    inputs = try RunInputs(call)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let connection = try await session.connected(scope)
    let run = RemoteRun(connection: connection, loop: session.ownLoop, call: call, inputs: inputs)
    let result = try await run.run(.command(command), scope)
    for (name, value) in result.outputs { try call.output(name, value) }
    if let failure = result.failure(inputs.expected) { throw failure }
  }
}
