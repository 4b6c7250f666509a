package import DriverKit
package import FileKit
internal import Glibc

/// What writes a file of this machine.
///
/// A protocol in place of a closure: one that is made in a function that waits would not run on the loop (Swift 6.3.1).
package protocol LocalFilling {
  /// Whether the mode of the source is only known when it has come.
  var bringsMode: Bool { get }

  /// Writes all that comes.
  ///
  /// - Parameter local: The file, which is open.
  /// - Throws: Why it does not come, or cannot be written.
  /// - Returns: What is known of the source then, with the size that the file has to have now.
  func fill(_ local: LocalFile) async throws(DriverError) -> FileEntry
}

/// Makes one file of this machine: beside the place where it belongs, until it is whole.
///
/// On the loop.
package struct LocalWrite {
  private let files: any FilePlace
  private let inputs: TransferInputs
  private let task: FileTask
  private let mover: any FileMover

  /// A file that is to be made.
  ///
  /// - Parameters:
  ///   - task: The file.
  ///   - mover: Whose it is.
  package init(_ task: FileTask, _ mover: some FileMover) {
    files = mover.files
    inputs = mover.inputs
    self.task = task
    self.mover = mover
  }

  /// Makes it.
  ///
  /// - Parameter filling: Writes it.
  /// - Throws: Why it cannot be made; nothing is left of it then unless it is written in place, or the error says what.
  /// - Returns: Where it is.
  package func run(_ filling: some LocalFilling) async throws(DriverError) -> FileCopy {
    let mode = inputs.mode(source: task.source, target: task.existing)
    if inputs.isInPlace {
      // What was decided about is no link: one that has come meanwhile is not followed.
      let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (task.offset == 0 ? O_TRUNC : 0)
      // A part of a file that nobody may write could not be gone on with; at the end it gets its mode.
      let local = try await open(task.target, flags, (mode ?? 0o666) | 0o600)
      try await fill(local, filling)
      return FileCopy(target: task.target)
    }
    let temporary = LocalFiles.temporary(for: task.target)
    let flags = O_WRONLY | O_CREAT | O_EXCL
    // While it is written, nobody else reads what may turn out to be private.
    let isPrivate = mode != nil || inputs.preserves && filling.bringsMode
    let local = try await open(temporary, flags, isPrivate ? 0o600 : 0o666)
    do throws(DriverError) {
      try await fill(local, filling)
      return FileCopy(target: try await name(temporary))
    } catch {
      throw await LocalFiles.discarded(temporary, files, error)
    }
  }

  private func open(
    _ path: RemotePath,
    _ flags: Int32,
    _ mode: UInt32
  ) async throws(DriverError) -> LocalFile {
    let target = task.target
    // Waited for to its end: of a file that is made after that, nobody would know.
    return try await files.onDiskToTheEnd { () throws(DriverError) in
      try LocalFile(path, flags, mode: mode, shown: target)
    }
  }

  /// Writes what is in the file, and all else that is known of it.
  private func fill(
    _ local: LocalFile,
    _ filling: some LocalFilling
  ) async throws(DriverError) {
    let source = try await filling.fill(local)
    let settling = Settling(inputs, task, source)
    try await files.onDisk { () throws(DriverError) in try settling.settle(local) }
  }

  private func name(_ temporary: RemotePath) async throws(DriverError) -> RemotePath {
    guard task.isRenamed else {
      try await name(temporary, task.target, overwrites: inputs.overwrites)
      return task.target
    }
    var number = 0
    while true {
      let path = try await mover.freeName(beside: task.target, &number)
      do throws(DriverError) {
        try await name(temporary, path, overwrites: false)
        return path
      } catch {
        // Another one may have taken it meanwhile.
        guard error.fileCode == .alreadyExists else { throw error }
      }
    }
  }

  private func name(
    _ temporary: RemotePath,
    _ path: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    let syncs = inputs.syncs
    // Waited for to its end: whether the file has its name then is told, and not guessed.
    try await files.onDiskToTheEnd { () throws(DriverError) in
      try LocalWrite.name(temporary, path, overwrites: overwrites, syncs: syncs)
    }
  }

  fileprivate static func name(
    _ temporary: RemotePath,
    _ path: RemotePath,
    overwrites: Bool,
    syncs: Bool
  ) throws(DriverError) {
    try LocalFiles.rename(temporary, to: path, overwrites: overwrites)
    if syncs { LocalFiles.sync(directoryOf: path) }
  }
}

// MARK: - Small files

extension LocalWrite {
  /// Up to how many bytes a file is made in one turn of the disk's.
  package static let smallSize: Int64 = 64 << 10

  /// Makes it of bytes that are all there, in one turn of the disk's: of many small files the turns are most of the time.
  ///
  /// - Parameters:
  ///   - bytes: What is in it.
  ///   - source: What is known of the source, with the size that the file has to have.
  /// - Throws: Why it cannot be made; nothing is left of it then, or the error says what.
  /// - Returns: Where it is.
  package func run(
    _ bytes: [UInt8],
    _ source: FileEntry
  ) async throws(DriverError) -> FileCopy {
    let settling = Settling(inputs, task, source)
    let (temporary, target) = (LocalFiles.temporary(for: task.target), task.target)
    let (overwrites, syncs, isRenamed) = (inputs.overwrites, inputs.syncs, task.isRenamed)
    let isPrivate = inputs.mode(source: task.source, target: task.existing) != nil
    // Waited for to its end: of a file that is made after that, nobody would know.
    try await files.onDiskToTheEnd { () throws(DriverError) in
      let flags = O_WRONLY | O_CREAT | O_EXCL
      let local = try LocalFile(temporary, flags, mode: isPrivate ? 0o600 : 0o666, shown: target)
      do throws(DriverError) {
        try local.write(bytes[...], at: 0)
        try settling.settle(local)
        if !isRenamed {
          try LocalWrite.name(temporary, target, overwrites: overwrites, syncs: syncs)
        }
      } catch {
        throw LocalFiles.discarded(temporary, error)
      }
    }
    guard isRenamed else { return FileCopy(target: target) }
    do throws(DriverError) {
      return FileCopy(target: try await name(temporary))
    } catch {
      throw await LocalFiles.discarded(temporary, files, error)
    }
  }
}

/// What a file of this machine is to be when all of its bytes are there.
private struct Settling: Sendable {
  private let target: RemotePath
  private let size: Int64?
  private let mode: UInt32?
  private let modified: FileTime?
  private let verifies: Bool
  private let syncs: Bool

  /// What it is to be.
  ///
  /// - Parameters:
  ///   - inputs: What the call asks for.
  ///   - task: The file.
  ///   - source: What is known of the source now.
  init(_ inputs: TransferInputs, _ task: FileTask, _ source: FileEntry) {
    target = task.target
    size = source.size
    mode = inputs.mode(source: source, target: task.existing)
    modified = inputs.preserves ? source.modified : nil
    (verifies, syncs) = (inputs.verifies, inputs.syncs)
  }

  /// Makes sure that all is there, and makes the file what it is to be; it may wait for a disk.
  func settle(_ local: LocalFile) throws(DriverError) {
    if verifies {
      let outcome = Verification.size.check(
        source: Verification.Facts(size: size),
        target: Verification.Facts(size: try local.entry().size)
      )
      if case .differs(let text) = outcome {
        throw DriverError(.verification, "\(target.text): \(text)", pointer: "/verify")
      }
    }
    try local.set(mode: mode, modified: modified)
    if syncs { try local.sync() } else { try local.flush() }
  }
}
