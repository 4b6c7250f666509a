import Glibc

/// What the system knows of a file, as far as the catalog needs it.
struct FileStatus: Sendable, Hashable {
  /// Which file it is, whatever its names.
  struct Identity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// What sort of thing a path leads to.
  enum Kind: Sendable, Hashable {
    case regular
    case folder
    case symbolicLink
    case other
  }

  let identity: Identity
  let kind: Kind
  /// The permission bits with set-user-id, set-group-id and sticky: `0o1777`.
  let permissions: UInt32
  let owner: UInt32
  let group: UInt32
  let size: Int
  /// When the content was changed last, in nanoseconds since 1970.
  let modified: Int64

  init(_ status: stat) {
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .symbolicLink
      default: .other
      }
    permissions = status.st_mode & 0o7777
    owner = status.st_uid
    group = status.st_gid
    size = Int(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// The status of what a path names, without following a link that it ends in.
  ///
  /// The corresponding C function is `lstat`.
  static func ofLink(_ path: String) throws(SystemError) -> FileStatus {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw SystemError() }
    return FileStatus(status)
  }
}

/// A file that is open for reading, and closes itself.
struct OpenFile: ~Copyable {
  private let descriptor: Int32
  /// What it was when it was opened.
  let status: FileStatus

  /// Opens a regular file.
  ///
  /// A link at the end of the path is refused, since what it leads to may be another file than the
  /// one that was looked at. `O_NONBLOCK`, so that a pipe which takes the file's place in between
  /// does not hold the caller up. The corresponding C function is `open`.
  init(_ path: String) throws(SystemError) {
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else { throw SystemError() }
    try self.init(descriptor: opened)
  }

  /// Takes a file over that is open, and closes it in any case.
  ///
  /// The corresponding C function is `fstat`.
  init(descriptor: Int32) throws(SystemError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let error = SystemError()
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.status = FileStatus(status)
  }

  deinit {
    close(descriptor)
  }

  /// Reads bytes at a place; fewer than asked for only at the end of the file.
  ///
  /// The corresponding C function is `pread`.
  func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let start = buffer.baseAddress {
        let got = unsafe pread(descriptor, start + filled, count - filled, offset + filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          failure = SystemError()
          return
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
