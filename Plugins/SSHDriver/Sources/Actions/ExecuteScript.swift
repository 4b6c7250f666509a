internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `execute_script`: a script of any interpreter, which is put there, run and removed.
struct ExecuteScript: SSHAction {
  private let upload: ScriptUpload
  private let arguments: [String]
  private let inputs: RunInputs
  private let files: RunFiles

  init(_ call: Call) throws(DriverError) {
    let given = call.inputs
    var arguments: [String] = []
    if let list = try given["args"]?.list() {
      for index in 0..<list.count { arguments.append(list[index].scalarText() ?? "") }
    }
    var names: [String] = []
    if let list = try given["output_vars"]?.list() {
      for index in 0..<list.count { names.append(try list[index].string()) }
    }
    let variables: OutputVariables
    do throws(ShellFault) {
      variables = try OutputVariables(names)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/output_vars")
    }
    upload = ScriptUpload(
      text: Array(try given.required("script").string().utf8),
      interpreter: try given["interpreter"]?.string() ?? ScriptUpload.defaultInterpreter,
      temporaryFolder: try given["temp_path"]?.string() ?? "/tmp",
      variables: variables
    )
    self.arguments = arguments
    inputs = try RunInputs(call)
    files = try RunFiles(given)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    try await files.send(call, session, scope)
    let connection = try await session.connected(scope)
    let run = RemoteRun(
      connection: connection,
      session: session,
      call: call,
      inputs: inputs,
      temporaryFolder: upload.temporaryFolder
    )
    let result = try await run.run(.script(upload, arguments: arguments), scope)
    for (name, value) in result.outputs { try call.output(name, value) }
    if !upload.variables.names.isEmpty {
      try call.output("var", .map(try variables(result)))
    }
    try await files.fetch(call, session, scope, result.failure(inputs.expected))
  }

  private func variables(
    _ result: RunResult
  ) throws(DriverError) -> [(String, OutputValue)] {
    do throws(OutputVariablesFault) {
      return try result.received.values(of: upload.variables).map { name, value in
        (name, value.map { OutputValue(textOrBytes: $0) } ?? .null)
      }
    } catch {
      throw DriverError(.remoteFailure, "\(error)", pointer: "/output_vars")
    }
  }
}
