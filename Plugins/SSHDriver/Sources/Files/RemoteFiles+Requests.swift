internal import DriverKit
internal import FileKit
internal import TransferKit

extension RemoteFiles {
  /// What is known of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - followsLink: Whether it is of what a link leads to.
  ///   - pointer: The input that named it.
  /// - Throws: Why it is not known.
  /// - Returns: Its attributes.
  func attributes(
    _ path: RemotePath,
    followsLink: Bool = true,
    _ pointer: String = ""
  ) async throws(DriverError) -> SFTPAttributes {
    let answer = try await answer(followsLink ? .stat(path.bytes) : .lstat(path.bytes))
    if case .attributes(let attributes) = answer { return attributes }
    throw error(answer, .look, path, pointer)
  }

  /// What is known of a file that may not be there.
  ///
  /// - Returns: Nil where there is none.
  func attributesIfThere(
    _ path: RemotePath,
    followsLink: Bool = true,
    _ pointer: String = ""
  ) async throws(DriverError) -> SFTPAttributes? {
    do throws(DriverError) {
      return try await attributes(path, followsLink: followsLink, pointer)
    } catch {
      if error.fileCode == .notFound { return nil }
      throw error
    }
  }

  /// Has something done that is answered with no more than that it was.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - operation: What it is called.
  ///   - path: The file.
  ///   - other: The other file.
  ///   - pointer: The input that named it.
  /// - Throws: Why it was not done.
  func perform(
    _ request: SFTPRequest,
    _ operation: SFTPError.Operation,
    _ path: RemotePath,
    to other: RemotePath? = nil,
    _ pointer: String = ""
  ) async throws(DriverError) {
    let answer = try await answer(request)
    if case .status(let status) = answer, status.isOK { return }
    throw error(answer, operation, path, to: other, pointer)
  }

  /// A path that the server names: of a link, or the real one.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - operation: What it is called.
  ///   - path: The file.
  ///   - pointer: The input that named it.
  /// - Throws: Why it was not told.
  /// - Returns: The path.
  func path(
    _ request: SFTPRequest,
    _ operation: SFTPError.Operation,
    _ path: RemotePath,
    _ pointer: String = ""
  ) async throws(DriverError) -> RemotePath {
    let answer = try await answer(request)
    if case .names(let names) = answer, let name = names.first { return RemotePath(name.name) }
    throw error(answer, operation, path, pointer)
  }

  /// How much room there is where a file is; nil: the server does not tell.
  func space(_ path: RemotePath) async throws(DriverError) -> SFTPSpace? {
    guard has(.statvfs) else { return nil }
    guard case .extended(let bytes) = try await answer(.extended(.statvfs(path.bytes))) else {
      return nil
    }
    do throws(SFTPFault) {
      return try SFTPSpace(bytes)
    } catch {
      throw DriverError(.malformed, "\(error)")
    }
  }

  /// The error of an answer that is not the one that was asked for.
  func error(
    _ answer: SFTPResponse,
    _ operation: SFTPError.Operation,
    _ path: RemotePath,
    to other: RemotePath? = nil,
    _ pointer: String
  ) -> DriverError {
    guard case .status(let status) = answer else {
      return DriverError(
        .malformed,
        "cannot \(operation.rawValue) \(path.text): the answer of \(host) is none to that"
      )
    }
    return SFTPError(operation: operation, path: path, other: other, status: status).error(pointer)
  }
}
