internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Makes one file of the server: beside the place where it belongs, until it is whole.
///
/// On the loop.
final class FTPWrite {
  /// How long cleaning up may take, in seconds: less than the grace that the descriptor asks for.
  private static let cleaningSeconds = 4.0

  let files: FTPFiles
  let mover: FTPPutMover
  let inputs: TransferInputs
  let task: FileTask
  let checksum: RemotePath?
  private let moved: (Int) -> Void
  var notes: [String] = []
  var pointer: String { mover.pointer }

  /// A file that is to be made.
  ///
  /// - Parameters:
  ///   - task: The file.
  ///   - mover: Whose it is.
  ///   - checksum: The file that it is made from, to compare checksums; nil: there is none.
  ///   - moved: Is told of bytes that are sent.
  init(
    _ task: FileTask,
    _ mover: FTPPutMover,
    checksum: RemotePath?,
    moved: @escaping (Int) -> Void
  ) {
    files = mover.files
    self.mover = mover
    inputs = mover.inputs
    self.task = task
    self.checksum = checksum
    self.moved = moved
  }

  /// Looks at the source when all is written, whose end it is told.
  typealias Check = @Sendable (UInt64) throws(DriverError) -> Void

  /// Whether the file gets its name without anything to be asked for before: what has that name, if anything has, goes.
  private var goesOnAtOnce: Bool {
    inputs.overwrites && !task.isRenamed && inputs.verification != .checksum
  }

  private var isInPlace: Bool { inputs.isInPlace || !mover.options.isAtomic }

  /// Makes it.
  ///
  /// - Parameters:
  ///   - source: What is written.
  ///   - check: Looks at the source when all is written, whose end it is told; on any thread.
  /// - Throws: Why it cannot be made; nothing is left of it then, or the error says what.
  /// - Returns: Where it is.
  func run(
    _ source: any ByteSource,
    _ check: @escaping Check
  ) async throws(DriverError) -> FileCopy {
    let source = mover.options.limited(source, files.loop)
    let target = isInPlace ? try await inPlace(source, check) : try await beside(source, check)
    return FileCopy(target: target, note: notes.joined(separator: "; "))
  }

  private func beside(
    _ source: any ByteSource,
    _ check: @escaping Check
  ) async throws(DriverError) -> RemotePath {
    let temporary = LocalFiles.temporary(for: task.target)
    do throws(DriverError) {
      let end: UInt64
      if goesOnAtOnce {
        // One turn of the server's for all of it: of many small files this is most of the time.
        let finishing = try FTPFinishing(self, temporary, newName: task.target)
        let replies: [FTPReply]
        (end, replies) = try await send(
          source,
          to: temporary,
          finishing.following(check, from: task.offset)
        )
        if let replies = finishing.replies(behind: replies) {
          let isNamed = replies.last.map { $0.code < 300 } ?? false
          let path = isNamed ? task.target : try await name(temporary)
          try await settle(finishing, replies, path)
          return path
        }
      } else {
        end = try await send(source, to: temporary).end
      }
      try check(end)
      try await finish(temporary, end)
      return try await name(temporary)
    } catch {
      if error.leavesWhole { throw error }
      throw await discarded(temporary, error)
    }
  }

  private func inPlace(
    _ source: any ByteSource,
    _ check: Check
  ) async throws(DriverError) -> RemotePath {
    var path = task.target
    if task.isRenamed {
      var number = 0
      path = try await mover.freeName(beside: path, &number)
    }
    let end: UInt64
    do throws(DriverError) {
      end = try await send(source, to: path).end
    } catch {
      // Servers make the file before they say that they do not take it; what was there before is gone already.
      guard task.existing == nil, !inputs.isInPlace else { throw error }
      throw await discarded(path, error)
    }
    try check(end)
    try await finish(path, end)
    return path
  }

  /// Sends all that the source has.
  ///
  /// - Parameters:
  ///   - source: What is sent.
  ///   - path: Where to.
  ///   - following: What follows it at once.
  /// - Throws: Why not all of it is there.
  /// - Returns: Where the file ends then, and what was said.
  private func send(
    _ source: any ByteSource,
    to path: RemotePath,
    _ following: FTPRequest.Following? = nil
  ) async throws(DriverError) -> (end: UInt64, replies: [FTPReply]) {
    let counter = ByteCount()
    let ended = EndedSource(source)
    var request = FTPRequest(
      .write(path: try files.wire(path, pointer), appends: task.offset > 0, source: ended),
      .write,
      task.target,
      pointer
    )
    request.following = following
    var replies: [FTPReply] = []
    request.moved = { [moved] count in
      counter.value += UInt64(count)
      moved(count)
    }
    do throws(DriverError) {
      replies = try await files.run(request)
    } catch {
      let end = task.offset + counter.value
      guard ended.isOver, try await isWhole(path, end, error) else { throw error }
      notes.append("the server did not confirm the transfer; its size was asked for anew")
    }
    return (task.offset + counter.value, replies)
  }

  /// Whether all has arrived although the server has not confirmed it.
  private func isWhole(
    _ path: RemotePath,
    _ end: UInt64,
    _ error: DriverError
  ) async throws(DriverError) -> Bool {
    guard [.connectionLost, .timeout].contains(error.fileCode), files.scope.failure == nil,
      inputs.verifies
    else { return false }
    return (try? await files.size(path, pointer)).map { $0 == Int64(end) } ?? false
  }

  // MARK: - Its name

  private func name(_ temporary: RemotePath) async throws(DriverError) -> RemotePath {
    if task.isRenamed {
      var number = 0
      let path = try await mover.freeName(beside: task.target, &number)
      try await files.rename(temporary, to: path, pointer)
      return path
    }
    if inputs.overwrites {
      try await files.replace(temporary, to: task.target, pointer)
      return task.target
    }
    // FTP has no rename that replaces nothing: what has come since the beginning is looked for once more.
    if try await files.entryIfThere(task.target, pointer) != nil {
      throw DriverError(
        .alreadyExists,
        "\(task.target.text) was made on \(files.host) by somebody else meanwhile",
        pointer: "/conflict"
      )
    }
    try await files.rename(temporary, to: task.target, pointer)
    return task.target
  }

  // MARK: - Failures

  /// Removes a file that is not whole, also after the call's end.
  ///
  /// - Returns: The error, which says where that file is if it may be there still.
  private func discarded(_ path: RemotePath, _ reason: DriverError) async -> DriverError {
    let scope = Scope(files.loop)
    var error = reason
    do throws(DriverError) {
      try scope.limit(
        FTPWrite.cleaningSeconds,
        DriverError(.timedOut, "\(files.host) did not answer in time")
      )
      try await files.removeFile(path, "", scope)
    } catch let second {
      if second.fileCode == .notFound { return error }
      // Of one that was never made, some say no more than that they failed.
      if second.fileCode == .failure, await isGone(path, scope) { return error }
      error.message += "; \(path.text) may be left on \(files.host): \(second.message)"
    }
    return error
  }

  private func isGone(_ path: RemotePath, _ scope: Scope) async -> Bool {
    do throws(DriverError) {
      return try await files.entryIfThere(path, "", scope) == nil
    } catch {
      return false
    }
  }
}

/// A source that tells whether it has come to its end.
private final class EndedSource: ByteSource {
  private let source: any ByteSource
  private(set) var isOver = false

  init(_ source: any ByteSource) { self.source = source }

  func next(_ count: Int) throws(DriverError) -> BytePiece {
    let piece = try source.next(count)
    if case .end = piece { isOver = true }
    return piece
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { try source.whenMore(body) }
}
