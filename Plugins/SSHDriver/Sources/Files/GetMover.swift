internal import DriverKit
internal import FileKit

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
    return try await LocalWrite(task, self)
      .run(Reading(remote: remote, task: task, inputs: inputs, moved: moved))
  }

  /// A file of the server that is open, on its way into one of this machine.
  private struct Reading: LocalFilling {
    let remote: RemoteFile
    let task: FileTask
    let inputs: TransferInputs
    let moved: (Int) -> Void

    var bringsMode: Bool { false }

    func fill(_ local: LocalFile) async throws(DriverError) -> FileEntry {
      let end = try await Download(
        remote,
        size: task.source.size.map { UInt64($0) },
        from: task.offset,
        memory: inputs.readMemory,
        to: FileSink(local, from: task.offset),
        moved: moved
      ).run()
      // Files that are made while they are read, as in /proc, are said to be empty.
      if inputs.verifies, end.change != .none, task.source.size != 0 {
        throw DriverError(
          .changed,
          "\(task.source.path.text) on \(remote.files.host) \(end.change == .grew ? "grew" : "shrank") while it was read: try again when nobody writes it",
          pointer: "/verify"
        )
      }
      try await remote.close()
      var entry = task.source
      entry.size = Int64(end.end)
      return entry
    }
  }
}

extension GetMover: FileGetter {
  func source(
    _ path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> FileEntry {
    try await files.attributes(path, pointer).entry(at: path)
  }

  func hand(
    _ source: FileEntry,
    to sink: any Download.Sink,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> UInt64 {
    let file = try await RemoteFile.open(files, source.path, .read, pointer: pointer)
    defer { file.closeLater() }
    let end = try await Download(
      file,
      size: source.size.map { UInt64($0) },
      from: 0,
      memory: inputs.readMemory,
      to: sink,
      moved: moved
    ).run()
    try await file.close()
    if inputs.verifies, end.change == .shrank {
      throw DriverError(
        .changed,
        "\(source.path.text) on \(files.host) shrank while it was read",
        pointer: "/verify"
      )
    }
    return end.end
  }
}
