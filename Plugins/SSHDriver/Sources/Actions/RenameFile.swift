internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `rename`: gives a file another name, or another directory.
struct RenameFile: SSHAction {
  private let inputs: FileInputs
  private let new: RemotePath
  private let overwrites: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    new = try FileInputs.path(call.inputs, "new_path")
    overwrites = try call.inputs["overwrite"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    // What is missing is said of the right one of both.
    _ = try await files.attributes(inputs.path, followsLink: false, inputs.pointer)
    try await files.rename(inputs.path, to: new, overwrites: overwrites, "/new_path")
  }
}
