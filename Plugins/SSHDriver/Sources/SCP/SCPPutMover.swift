internal import DriverKit
internal import FileKit
internal import Glibc
internal import TransferKit

/// Files that go by scp to a server without SFTP.
///
/// On the loop. As with SFTP each is written beside its place, and takes its name when it is whole.
struct SCPPutMover: FilePutter {
  let files: SCPFiles
  let inputs: TransferInputs
  /// The input that named the target.
  let pointer: String

  /// What comes from the call, in place of a file of this machine.
  private typealias Content = (input: CallInput, length: UInt64?)

  var sources: any DirectoryLister { LocalLister(files: files) }
  var targets: any DirectoryLister { SCPLister(files: files) }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    do throws(DriverError) {
      return try await files.entry(path, followsLink: followsLink, pointer)
    } catch {
      if error.fileCode == .notFound { return nil }
      throw error
    }
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    let command = SCPCommand.makeDirectory(path, mode: mode, withParents: withParents)
    let answer = try await files.run(command, nil, pointer)
    guard answer.end.status == 0 else {
      throw files.error(answer, "make the directory", path, pointer)
    }
  }

  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    throw DriverError(.unsupported, "SCP removes nothing: a mirrored tree needs SFTP")
  }

  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try await removeFile(path, in: root)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await copy(task, nil, moved)
  }

  func copy(
    _ task: FileTask,
    from input: CallInput,
    length: UInt64?,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await copy(task, (input, length), moved)
  }

  private func copy(
    _ task: FileTask,
    _ content: Content?,
    _ moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    var target = task.target
    if task.isRenamed {
      var number = 0
      target = try await freeName(beside: target, &number)
    }
    let random = UInt64.random(in: 0 ... .max)
    let name = TemporaryName(for: target.name, time: LocalFiles.time(), random: random)
    var naming = SCPCommand.Naming(temporary: target.sibling(name.bytes), target: target)
    naming.mode = inputs.mode(source: task.source, target: task.existing)
    naming.needsMode = inputs.mode != nil
    naming.overwrites = inputs.overwrites && !task.isRenamed
    do throws(DriverError) {
      if let content, content.length == nil {
        try await putAll(content.input, naming, moved)
      } else {
        try await put(task, content, naming, moved)
      }
    } catch {
      throw await files.discarded(naming.temporary, error)
    }
    return FileCopy(target: target)
  }

  /// Puts a file whose length is known.
  private func put(
    _ task: FileTask,
    _ content: Content?,
    _ naming: SCPCommand.Naming,
    _ moved: @escaping (Int) -> Void
  ) async throws(DriverError) {
    var naming = naming
    var modified: Int64?
    let size: UInt64
    let source: any ByteSource
    var check: () throws(DriverError) -> Void = {}
    if let content {
      (source, size) = (CallSource(content.input), content.length ?? 0)
    } else {
      let path = task.source.path
      let (local, entry) = try await files.onDisk { () throws(DriverError) in
        let local = try LocalFile(path, O_RDONLY)
        return (local, try local.entry())
      }
      guard entry.kind == .file else {
        throw DriverError(
          .kindDiffers,
          "\(task.source.path.text) is no file",
          pointer: "/local_path"
        )
      }
      size = UInt64(entry.size ?? 0)
      source = FileSource(local, from: 0, size: entry.size, piece: SCPSender.piece, files.loop)
      if inputs.preserves, let seconds = entry.modified?.seconds, seconds >= 0 {
        modified = seconds
      }
      if inputs.verifies {
        check = { () throws(DriverError) in
          let now = try local.entry().size ?? 0
          guard now != entry.size else { return }
          throw DriverError(
            .changed,
            "\(local.path.text) had \(size) bytes and then \(now) while it was read: try again when nobody writes it",
            pointer: "/local_path"
          )
        }
      }
    }
    // Also where nobody asks for it: it is what keeps a part from getting the name, whatever scp makes of an early end.
    naming.size = size
    let sender = SCPSender(
      size: size,
      // While it is written, nobody else reads what may turn out to be private.
      mode: naming.mode == nil ? 0o666 : 0o600,
      modified: modified,
      source: source,
      host: files.host,
      moved: moved,
      check: check
    )
    let command = SCPCommand.receive(naming, withTimes: modified != nil)
    let answer = try await files.run(command, sender, pointer)
    if let refusal = sender.refusal {
      throw files.error(refusal, "write", naming.target, pointer)
    }
    guard sender.hasBegun else { throw files.missing(answer) }
    guard sender.isDone, answer.end.status == 0 else { throw error(answer, naming) }
  }

  /// Puts what comes down a channel, whose length nobody knows beforehand, as scp has to.
  private func putAll(
    _ input: CallInput,
    _ naming: SCPCommand.Naming,
    _ moved: @escaping (Int) -> Void
  ) async throws(DriverError) {
    let whole = SCPWhole(input, moved: moved)
    let command = SCPCommand.receiveAll(naming.temporary, isPrivate: naming.mode != nil)
    let answer = try await files.run(command, whole, pointer)
    guard answer.end.status == 0 else {
      throw files.error(answer, "write", naming.target, pointer)
    }
    var naming = naming
    // A connection that is lost ends the input too: only this tells that all has come.
    naming.size = whole.count
    let end = try await files.run(.commit(naming), nil, pointer)
    guard end.end.status == 0 else { throw error(end, naming) }
  }

  private func error(_ answer: SCPFiles.Answer, _ naming: SCPCommand.Naming) -> DriverError {
    let path = naming.target
    switch answer.end.status {
    case SCPCommand.Status.size:
      return DriverError(
        .verification,
        "the bytes that were sent to \(path.text) on \(files.host) are not all there: its disk may be full",
        pointer: "/verify"
      )
    case SCPCommand.Status.mode: return files.error(answer, "change the mode of", path, "/mode")
    case SCPCommand.Status.taken:
      return DriverError(
        .alreadyExists,
        "\(path.text) on \(files.host) is not replaced: it has come there meanwhile",
        pointer: "/conflict"
      )
    case SCPCommand.Status.directory:
      return DriverError(
        .isDirectory,
        "\(path.text) on \(files.host) is a directory, or a link to one, and is not replaced: end the path with / to put the file in there",
        pointer: pointer
      )
    default: return files.error(answer, "write", path, pointer)
    }
  }
}
