package import DriverKit
package import FileKit
internal import Glibc

/// Files of this machine.
///
/// All of it may wait for a disk, and so is done beside the loop: see `FilePlace.onDisk`.
package enum LocalFiles {
  /// Seconds since the beginning of 1970.
  package static func time() -> Int64 { Int64(Glibc.time(nil)) }

  /// What is known of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - followsLink: Whether it is of what a link leads to.
  /// - Throws: Why nothing is known.
  /// - Returns: The entry; nil: there is none.
  package static func entry(_ path: RemotePath, followsLink: Bool) throws(DriverError) -> FileEntry?
  {
    var status = stat()
    let bytes = path.cString
    let answer = unsafe followsLink ? stat(bytes, &status) : lstat(bytes, &status)
    if answer == 0 { return FileEntry(path: path, status) }
    let error = SystemError(errno)
    if error.number == ENOENT { return nil }
    throw error.error("look at", path)
  }

  /// Makes a directory; one that is there is no fault where parents are made.
  ///
  /// - Throws: Why it cannot be made.
  package static func makeDirectory(
    _ path: RemotePath,
    withParents: Bool,
    mode: UInt32 = 0o777
  ) throws(DriverError) {
    guard let error = try makeOne(path, withParents, mode) else { return }
    guard error.number == ENOENT, withParents, let parent = path.parent, !parent.isBase else {
      throw error.error("make the directory", path)
    }
    try makeDirectory(parent, withParents: true)
    // Once only: in /proc nothing is found however much is there.
    if let error = try makeOne(path, withParents, mode) {
      throw error.error("make the directory", path)
    }
  }

  /// Makes a directory; nil: it is there now.
  private static func makeOne(
    _ path: RemotePath,
    _ mayExist: Bool,
    _ mode: UInt32
  ) throws(DriverError) -> SystemError? {
    if unsafe mkdir(path.cString, mode) == 0 { return nil }
    let error = SystemError(errno)
    guard error.number == EEXIST, mayExist else { return error }
    return try entry(path, followsLink: true)?.kind == .directory ? nil : error
  }

  /// Gives a file its name.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - new: The name, in the same directory.
  ///   - overwrites: Whether what has that name is replaced.
  /// - Throws: Why it cannot be.
  package static func rename(
    _ path: RemotePath,
    to new: RemotePath,
    overwrites: Bool
  ) throws(DriverError) {
    let (from, to) = (path.cString, new.cString)
    if overwrites {
      guard unsafe Glibc.rename(from, to) == 0 else {
        throw SystemError(errno).error("make", new)
      }
      return
    }
    // Unlike rename(2), link(2) replaces nothing.
    if unsafe link(from, to) == 0 { return try remove(path) }
    let error = SystemError(errno)
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(error.number) else {
      throw error.error("make", new)
    }
    // Where a file has one name only, as on disks of cameras, an empty file takes the place first: that is ours.
    let holder = unsafe open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard holder >= 0 else { throw SystemError(errno).error("make", new) }
    close(holder)
    guard unsafe Glibc.rename(from, to) == 0 else {
      let error = SystemError(errno)
      unsafe unlink(to)
      throw error.error("make", new)
    }
  }

  /// Makes a symbolic link.
  ///
  /// - Throws: Why it cannot be made.
  package static func makeLink(_ path: RemotePath, to target: RemotePath) throws(DriverError) {
    guard unsafe symlink(target.cString, path.cString) == 0 else {
      throw SystemError(errno).error("make the link", path)
    }
  }

  /// Removes what is no directory.
  ///
  /// - Throws: Why it cannot be.
  package static func remove(_ path: RemotePath) throws(DriverError) {
    guard unsafe unlink(path.cString) == 0 else { throw SystemError(errno).error("remove", path) }
  }

  /// A name beside a file that nobody else has.
  package static func temporary(for path: RemotePath) -> RemotePath {
    let name = TemporaryName(for: path.name, time: time(), random: .random(in: 0 ... .max))
    return path.sibling(name.bytes)
  }

  /// Waits until the names in a directory are on the disk, where its file system can do that.
  package static func sync(directoryOf path: RemotePath) {
    let folder = path.sibling([0x2E]).cString
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// All that is in a directory.
  ///
  /// - Parameter path: The directory.
  /// - Throws: Why it cannot be listed.
  /// - Returns: The entries, with where links lead to.
  package static func list(_ path: RemotePath) throws(DriverError) -> [FileEntry] {
    let start = path.bytes.isEmpty ? RemotePath(".") : path
    guard let folder = unsafe opendir(start.cString) else {
      throw SystemError(errno).error("list", path)
    }
    defer { unsafe closedir(folder) }
    var entries: [FileEntry] = []
    while true {
      errno = 0
      guard let item = unsafe readdir(folder) else {
        guard errno == 0 else { throw SystemError(errno).error("list", path) }
        return entries
      }
      // The record ends with the name, long before the field does.
      let start = unsafe UnsafeRawPointer(item) + nameOffset
      let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
      let name = unsafe UnsafeRawBufferPointer(start: start, count: length)
      // `.` and `..` are the only ones that are no names.
      guard let file = unsafe try? path.appending(name: name) else { continue }
      var status = stat()
      // What has gone meanwhile is not there.
      guard unsafe lstat(file.cString, &status) == 0 else { continue }
      var entry = FileEntry(path: file, status)
      if entry.kind == .symlink { entry.linkTarget = target(of: file) }
      entries.append(entry)
    }
  }

  /// Where the name begins in a record of readdir(3).
  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19

  private static func target(of link: RemotePath) -> RemotePath? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink(link.cString, &bytes, bytes.count)
    return count > 0 && count < bytes.count ? RemotePath(bytes[..<count]) : nil
  }
}
