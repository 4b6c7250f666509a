internal import DriverKit
internal import FileKit
internal import Glibc
internal import TransferKit

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

  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    let place = root.appending(path)
    try await files.perform(.remove(place.bytes), .remove, place)
  }

  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    let place = root.appending(path)
    try await files.perform(.rmdir(place.bytes), .removeDirectory, place)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    let (path, host) = (task.source.path, files)
    let (local, entry) = try await host.onDisk { () throws(DriverError) in
      let local = try LocalFile(path, O_RDONLY)
      return (local, try local.entry())
    }
    guard entry.kind == .file else {
      throw DriverError(.kindDiffers, "\(path.text) is no file", pointer: "/local_path")
    }
    try await ResumeCheck(
      files: files,
      remote: task.target,
      local: path,
      part: task.target,
      offset: task.offset
    ).run()
    let source = FileSource(
      local,
      from: task.offset,
      size: entry.size,
      piece: files.client.limits.writeLength,
      files.loop
    )
    return try await RemoteWrite(task, files, self, pointer, moved: moved).run(source) {
      (end) throws(DriverError) in
      guard inputs.verifies else { return }
      guard task.source.size.map({ UInt64($0) == end }) ?? true else { throw grown(task, end) }
      // Of the same length it may be another one.
      let now = try local.entry()
      guard let before = task.source.modified, let time = now.modified, before != time else {
        return
      }
      throw DriverError(
        .changed,
        "\(task.source.path.text) was changed while it was read: try again when nobody writes it",
        pointer: "/local_path"
      )
    }
  }

  private func grown(_ task: FileTask, _ end: UInt64) -> DriverError {
    DriverError(
      .changed,
      "\(task.source.path.text) had \(task.source.size ?? 0) bytes and then \(end) while it was read: try again when nobody writes it",
      pointer: "/local_path"
    )
  }
}

extension PutMover: FilePutter {
  func copy(
    _ task: FileTask,
    from input: CallInput,
    length: UInt64?,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await RemoteWrite(task, files, self, pointer, moved: moved).run(CallSource(input)) { _ in }
  }
}
