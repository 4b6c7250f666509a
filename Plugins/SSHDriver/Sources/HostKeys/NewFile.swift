internal import FileKit
internal import Glibc

/// A file that takes the place of another once all of it is on the disk.
struct NewFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Makes the file, which only its owner can read.
  ///
  /// - Parameter path: Its first path, at which nothing may be; in the folder of the one that it will replace.
  /// - Throws: Why it cannot be made.
  init(_ path: String) throws(SystemError) {
    self.path = path
    descriptor = try NewFile.open(path)
  }

  deinit { close(descriptor) }

  /// Writes all of some bytes.
  ///
  /// - Parameter bytes: The bytes.
  /// - Throws: Why they cannot be written.
  func write(_ bytes: [UInt8]) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError(count < 0 ? errno : EIO) }
      done += count
    }
  }

  /// Takes over the owner and the mode of another file.
  ///
  /// - Parameter status: What the other file is.
  /// - Returns: Whether the owner is the same now.
  /// - Throws: Why the mode cannot be set.
  func adopt(_ status: stat) throws(SystemError) -> Bool {
    var own = stat()
    guard unsafe fstat(descriptor, &own) == 0 else { throw SystemError(errno) }
    if own.st_uid != status.st_uid, fchown(descriptor, status.st_uid, gid_t.max) != 0 {
      return false
    }
    var mode = status.st_mode & 0o777
    // Where it cannot be of the same group, what that one may do is not for another.
    if own.st_gid != status.st_gid, fchown(descriptor, uid_t.max, status.st_gid) != 0 {
      mode &= ~0o070
    }
    // Behind the owner, since a change of that one takes bits away.
    guard fchmod(descriptor, mode) == 0 else { throw SystemError(errno) }
    return true
  }

  /// Waits until all of it is on the disk.
  ///
  /// - Throws: Why it is not.
  func sync() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError(errno) }
  }

  /// Gives it its path, also on the disk.
  ///
  /// - Parameter target: The path; what is there is replaced.
  /// - Returns: What it is then.
  /// - Throws: Why it cannot be.
  func rename(to target: String) throws(SystemError) -> stat {
    guard unsafe Glibc.rename(path, target) == 0 else { throw SystemError(errno) }
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
    // Some file systems have no such call for folders: the file is in place all the same.
    let parent = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if parent >= 0 {
      fsync(parent)
      close(parent)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(errno) }
    return status
  }

  /// Removes it where it did not get its path.
  func discard() { unsafe _ = unlink(path) }

  private static func open(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError(errno) }
    return descriptor
  }
}
