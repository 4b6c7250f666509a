internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `mkdir`: makes a directory.
struct MakeDirectory: SSHAction {
  private let inputs: FileInputs
  private let withParents: Bool
  private let mode: UInt32?

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    withParents = try call.inputs["parents"]?.bool() ?? false
    mode = try FileInputs.mode(call.inputs)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    let count = try await files.makeDirectory(
      inputs.path,
      withParents: withParents,
      mode: mode,
      inputs.pointer
    )
    try call.output("created", .int(Int64(count)))
  }
}
