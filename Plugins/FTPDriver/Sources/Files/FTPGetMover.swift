internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Files that come from the server to this machine.
///
/// On the loop.
struct FTPGetMover: FileMover {
  let files: FTPFiles
  let inputs: TransferInputs
  let options: FTPTransferOptions
  /// The input that named the source.
  let pointer: String

  var sources: any DirectoryLister { FTPLister(files: files, pointer: pointer) }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    let call = files
    try await call.onDisk { () throws(DriverError) in
      if overwrites {
        let temporary = LocalFiles.temporary(for: path)
        try LocalFiles.makeLink(temporary, to: target)
        try LocalFiles.rename(temporary, to: path, overwrites: true)
      } else {
        try LocalFiles.makeLink(path, to: target)
      }
    }
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    let size = try await size(task)
    if let size, isSmall(task, size) { return try await copySmall(task, size, moved: moved) }
    let check =
      task.offset > 0
      ? try await FTPResumeCheck(files, local: task.target, offset: task.offset) : nil
    let filling = Filling(mover: self, task: task, size: size, check: check, moved: moved)
    var copy = try await LocalWrite(task, self).run(filling)
    if let note = filling.outcome.note {
      copy = FileCopy(target: copy.target, note: note)
    }
    return copy
  }

  /// Whether a file is so small that it is held in memory until all of it is there.
  private func isSmall(_ task: FileTask, _ size: Int64) -> Bool {
    size <= LocalWrite.smallSize && task.offset == 0 && !inputs.isInPlace
      && inputs.verification != .checksum
  }

  private func copySmall(
    _ task: FileTask,
    _ size: Int64,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    // One that grows meanwhile is told by its size, and not kept in memory beyond that.
    let most = Int(LocalWrite.smallSize) + (1 << 20)
    let memory = MemorySink(
      most,
      DriverError(.changed, "\(task.source.path.text) grows while it is read: try again later")
    )
    let end = try await FTPDownload(
      files: files,
      path: task.source.path,
      pointer: pointer,
      offset: 0,
      skipped: 0,
      size: UInt64(max(0, size)),
      verifies: inputs.verifies
    ).run(to: options.limited(memory, files.loop), moved: moved)
    var entry = task.source
    entry.size = Int64(end.end)
    let copy = try await LocalWrite(task, self).run(memory.bytes, entry)
    return end.note.map { FileCopy(target: copy.target, note: $0) } ?? copy
  }

  /// How long a file is, which some listings do not tell.
  private func size(_ task: FileTask) async throws(DriverError) -> Int64? {
    if let size = task.source.size { return size }
    return try await files.size(task.source.path, pointer)
  }

  /// What became of a transfer, beside the bytes.
  final class Outcome {
    var note: String?
  }

  /// A file of the server on its way into one of this machine.
  private struct Filling: LocalFilling {
    let mover: FTPGetMover
    let task: FileTask
    let size: Int64?
    /// Compares what is there already, where the rest is wanted only.
    let check: FTPResumeCheck?
    let moved: (Int) -> Void
    let outcome = Outcome()

    var bringsMode: Bool { false }

    func fill(_ local: LocalFile) async throws(DriverError) -> FileEntry {
      let files = mover.files
      let file = FileSink(local, from: task.offset, files.loop)
      let sink = mover.options.limited(check.map { ComparedSink($0, file) } ?? file, files.loop)
      let download = FTPDownload(
        files: files,
        path: task.source.path,
        pointer: mover.pointer,
        offset: check?.start ?? 0,
        skipped: check?.bytes.count ?? 0,
        size: size.map { UInt64($0) },
        verifies: mover.inputs.verifies
      )
      let end: (end: UInt64, note: String?)
      do throws(DriverError) {
        end = try await download.run(to: sink, moved: moved)
      } catch {
        throw await file.settled(files.scope, after: error)
      }
      outcome.note = end.note
      var entry = task.source
      entry.size = Int64(end.end)
      if mover.inputs.verification == .checksum { try await compare(local) }
      return entry
    }

    /// Compares checksums, where the server has one.
    private func compare(_ local: LocalFile) async throws(DriverError) {
      let found = try await FTPChecksum(files: mover.files).compare(
        task.source.path,
        with: local.place,
        mover.pointer
      )
      outcome.note = [outcome.note, found].compactMap { $0 }.joined(separator: "; ")
      if outcome.note?.isEmpty == true { outcome.note = nil }
    }
  }
}

extension FTPGetMover: FileGetter {
  func source(
    _ path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> FileEntry {
    let entry = try await files.entry(path, pointer)
    guard entry.kind != .other else {
      throw DriverError(
        .kindDiffers,
        "\(path.text) is no file and no directory on \(files.host)",
        pointer: pointer
      )
    }
    return entry
  }

  func hand(
    _ source: FileEntry,
    to sink: any ByteSink,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> UInt64 {
    try await FTPDownload(
      files: files,
      path: source.path,
      pointer: pointer,
      offset: 0,
      skipped: 0,
      size: source.size.map { UInt64($0) },
      verifies: inputs.verifies
    ).run(to: options.limited(sink, files.loop), moved: moved).end
  }
}
