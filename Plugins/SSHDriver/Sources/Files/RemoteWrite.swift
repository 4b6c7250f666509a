internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Makes one file of the server: beside the place where it belongs, until it is whole.
///
/// On the loop.
final class RemoteWrite {
  /// How long cleaning up may take: less than the grace that the descriptor asks for.
  private static let cleaningSeconds = 4.0

  private let files: RemoteFiles
  private let inputs: TransferInputs
  private let task: FileTask
  private let mover: any FileMover
  private let pointer: String
  private let moved: (Int) -> Void
  private var notes: [String] = []

  /// A file that is to be made.
  ///
  /// - Parameters:
  ///   - task: The file.
  ///   - files: Where.
  ///   - mover: Whose it is.
  ///   - pointer: The input that named it.
  ///   - moved: Is told of bytes that are written.
  init(
    _ task: FileTask,
    _ files: RemoteFiles,
    _ mover: any FileMover,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) {
    self.files = files
    inputs = mover.inputs
    self.task = task
    self.mover = mover
    self.pointer = pointer
    self.moved = moved
  }

  /// Makes it.
  ///
  /// - Parameters:
  ///   - source: What is written.
  ///   - check: Looks at the source when all is written, whose end it is told.
  /// - Throws: Why it cannot be made; nothing is left of it then, or the error says what.
  /// - Returns: Where it is.
  func run(
    _ source: any ByteSource,
    _ check: (UInt64) throws(DriverError) -> Void
  ) async throws(DriverError) -> FileCopy {
    let target = inputs.isInPlace ? task.target : try await beside(source, check)
    if inputs.isInPlace { try await inPlace(source, check) }
    return FileCopy(target: target, note: notes.joined(separator: "; "))
  }

  private func beside(
    _ source: any ByteSource,
    _ check: (UInt64) throws(DriverError) -> Void
  ) async throws(DriverError) -> RemotePath {
    let temporary = files.temporary(for: task.target)
    var file: RemoteFile?
    do throws(DriverError) {
      let opened = try await RemoteFile.open(
        files,
        temporary,
        [.write, .create, .exclusive],
        firstAttributes,
        shown: task.target,
        pointer: pointer
      )
      file = opened
      let upload = Upload(opened, from: 0, memory: inputs.writeMemory, of: source, moved: moved)
      let end = try await upload.run()
      try check(end)
      try await finish(opened, end)
      return try await name(temporary)
    } catch {
      let explained = await explained(error, temporary)
      throw await discarded(file, temporary, explained)
    }
  }

  private func inPlace(
    _ source: any ByteSource,
    _ check: (UInt64) throws(DriverError) -> Void
  ) async throws(DriverError) {
    let isNew = task.offset == 0
    let file = try await RemoteFile.open(
      files,
      task.target,
      isNew ? [.write, .create, .truncate] : [.write],
      isNew ? firstAttributes : SFTPAttributes(),
      pointer: pointer
    )
    let upload = Upload(
      file,
      from: task.offset,
      memory: inputs.writeMemory,
      of: source,
      moved: moved
    )
    do throws(DriverError) {
      let end = try await upload.run()
      try check(end)
      try await finish(file, end)
    } catch {
      var explained = await explained(error, task.target)
      if upload.wasRefused { explained = await cutOff(file, upload.acknowledged, explained) }
      file.closeLater()
      throw explained
    }
  }

  /// Takes away what was written behind a hole: that is no part of the beginning.
  ///
  /// It is waited for, so that it does not cut what another call writes afterwards.
  private func cutOff(
    _ file: RemoteFile,
    _ size: UInt64,
    _ reason: DriverError
  ) async -> DriverError {
    let cut = Waiting<SFTPResponse>()
    var attributes = SFTPAttributes()
    attributes.size = size
    file.submit {
      .fsetstat($0, attributes)
    } _: {
      cut.finish($0)
    }
    var error = reason
    do throws(DriverError) {
      let answer = try await cleaned(cut)
      guard case .status(let status) = answer, status.isOK else {
        throw files.error(answer, .change, file.path, "")
      }
    } catch let second {
      error.message +=
        "; behind its byte \(size) parts may be missing, so that it cannot be gone on with: \(second.message)"
    }
    return error
  }

