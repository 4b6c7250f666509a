package import DriverKit
package import FileKit
internal import Glibc

/// A file of this machine that is open, until it is let go of.
///
/// All that it does may wait for a disk, and so is done beside the loop: see `FilePlace.onDisk`.
package final class LocalFile: Sendable {
  /// The path for messages.
  package let path: RemotePath
  /// The path that it was opened by.
  package let place: RemotePath
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - flags: How, as open(2) has them.
  ///   - mode: What everybody may do with a file that is made, less what the process's mask takes from it.
  ///   - shown: The path for messages; nil: its own.
  /// - Throws: Why it cannot be.
  package init(
    _ path: RemotePath,
    _ flags: Int32,
    mode: UInt32 = 0o600,
    shown: RemotePath? = nil
  ) throws(DriverError) {
    // A pipe in place of a file would be waited for without end.
    let descriptor = unsafe Glibc.open(path.cString, flags | O_CLOEXEC | O_NONBLOCK, mode)
    guard descriptor >= 0 else {
      let isNew = flags & O_CREAT != 0
      throw SystemError(errno).error(isNew ? "make" : "open", shown ?? path)
    }
    self.path = shown ?? path
    place = path
    self.descriptor = descriptor
  }

  deinit { Glibc.close(descriptor) }

  /// What is known of it.
  ///
  /// - Throws: Why nothing is.
  package func entry() throws(DriverError) -> FileEntry {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SystemError(errno).error("look at", path)
    }
    return FileEntry(path: path, status)
  }

  /// Reads bytes.
  ///
  /// - Parameters:
  ///   - offset: From where on.
  ///   - count: How many at most.
  /// - Throws: Why it cannot be read.
  /// - Returns: The bytes; none: the file ends there.
  package func read(at offset: UInt64, _ count: Int) throws(DriverError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      while done < count {
        let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
        let got = unsafe pread(descriptor, start, count - done, Int(offset) + done)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { break }
        done += got
      }
    }
    guard failure == 0 else { throw SystemError(failure).error("read", path) }
    return bytes
  }

  /// Writes bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - offset: Where to.
  /// - Throws: Why they cannot be written.
  package func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(DriverError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        return unsafe pwrite(descriptor, rest.baseAddress, rest.count, Int(offset) + done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError(count < 0 ? errno : EIO).error("write", path) }
      done += count
    }
  }

  /// Sets the mode and the time of change.
  ///
  /// - Throws: Why they cannot be.
  package func set(mode: UInt32?, modified: FileTime?) throws(DriverError) {
    if let mode, fchmod(descriptor, mode) != 0 {
      throw SystemError(errno).error("change the mode of", path)
    }
    guard let modified else { return }
    let time = timespec(tv_sec: Int(modified.seconds), tv_nsec: Int(modified.nanoseconds))
    guard unsafe futimens(descriptor, [time, time]) == 0 else {
      throw SystemError(errno).error("change the time of", path)
    }
  }

  /// Waits until all of it is on the disk.
  ///
  /// - Throws: Why it is not.
  package func sync() throws(DriverError) {
    guard fsync(descriptor) == 0 else { throw SystemError(errno).error("bring to disk", path) }
  }

  /// Hears what closing it would tell: some file systems say only then that all is not written.
  ///
  /// - Throws: What it tells.
  package func flush() throws(DriverError) {
    // Each close of a descriptor tells; this one stays open for whoever holds the file.
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0, Glibc.close(copy) == 0 else { throw SystemError(errno).error("write", path) }
  }
}

extension RemotePath {
  /// The bytes as C has them, which are no path where one of them is 0.
  var cString: [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }
}

extension FileEntry {
  /// The entry of a file of this machine.
  init(path: RemotePath, _ status: stat) {
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symlink
      default: .other
      }
    self.init(
      path: path,
      kind: kind,
      size: Int64(status.st_size),
      modified: FileTime(
        seconds: Int64(status.st_mtim.tv_sec),
        nanoseconds: Int32(status.st_mtim.tv_nsec),
        exactness: .nanosecond
      )
    )
    permissions = UInt16(status.st_mode & 0o7777)
  }
}
