internal import CLinux
internal import DriverHost
internal import Glibc

/// The file beside a history in which each process that records has one byte locked for as long as
/// it lives.
///
/// The kernel lets go of a lock when its process ends, however it ends, so that a byte without a
/// lock says that whoever it was given to is dead: no process id is compared, which others have
/// again later, and which mean something else in another container. An owner's byte is its number,
/// which is random and never given twice; the byte 0 is locked while a history is being opened.
///
/// The locks are those of open file descriptions (fcntl(2), F_OFD_SETLK): unlike the older ones
/// they are not lost when the process closes another descriptor of the file, and two histories of
/// one process see each other's. A child of `fork(2)` would keep them alive with its copy of the
/// descriptor, so it closes that.
final class OwnerFile: @unchecked Sendable {
  // `@unchecked` because nothing of it changes.
  private let descriptor: Int32
  private let holdsLocks: Bool

  /// The name of the file that belongs to a history.
  static func path(of history: String) -> String { "\(history)-owners" }

  /// Opens the file; to look, it is opened anew each time, since it may have been made meanwhile.
  ///
  /// - Parameters:
  ///   - history: The history's file.
  ///   - forLocking: To lock bytes, for which the file is made if there is none, and not just to
  ///     look.
  /// - Throws: Why that cannot be.
  init(of history: String, forLocking: Bool) throws(HostError) {
    let path = OwnerFile.path(of: history)
    let flags = forLocking ? O_RDWR | O_CREAT : O_RDONLY
    descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOCTTY, 0o600)
    holdsLocks = forLocking
    guard descriptor >= 0 || (!forLocking && errno == ENOENT) else {
      throw HostError(
        .forbidden,
        stage: .call,
        "the file \(path), which says who writes the history, cannot be opened: \(systemMessage(errno)); see to the rights of the file and its folder"
      )
    }
    if holdsLocks { ForkedDescriptors.shared.insert(descriptor) }
  }

  deinit {
    if holdsLocks { ForkedDescriptors.shared.remove(descriptor) }
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Locks a byte; false where another has it.
  func lock(_ byte: Int64) throws(HostError) -> Bool {
    if clinux_lock_byte(descriptor, byte) == 0 { return true }
    guard errno == EAGAIN || errno == EACCES else {
      throw HostError(
        .unsupported,
        stage: .call,
        "the history's file system has no locks (\(systemMessage(errno))): keep the history on a local disk"
      )
    }
    return false
  }

  /// Lets go of a byte.
  func unlock(_ byte: Int64) { _ = clinux_unlock_byte(descriptor, byte) }

  /// Whether somebody other than this object has a byte locked.
  func isLocked(_ byte: Int64) -> Bool {
    // Without the file nobody has a lock in it.
    guard descriptor >= 0 else { return false }
    // Whatever the kernel cannot answer, nobody is declared dead for it.
    return clinux_byte_is_locked(descriptor, byte) != 0
  }
}

/// The descriptors that a child of `fork(2)` closes at once.
private final class ForkedDescriptors: @unchecked Sendable {
  // `@unchecked` because `descriptors` is reached only inside `monitor`.
  static let shared = ForkedDescriptors()

  private let monitor = Monitor()
  private var descriptors: [Int32] = []

  private init() {
    // The lock is taken around the fork, since the thread that had it would not be in the child.
    pthread_atfork(
      { ForkedDescriptors.shared.monitor.lock() },
      { ForkedDescriptors.shared.monitor.unlock() },
      {
        for descriptor in ForkedDescriptors.shared.descriptors { Glibc.close(descriptor) }
        // Their numbers are free for others, which a child of this child must not lose.
        ForkedDescriptors.shared.descriptors.removeAll()
        ForkedDescriptors.shared.monitor.unlock()
      }
    )
  }

  func insert(_ descriptor: Int32) {
    monitor.lock()
    descriptors.append(descriptor)
    monitor.unlock()
  }

  func remove(_ descriptor: Int32) {
    monitor.lock()
    descriptors.removeAll { $0 == descriptor }
    monitor.unlock()
  }
}
