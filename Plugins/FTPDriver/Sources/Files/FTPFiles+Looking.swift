internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// What is known of files.
extension FTPFiles {
  /// What is known of a file or directory.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - pointer: The input that named it.
  ///   - isWhole: Whether all is wanted that can be known, also where that needs a listing of its directory.
  /// - Throws: Why nothing is known.
  /// - Returns: The entry.
  func entry(
    _ path: RemotePath,
    _ pointer: String,
    isWhole: Bool = false
  ) async throws(DriverError) -> FileEntry {
    guard let entry = try await entryIfThere(path, pointer, isWhole: isWhole) else {
      throw DriverError(.notFound, "\(path.text) is not there on \(host)", pointer: pointer)
    }
    return entry
  }

  /// What is known of a file or directory; nil: it is not there.
  func entryIfThere(
    _ path: RemotePath,
    _ pointer: String,
    isWhole: Bool = false,
    _ other: Scope? = nil
  ) async throws(DriverError) -> FileEntry? {
    if server.features.has("MLST") {
      if let entry = try await factsIfThere(path, pointer, other) { return entry }
      // Some tell only of files here, and others of none that begin with a dot.
      return try await askedIfThere(path, pointer, other)
    }
    if isWhole, !path.isBase, path.parent != nil, let entry = try await listedIfThere(path, pointer)
    {
      return entry
    }
    return try await askedIfThere(path, pointer, other)
  }

  /// By MLST (RFC 3659, 7); nil: it is not there, or nothing is told of it.
  private func factsIfThere(
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope?
  ) async throws(DriverError) -> FileEntry? {
    do throws(DriverError) {
      let line = try command("MLST", path, pointer)
      let replies = try await ask([line], path, pointer, other)
      guard let reply = replies.last, let file = try? FTPAnswer.file(reply) else { return nil }
      return file.entry(at: path, names)
    } catch {
      switch error.fileCode {
      case .notFound, .unsupported, .failure, .permissionDenied, .nameRefused: return nil
      default: throw error
      }
    }
  }

  /// By SIZE, MDTM and CWD (RFC 3659, 3 and 4); nil: it is not there.
  private func askedIfThere(
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope?
  ) async throws(DriverError) -> FileEntry? {
    let commands = [try command("*SIZE", path, pointer), try command("*MDTM", path, pointer)]
    let replies = try await ask(commands, path, pointer, other)
    let (size, time) = (try? FTPAnswer.size(replies[0]), try? FTPAnswer.time(replies[1]))
    // Of directories none tells a size.
    if size != nil { return FileEntry(path: path, kind: .file, size: size, modified: time) }
    if try await isDirectory(path, pointer, other) {
      return FileEntry(path: path, kind: .directory, modified: time)
    }
    if time != nil { return FileEntry(path: path, kind: .file, modified: time) }
    // A server that knows neither command tells only by a listing.
    let knowsNeither = replies.allSatisfy { 500...504 ~= $0.code }
    return knowsNeither ? try await listedIfThere(path, pointer) : nil
  }

  /// Whether a directory can be gone to.
  private func isDirectory(
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope?
  ) async throws(DriverError) -> Bool {
    var request = FTPRequest(
      .visit(directory: try wire(path, pointer), home: server.home ?? [UInt8(ascii: "/")]),
      .look,
      path,
      pointer
    )
    request.isRepeatable = true
    let replies = try await run(request, other)
    // The first one is about it; what comes behind leads back.
    return replies.first.map { $0.code < 400 } ?? false
  }

  /// By the listing of the directory that it is in; nil: it is not in there.
  func listedIfThere(
    _ path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> FileEntry? {
    guard let parent = path.parent else { return nil }
    let listing = FTPListing(self, parent, pointer)
    listing.begin()
    var found: FileEntry?
    // Read to its end: a connection that is left in the middle of a listing would be lost.
    while let part = try await listing.next() {
      if let entry = part.entries.first(where: { $0.path.name == path.name }) { found = entry }
    }
    guard var entry = found else { return nil }
    entry.path = path
    return entry
  }

  /// Looks why a server has refused something without a reason: most often it is not there.
  ///
  /// - Parameters:
  ///   - error: The refusal.
  ///   - path: The file.
  ///   - pointer: The input that named it.
  /// - Returns: What can be told of it.
  func reason(
    _ error: DriverError,
    _ path: RemotePath,
    _ pointer: String
  ) async -> DriverError {
    guard error.fileCode == .failure, scope.failure == nil else { return error }
    do throws(DriverError) {
      guard try await entryIfThere(path, pointer) == nil else { return error }
    } catch let second {
      return second.fileCode == .cancelled ? second : error
    }
    var missing = DriverError(
      .notFound,
      "\(path.text) is not there on \(host)",
      pointer: pointer
    )
    (missing.detail, missing.status) = (error.message, error.status)
    return missing
  }

  /// How many bytes a file has; nil: that is not told.
  func size(
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil
  ) async throws(DriverError) -> Int64? {
    let reply = try await ask([try command("*SIZE", path, pointer)], path, pointer, other)[0]
    if let size = try? FTPAnswer.size(reply) { return size }
    // A server that does not know the command tells it in a listing.
    guard 500...504 ~= reply.code else { return nil }
    return try await listedIfThere(path, pointer)?.size
  }
}
