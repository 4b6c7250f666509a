internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `symlink`: makes a symbolic link.
struct MakeLink: SSHAction {
  private let inputs: FileInputs
  private let target: RemotePath
  private let overwrites: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    target = try FileInputs.path(call.inputs, "link_target")
    overwrites = try call.inputs["overwrite"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    try await files.makeLink(inputs.path, to: target, overwrites: overwrites, inputs.pointer)
  }
}
