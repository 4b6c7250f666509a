internal import DriverKit
internal import FileKit
internal import Glibc

/// Files that go from this machine to the server.
///
/// On the loop.
struct PutMover: FileMover {
  let files: RemoteFiles
  let inputs: TransferInputs
  /// The input that named the target.
  let pointer: String

  var sources: any DirectoryLister { LocalLister(files: files) }

  var targets: any DirectoryLister {
    RemoteLister(files: files, readsLinks: inputs.links == .copy)
  }

  func target(
    _ path: RemotePath,
    followsLink: Bool
  ) async throws(DriverError) -> FileEntry? {
    try await files.attributesIfThere(path, followsLink: followsLink, pointer)?.entry(at: path)
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try await files.makeDirectory(path, withParents: withParents, mode: mode, pointer)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    try await files.makeLink(path, to: target, overwrites: overwrites, pointer)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    let local = try LocalFile(task.source.path, O_RDONLY)
    guard try local.entry().kind == .file else {
      throw DriverError(.kindDiffers, "\(task.source.path.text) is no file", pointer: "/local_path")
    }
    let source = FileSource(local, from: task.offset)
    return try await RemoteWrite(task, files, self, pointer, moved: moved).run(source) {
      (end) throws(DriverError) in
      guard inputs.verifies, let size = task.source.size, UInt64(size) != end else { return }
      throw DriverError(
        .changed,
        "\(task.source.path.text) had \(size) bytes and then \(end) while it was read: try again when nobody writes it",
        pointer: "/local_path"
      )
    }
  }
}
