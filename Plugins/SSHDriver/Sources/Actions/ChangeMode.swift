internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `chmod`: sets what everybody may do with a file.
struct ChangeMode: SSHAction {
  private let inputs: FileInputs
  private let mode: UInt32

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    guard let mode = try FileInputs.mode(call.inputs) else {
      throw DriverError(.invalidInput, "the input mode is missing", pointer: "/mode")
    }
    self.mode = mode
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    try await files.changeMode(inputs.path, mode, inputs.pointer)
  }
}
