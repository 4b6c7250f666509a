internal import FileKit
internal import Glibc

/// The right to write a file; nobody else who asks for it has it at the same time.
///
/// It is a lock (flock(2)) on a file of its own, since the one that is written is replaced. That file stays: were it
/// removed, two processes could hold locks on two files of the same name.
struct FileLock: ~Copyable {
  /// How long to wait for others.
  static let patience = Duration.seconds(10)

  private let descriptor: Int32

  /// Takes the lock; may wait for 10 seconds.
  ///
  /// - Parameters:
  ///   - path: The lock's file; it is made if it is not there.
  ///   - status: What the file or folder is whose owner shall be able to take the lock, too.
  /// - Throws: The system's error; EWOULDBLOCK: somebody else kept it.
  init(_ path: String, ownedAs status: stat) throws(SystemError) {
    descriptor = try FileLock.lock(path)
    // What root did for a user must not keep that user out; nobody else can give files away.
    if geteuid() == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
  }

  deinit { close(descriptor) }

  private static func lock(_ path: String) throws(SystemError) -> Int32 {
    // A link could lead to a file of somebody else, which would be made.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError(errno) }
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      guard number == EWOULDBLOCK || number == EINTR, clock.now < end else {
        close(descriptor)
        throw SystemError(number)
      }
      // Others hold it for as long as a small file takes to be written: a few milliseconds.
      usleep(2000)
    }
    return descriptor
  }
}
