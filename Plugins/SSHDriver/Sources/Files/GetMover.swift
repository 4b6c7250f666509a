internal import DriverKit
internal import FileKit
internal import TransferKit

/// Files that come from the server to this machine.
///
/// On the loop.
struct GetMover: FileMover {
  let files: RemoteFiles
  let inputs: TransferInputs

  var sources: any DirectoryLister {
    RemoteLister(files: files, readsLinks: inputs.links == .copy)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    try await files.onDiskToTheEnd { () throws(DriverError) in
      guard overwrites else { return try LocalFiles.makeLink(path, to: target) }
      let temporary = LocalFiles.temporary(for: path)
      try LocalFiles.makeLink(temporary, to: target)
      do throws(DriverError) {
        try LocalFiles.rename(temporary, to: path, overwrites: true)
      } catch {
        throw LocalFiles.discarded(temporary, error)
      }
    }
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await ResumeCheck(
      files: files,
      remote: task.source.path,
      local: task.target,
      part: task.target,
      offset: task.offset
    ).run()
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
      let size = task.source.size.map { UInt64($0) }
      let sink = FileSink(local, from: task.offset, remote.files.loop)
      let download = Download(
        remote,
        size: size,
        from: task.offset,
        // A byte more tells that it grew, and what has no end does not fill the disk.
        upTo: inputs.verifies && size != 0 ? size.map { $0 + 1 } : nil,
        memory: inputs.readMemory,
        to: sink,
        moved: moved
      )
      let end: (end: UInt64, change: SFTPReadPipeline.Change)
      do throws(DriverError) {
        end = try await download.run()
      } catch {
        throw await sink.settled(remote.files.scope, after: error)
      }
      // Files that are made while they are read, as in /proc, are said to be empty.
      if inputs.verifies, end.change != .none, task.source.size != 0 {
        throw DriverError(
          .changed,
          "\(task.source.path.text) on \(remote.files.host) \(end.change == .grew ? "grew" : "shrank") while it was read: try again when nobody writes it",
          pointer: "/verify"
        )
      }
      if inputs.verifies, task.source.size != 0 { try await checkTime() }
      try await remote.close()
      var entry = task.source
      entry.size = Int64(end.end)
      return entry
    }

    /// Looks whether it is the file that was to be read: of the same length it may be another one.
    private func checkTime() async throws(DriverError) {
      guard case .attributes(let now) = try await remote.answers([{ .fstat($0) }])[0],
        let time = now.times, let before = task.source.modified,
        before.order(to: FileTime(seconds: Int64(time.modified))) != .same
      else { return }
      throw DriverError(
        .changed,
        "\(task.source.path.text) on \(remote.files.host) was changed while it was read: try again when nobody writes it",
        pointer: "/verify"
      )
    }
  }
}

extension GetMover: FileGetter {
  func source(
    _ path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> FileEntry {
    let attributes = try await files.attributes(path, pointer)
    // To open a pipe or to read a device may take without end, and holds up all of the channel.
    guard attributes.kind != .other else {
      throw DriverError(
        .kindDiffers,
        "\(path.text) is no file and no directory on \(files.host)",
        pointer: pointer
      )
    }
    return attributes.entry(at: path)
  }

  func hand(
    _ source: FileEntry,
    to sink: any ByteSink,
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
