internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `remove`: removes a file, or a directory with all that is in it.
struct RemoveFiles: SSHAction {
  private let inputs: FileInputs
  private let isRecursive: Bool
  private let ignoresMissing: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    isRecursive = try call.inputs["recursive"]?.bool() ?? false
    ignoresMissing = try call.inputs["ignore_missing"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    // The root of all is never meant.
    if isRecursive, inputs.path.isBase || inputs.path.parent == nil {
      throw DriverError(
        .invalidInput,
        "\(inputs.path.text) is not removed with all that is in it: name the directory",
        pointer: inputs.pointer
      )
    }
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    let removal = RemoteRemoval(files)
    do throws(DriverError) {
      try await remove(files, removal)
    } catch {
      // Why something is left says more than why nobody can be told how much is gone.
      try? tell(removal, call)
      throw error
    }
    try tell(removal, call)
  }

  private func tell(_ removal: RemoteRemoval, _ call: Call) throws(DriverError) {
    try call.output("removed", .int(Int64(removal.count)))
  }

  private func remove(
    _ files: RemoteFiles,
    _ removal: RemoteRemoval
  ) async throws(DriverError) {
    // Behind a link a `/` means what it leads to, and that would be removed in its place.
    let path = inputs.path.isBase ? inputs.path : inputs.path.tidied
    let pointer = inputs.pointer
    guard let attributes = try await files.attributesIfThere(path, followsLink: false, pointer)
    else {
      if ignoresMissing { return }
      throw DriverError(.notFound, "\(path.text) is not there on \(files.host)", pointer: pointer)
    }
    guard attributes.kind == .directory else {
      return try await removal.removeFile(path, pointer)
    }
    guard isRecursive else { return try await removal.removeEmptyDirectory(path, pointer) }
    try await removal.removeTree(path)
    if let failure = removal.failure { throw failure }
  }
}
