import Glibc

/// Reads the files of a workspace.
enum ResourceFile {
  /// How many bytes one may have.
  static let limit = 1 << 20

  /// A file's content and status, through links: a workspace may be mounted as links.
  ///
  /// One byte more than the limit is read of a larger file.
  static func read(_ path: String) throws(SystemError) -> (bytes: [UInt8], status: FileStatus) {
    // Not blocking: a pipe of that name must not hold the caller up.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else { throw SystemError() }
    let file = try OpenFile(descriptor: opened)
    guard file.status.kind == .regular else {
      throw SystemError(file.status.kind == .folder ? EISDIR : EINVAL)
    }
    return (try file.bytes(at: 0, count: min(file.status.size, limit + 1)), file.status)
  }
}

extension FileStatus {
  /// The status of the file that a path leads to; nil where it leads to none.
  ///
  /// The corresponding C function is `stat`.
  static func ofFile(_ path: String) -> FileStatus? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return FileStatus(status)
  }
}
