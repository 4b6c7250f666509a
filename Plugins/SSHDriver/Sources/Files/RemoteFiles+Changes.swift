internal import DriverKit
internal import FileKit
internal import TransferKit

extension RemoteFiles {
  /// Makes a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - withParents: Whether those it is in are made too, and one that is there is no fault.
  ///   - mode: What everybody may do with it; nil: what the server makes of that.
  ///   - pointer: The input that named it.
  /// - Throws: Why it cannot be made.
  /// - Returns: How many were made.
  @discardableResult
  func makeDirectory(
    _ path: RemotePath,
    withParents: Bool,
    mode: UInt32? = nil,
    _ pointer: String = ""
  ) async throws(DriverError) -> Int {
    guard withParents else {
      try await makeOneDirectory(path, mode, pointer)
      return 1
    }
    var missing: [RemotePath] = []
    var next: RemotePath? = path
    while let directory = next, !directory.isBase {
      if let there = try await attributesIfThere(directory, pointer) {
        guard there.kind == .directory || there.kind == nil else {
          throw DriverError(
            .kindDiffers,
            "cannot make the directory \(path.text) on \(host): \(directory.text) is no directory",
            pointer: pointer
          )
        }
        break
      }
      missing.append(directory)
      next = directory.parent
    }
    var count = 0
    for directory in missing.reversed() {
      do throws(DriverError) {
        try await makeOneDirectory(directory, directory == path ? mode : nil, pointer)
        count += 1
      } catch {
        // Another one may have made it meanwhile.
        guard error.fileCode == .alreadyExists,
          try await attributes(directory, pointer).kind == .directory
        else { throw error }
      }
    }
    return count
  }

  private func makeOneDirectory(
    _ path: RemotePath,
    _ mode: UInt32?,
    _ pointer: String
  ) async throws(DriverError) {
    do throws(DriverError) {
      try await perform(.mkdir(path.bytes, SFTPAttributes()), .makeDirectory, path, pointer)
    } catch {
      throw try await explained(error, path, pointer)
    }
    guard let mode else { return }
    // Whatever mask the server takes from it.
    try await changeMode(path, mode, pointer)
  }

  /// Says that something is there already, where a server says only that it failed.
  private func explained(
    _ error: DriverError,
    _ path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> DriverError {
    guard error.fileCode == .failure,
      try await attributesIfThere(path, followsLink: false, pointer) != nil
    else { return error }
    var explained = DriverError(
      .alreadyExists,
      "\(path.text) is there already on \(host)",
      pointer: pointer
    )
    explained.detail = error.detail
    return explained
  }

  /// Sets what everybody may do with a file.
  ///
  /// - Throws: Why it cannot be.
  func changeMode(
    _ path: RemotePath,
    _ mode: UInt32,
    _ pointer: String = ""
  ) async throws(DriverError) {
    var attributes = SFTPAttributes()
    attributes.mode = mode
    try await perform(.setstat(path.bytes, attributes), .change, path, pointer)
  }

  /// Gives a file another name.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - new: The name.
  ///   - overwrites: Whether what has that name is replaced.
  ///   - pointer: The input that named the new one.
  /// - Throws: Why it cannot be.
  func rename(
    _ path: RemotePath,
    to new: RemotePath,
    overwrites: Bool,
    _ pointer: String = ""
  ) async throws(DriverError) {
    if overwrites, has(.posixRename) {
      let request = SFTPRequest.extended(.posixRename(from: path.bytes, to: new.bytes))
      return try await perform(request, .rename, path, to: new, pointer)
    }
    let request = SFTPRequest.rename(from: path.bytes, to: new.bytes)
    do throws(DriverError) {
      return try await perform(request, .rename, path, to: new, pointer)
    } catch {
      let explained = try await explained(error, new, pointer)
      guard overwrites, explained.fileCode == .alreadyExists else { throw explained }
    }
    try await checkReplacing(new, by: path, pointer)
    try await RemoteReplacement(self, path, at: new, pointer).run()
  }

  /// Looks whether a file may take the place of another one.
  private func checkReplacing(
    _ new: RemotePath,
    by path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) {
    if try await attributesIfThere(new, followsLink: false, pointer)?.kind == .directory {
      throw DriverError(
        .isDirectory,
        "\(new.text) is a directory on \(host), and is not replaced",
        pointer: pointer
      )
    }
    guard let own = try await place(of: path), own == (try await place(of: new)) else { return }
    throw DriverError(
      .alreadyExists,
      "\(path.text) and \(new.text) are the same file of \(host)",
      pointer: pointer
    )
  }

  /// The path of a file without links on the way to it; nil: the server does not tell.
  private func place(of path: RemotePath) async throws(DriverError) -> RemotePath? {
    guard let parent = path.parent else { return nil }
    let directory = parent.bytes.isEmpty ? RemotePath(".") : parent
    do throws(DriverError) {
      let real = try await self.path(.realpath(directory.bytes), .look, directory)
      return real.appending(RemotePath(path.name))
    } catch {
      if error.fileCode.endsAll { throw error }
      return nil
    }
  }

  /// Makes a symbolic link.
  ///
  /// - Parameters:
  ///   - path: The link.
  ///   - target: Where it leads to.
  ///   - overwrites: Whether a file or link that is there is replaced.
  ///   - pointer: The input that named it.
  /// - Throws: Why it cannot be made.
  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool,
    _ pointer: String = ""
  ) async throws(DriverError) {
    do throws(DriverError) {
      let request = SFTPRequest.symlink(target: target.bytes, link: path.bytes)
      return try await perform(request, .makeLink, path, to: target, pointer)
    } catch {
      let explained = try await explained(error, path, pointer)
      guard overwrites, explained.fileCode == .alreadyExists else { throw explained }
    }
    let temporary = temporary(for: path)
    let request = SFTPRequest.symlink(target: target.bytes, link: temporary.bytes)
    do throws(DriverError) {
      try await perform(request, .makeLink, path, to: target, pointer)
      try await rename(temporary, to: path, overwrites: true, pointer)
    } catch {
      // Also when nobody waited for it to be made.
      client.submit(.remove(temporary.bytes)) { _ in }
      throw error
    }
  }

  /// A name beside a file that nobody else has.
  func temporary(for path: RemotePath) -> RemotePath {
    let name = TemporaryName(
      for: path.name,
      time: LocalFiles.time(),
      random: .random(in: 0 ... .max)
    )
    return path.sibling(name.bytes)
  }
}
