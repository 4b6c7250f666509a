internal import DriverKit
internal import FileKit
internal import TransferKit

/// What comes from a call itself, in place of a file of this machine, and goes to the server.
///
/// On the loop.
struct ContentMover: FileMover {
  let mover: PutMover
  let input: CallInput

  var files: RemoteFiles { mover.files }
  var inputs: TransferInputs { mover.inputs }

  var sources: any DirectoryLister { mover.sources }
  var targets: any DirectoryLister { mover.targets }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    try await mover.target(path, followsLink: followsLink)
  }

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
    return try await RemoteWrite(task, files, self, mover.pointer, moved: moved)
      .run(CallSource(input)) { _ in }
  }
}
