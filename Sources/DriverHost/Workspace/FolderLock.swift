import Glibc

/// The right to change what is in a folder; no other process that asks has it at the same time.
///
/// It is a lock on the folder itself (`flock(2)`), so that no file of its own lies about, and ends with the process
/// at the latest.
final class FolderLock {
  /// How long to wait for another process.
  private static let patience = Duration.seconds(10)

  private let folder: String
  private let descriptor: Int32

  /// Takes the lock of a folder, which is made if it is not there.
  ///
  /// - Throws: Why there is no such folder, or that another process has not given the lock back in 10 seconds.
  init(_ folder: String) throws(HostError) {
    self.folder = folder
    try FolderLock.make(folder)
    descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FolderLock.refused(folder, errno) }
    let end = MonotonicTime.now.advanced(by: FolderLock.patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      guard number == EWOULDBLOCK || number == EINTR else {
        close(descriptor)
        throw FolderLock.refused(folder, number)
      }
      guard MonotonicTime.now < end else {
        close(descriptor)
        throw HostError(
          .timedOut,
          stage: .input,
          "another process has been writing in \(folder) for \(FolderLock.patience.inWords); try again when it is done (`fuser \(folder)` names it)"
        )
      }
      usleep(2000)
    }
  }

  deinit { close(descriptor) }

  /// Lets names that were changed survive a power cut.
  func sync() { fsync(descriptor) }

  /// Removes what writers left behind that were killed: while the lock is held there is no other writer.
  func removeLeftovers() {
    for name in (try? Folder.names(in: folder, where: AtomicFile.isTemporary)) ?? [] {
      unsafe unlink(Folder.path(of: name, in: folder))
    }
  }

  private static func make(_ folder: String) throws(HostError) {
    var missing: [String] = []
    var path = folder
    while FileStatus.ofFile(path) == nil, path != "/", path != "." {
      missing.append(path)
      path = Folder.parent(of: path)
    }
    for path in missing.reversed() {
      guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw refused(path, errno) }
    }
  }

  private static func refused(_ folder: String, _ number: Int32) -> HostError {
    HostError(
      .forbidden,
      stage: .input,
      "the folder \(folder) cannot be written to: \(systemMessage(number))"
    )
  }
}
