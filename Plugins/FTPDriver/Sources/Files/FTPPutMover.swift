internal import DriverKit
internal import FileKit
internal import Glibc
internal import LoopKit
internal import TransferKit

/// Files that go from this machine to the server.
///
/// On the loop.
struct FTPPutMover: FileMover {
  let files: FTPFiles
  let inputs: TransferInputs
  let options: FTPTransferOptions
  /// The input that named the target.
  let pointer: String

  var sources: any DirectoryLister { LocalLister(files: files) }
  var targets: any DirectoryLister {
    FTPLister(files: files, pointer: pointer, tellsLinks: inputs.deletesExtras)
  }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    try await files.entryIfThere(path, pointer)
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try await files.makeDirectory(path, withParents: withParents, pointer)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    throw DriverError(
      .failure,
      "FTP has no command that makes a link such as \(path.text): set links to skip",
      pointer: "/links"
    )
  }

  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try await files.removeFile(root.appending(path), pointer)
  }

  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try await files.removeDirectory(root.appending(path), pointer)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    let (path, place, offset) = (task.source.path, files, task.offset)
    let (local, entry, all) = try await place.onDisk { () throws(DriverError) in
      let local = try LocalFile(path, O_RDONLY)
      let entry = try local.entry()
      let isWanted = entry.kind == .file && offset == 0
      return (local, entry, isWanted ? try FileSource.all(of: local, size: entry.size) : nil)
    }
    guard entry.kind == .file else {
      throw DriverError(.kindDiffers, "\(path.text) is no file", pointer: "/local_path")
    }
    if task.offset > 0 {
      let check = try await FTPResumeCheck(files, local: path, offset: task.offset)
      try await check.run(remote: task.target, pointer)
    }
    let source = FileSource(
      local,
      from: task.offset,
      size: entry.size,
      piece: FTPConnection.bufferSize,
      all: all,
      files.loop
    )
    let write = FTPWrite(task, self, checksum: path, moved: moved)
    let (verifies, before) = (inputs.verifies, task.source)
    return try await write.run(source) { (end) throws(DriverError) in
      guard verifies else { return }
      let now = try local.entry()
      let isOther = before.modified.map { time in now.modified.map { $0 != time } ?? false }
      guard before.size.map({ UInt64($0) == end }) ?? true, isOther != true else {
        throw DriverError(
          .changed,
          "\(path.text) was changed while it was read: try again when nobody writes it",
          pointer: "/local_path"
        )
      }
    }
  }
}

extension FTPPutMover: FilePutter {
  func copy(
    _ task: FileTask,
    from input: CallInput,
    length: UInt64?,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await FTPWrite(task, self, checksum: nil, moved: moved).run(CallSource(input)) { _ in }
  }
}
