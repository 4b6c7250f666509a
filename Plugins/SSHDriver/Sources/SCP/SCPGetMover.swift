internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Files that come by scp from a server without SFTP.
///
/// On the loop. Directories are listed by a shell, and each file is asked for by its path: what becomes of it here is
/// decided and named by us, as with SFTP. `scp -r` would have the server name all that it writes here.
struct SCPGetMover: FileGetter {
  let files: SCPFiles
  let inputs: TransferInputs

  var sources: any DirectoryLister { SCPLister(files: files) }

  func source(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry {
    try await files.entry(path, followsLink: true, pointer)
  }

  func hand(
    _ source: FileEntry,
    to sink: any ByteSink,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> UInt64 {
    try await receive(source.path, sink, pointer, moved).size
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await LocalWrite(task, self).run(Receiving(mover: self, task: task, moved: moved))
  }

  /// A file on its way into one of this machine.
  private struct Receiving: LocalFilling {
    let mover: SCPGetMover
    let task: FileTask
    let moved: (Int) -> Void

    var bringsMode: Bool { true }

    func fill(_ local: LocalFile) async throws(DriverError) -> FileEntry {
      let path = task.source.path
      let sink = FileSink(local, from: 0, mover.files.loop)
      let facts: SCPReceiver.Facts
      do throws(DriverError) {
        facts = try await mover.receive(path, sink, "", moved)
      } catch {
        throw await sink.settled(mover.files.scope, after: error)
      }
      var entry = task.source
      entry.size = Int64(clamping: facts.size)
      entry.permissions = UInt16(facts.mode)
      entry.modified = facts.modified.map { FileTime(seconds: $0) }
      return entry
    }
  }

  private func receive(
    _ path: RemotePath,
    _ sink: any ByteSink,
    _ pointer: String,
    _ moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> SCPReceiver.Facts {
    let receiver = SCPReceiver(sink, files.host, moved: moved)
    let answer = try await files.run(.send(path), receiver, pointer)
    if let refusal = receiver.refusal { throw files.error(refusal, "read", path, pointer) }
    guard receiver.isDone, let facts = receiver.facts else {
      throw receiver.hasBegun
        ? files.error(answer, "read", path, pointer) : files.missing(answer)
    }
    try await sink.finish(files.scope)
    return facts
  }
}