  /// The answer to a request that cleans up, also after the call's end.
  private func cleaned(_ waiting: Waiting<SFTPResponse>) async throws(DriverError) -> SFTPResponse {
    let scope = Scope(files.loop)
    try scope.limit(
      RemoteWrite.cleaningSeconds,
      DriverError(.timedOut, "\(files.host) did not answer in time")
    )
    return try await waiting.value(scope)
  }

  private var firstAttributes: SFTPAttributes {
    var attributes = SFTPAttributes()
    // While it is written, nobody else reads what may turn out to be private.
    if mode != nil { attributes.mode = 0o600 }
    return attributes
  }

  private var mode: UInt32? { inputs.mode(source: task.source, target: task.existing) }

  /// Sets what is known of the file, brings it to the disk, looks at its size, and closes it.
  private func finish(_ file: RemoteFile, _ end: UInt64) async throws(DriverError) {
    var attributes = SFTPAttributes()
    attributes.mode = mode
    if inputs.preserves, let time = task.source.modified,
      let seconds = UInt32(exactly: time.seconds)
    {
      attributes.times = SFTPAttributes.Times(accessed: seconds, modified: seconds)
    }
    let hasSync = inputs.syncs && files.has(.fsync)
    let answers = try await file.answers(
      [{ .fsetstat($0, attributes) }, { .fstat($0) }]
        + (hasSync ? [{ .extended(.fsync($0)) }] : [])
    )
    if case .status(let status) = answers[0], !status.isOK {
      let error = files.error(answers[0], .change, file.path, "/mode")
      // What was asked for by name is done or fails; what is done by default must not be in the way.
      if inputs.mode != nil { throw error }
      notes.append("mode and time are not those of the source: \(error.message)")
    }
    if hasSync, case .status(let status) = answers[2], !status.isOK {
      throw files.error(answers[2], .sync, file.path, pointer)
    }
    if inputs.verifies, case .attributes(let found) = answers[1], let size = found.size, size != end
    {
      throw DriverError(
        .verification,
        "\(end) bytes were sent to \(file.path.text), and \(size) are there",
        pointer: "/verify"
      )
    }
    try await file.close(pointer)
  }

  /// Gives the file its name.
  private func name(_ temporary: RemotePath) async throws(DriverError) -> RemotePath {
    if task.isRenamed { return try await freeName(temporary) }
    try await files.rename(temporary, to: task.target, overwrites: inputs.overwrites, pointer)
    return task.target
  }

  private func freeName(_ temporary: RemotePath) async throws(DriverError) -> RemotePath {
    var number = 0
    while true {
      let path = try await mover.freeName(beside: task.target, &number)
      do throws(DriverError) {
        try await files.rename(temporary, to: path, overwrites: false, pointer)
        return path
      } catch {
        // Another one may have taken it meanwhile.
        guard error.fileCode == .alreadyExists else { throw error }
      }
    }
  }

  // MARK: - Failures

  /// Says that the disk is full, where a server says only that it failed.
  private func explained(_ error: DriverError, _ path: RemotePath) async -> DriverError {
    guard error.fileCode == .failure, files.client.failure == nil else { return error }
    // Without an answer in time the error is what it was.
    guard let space = try? await files.space(path),
      space.isFull || space.available < UInt64(files.client.limits.writeLength)
    else { return error }
    var explained = DriverError(
      .diskFull,
      "cannot write \(task.target.text) on \(files.host): \(space.isReadOnly ? "the disk is read-only" : "the disk is full, with \(space.available) of \(space.total) bytes left")",
      pointer: pointer
    )
    explained.detail = error.detail
    return explained
  }

  /// Removes a file that is not whole, also after the call's end.
  ///
  /// - Returns: The error, which says where that file is if it may be there still.
  private func discarded(
    _ file: RemoteFile?,
    _ path: RemotePath,
    _ reason: DriverError
  ) async -> DriverError {
    let removed = Waiting<SFTPResponse>()
    let remove: () -> Void = { [files] in
      files.client.submit(.remove(path.bytes)) { removed.finish($0) }
    }
    // Some servers remove no file that is open.
    if let file { file.closeLater { _ in remove() } } else { remove() }
    var error = reason
    do throws(DriverError) {
      let answer = try await cleaned(removed)
      guard case .status(let status) = answer, status.isOK || status.fileCode == .notFound else {
        throw files.error(answer, .remove, path, "")
      }
    } catch let second {
      error.message += "; \(path.text) may be left on \(files.host): \(second.message)"
    }
    return error
  }
}
