internal import DriverKit
internal import FileKit

/// What comes from a call itself, in place of a file of this machine, and goes to the server.
///
/// On the loop.
struct ContentMover<Mover: FilePutter>: FileMover {
  let mover: Mover
  let input: CallInput
  /// How many bytes come; nil: that is not known.
  let length: UInt64?

  var files: Mover.Files { mover.files }

  var inputs: TransferInputs {
    var inputs = mover.inputs
    // It comes now: nobody else writes it.
    (inputs.minimumAge, inputs.stableFor) = (0, 0)
    return inputs
  }

  var sources: any DirectoryLister { mover.sources }
  var targets: any DirectoryLister { mover.targets }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    try await mover.target(path, followsLink: followsLink)
  }

  func source(again path: RemotePath) async throws(DriverError) -> FileEntry? { nil }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try await mover.makeDirectory(path, mode: mode, withParents: withParents)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    try await mover.makeLink(path, to: target, overwrites: overwrites)
  }

  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try await mover.removeFile(path, in: root)
  }

  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try await mover.removeDirectory(path, in: root)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    // Its time is that of its making.
    var source = task.source
    source.modified = nil
    let task = FileTask(
      source: source,
      target: task.target,
      existing: task.existing,
      action: task.action
    )
    return try await mover.copy(task, from: input, length: length, moved: moved)
  }
}
