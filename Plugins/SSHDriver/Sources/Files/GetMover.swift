internal import DriverKit
internal import FileKit
internal import Glibc

/// Files that come from the server to this machine.
///
/// On the loop.
struct GetMover: FileMover {
  let files: RemoteFiles
  let inputs: TransferInputs

  var sources: any DirectoryLister {
    RemoteLister(files: files, readsLinks: inputs.links == .copy)
  }

  var targets: any DirectoryLister { LocalLister(files: files) }

  func target(
    _ path: RemotePath,
    followsLink: Bool
  ) async throws(DriverError) -> FileEntry? {
    try LocalFiles.entry(path, followsLink: followsLink)
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try LocalFiles.makeDirectory(path, withParents: withParents, mode: mode ?? 0o777)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    guard overwrites else { return try LocalFiles.makeLink(path, to: target) }
    let temporary = LocalFiles.temporary(for: path)
    try LocalFiles.makeLink(temporary, to: target)
    do throws(DriverError) {
      try LocalFiles.rename(temporary, to: path, overwrites: true)
    } catch {
      throw LocalFiles.discarded(temporary, error)
    }
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    let remote = try await RemoteFile.open(files, task.source.path, .read)
    defer { remote.closeLater() }
    let mode = inputs.mode(source: task.source, target: task.existing)
    if inputs.isInPlace {
      // What was decided about is no link: one that has come meanwhile is not followed.
      let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (task.offset == 0 ? O_TRUNC : 0)
      let local = try LocalFile(task.target, flags, mode: mode ?? 0o666)
      try await fill(local, remote, task, mode, moved)
      return FileCopy(target: task.target)
    }
    let temporary = LocalFiles.temporary(for: task.target)
    let flags = O_WRONLY | O_CREAT | O_EXCL
    // While it is written, nobody else reads what may turn out to be private.
    let local = try LocalFile(
      temporary,
      flags,
      mode: mode == nil ? 0o666 : 0o600,
      shown: task.target
    )
    do throws(DriverError) {
      try await fill(local, remote, task, mode, moved)
      let target = try await name(temporary, task)
      if inputs.syncs { try await LocalFiles.sync(directoryOf: target, files) }
      return FileCopy(target: target)
    } catch {
      throw LocalFiles.discarded(temporary, error)
    }
  }

  /// Writes what is in the file, and all else that is known of it.
  private func fill(
    _ local: LocalFile,
    _ remote: RemoteFile,
    _ task: FileTask,
    _ mode: UInt32?,
    _ moved: @escaping (Int) -> Void
  ) async throws(DriverError) {
    let size = task.source.size.map { UInt64($0) }
    let sink = FileSink(local, from: task.offset)
    let end = try await Download(
      remote,
      size: size,
      from: task.offset,
      memory: inputs.readMemory,
      to: sink,
      moved: moved
    ).run()
    try check(task, end.end, end.change, local)
    try await remote.close()
    try local.set(mode: mode, modified: inputs.preserves ? task.source.modified : nil)
    if inputs.syncs { try await local.sync(files.loop, files.scope) }
  }

  private func check(
    _ task: FileTask,
    _ end: UInt64,
    _ change: SFTPReadPipeline.Change,
    _ local: LocalFile
  ) throws(DriverError) {
    guard inputs.verifies else { return }
    // Files that are made while they are read, as in /proc, are said to be empty.
    if change != .none, task.source.size != 0 {
      throw DriverError(
        .changed,
        "\(task.source.path.text) on \(files.host) \(change == .grew ? "grew" : "shrank") while it was read: try again when nobody writes it",
        pointer: "/verify"
      )
    }
    let size = try local.entry().size
    let outcome = Verification.size.check(
      source: Verification.Facts(size: Int64(end)),
      target: Verification.Facts(size: size)
    )
    if case .differs(let text) = outcome {
      throw DriverError(.verification, "\(task.target.text): \(text)", pointer: "/verify")
    }
  }

  private func name(_ temporary: RemotePath, _ task: FileTask) async throws(DriverError)
    -> RemotePath
  {
    guard task.isRenamed else {
      try LocalFiles.rename(temporary, to: task.target, overwrites: inputs.overwrites)
      return task.target
    }
    var number = 0
    while true {
      let path = try await freeName(beside: task.target, &number)
      do throws(DriverError) {
        try LocalFiles.rename(temporary, to: path, overwrites: false)
        return path
      } catch {
        // Another one may have taken it meanwhile.
        guard error.fileCode == .alreadyExists else { throw error }
      }
    }
  }
}

extension LocalFiles {
  /// Waits beside the loop until the names in a directory are on the disk.
  static func sync(directoryOf path: RemotePath, _ files: RemoteFiles) async throws(DriverError) {
    try await Background.run(files.loop, files.scope) { sync(directoryOf: path) }
  }

  /// Removes a file that is not whole.
  ///
  /// - Returns: The error, which says where that file is if it cannot be removed.
  static func discarded(_ path: RemotePath, _ reason: DriverError) -> DriverError {
    var error = reason
    do throws(DriverError) {
      try remove(path)
    } catch let second {
      // It has its name already, or somebody else was faster.
      if second.fileCode != .notFound {
        error.message += "; \(path.text) is left: \(second.message)"
      }
    }
    return error
  }
}
