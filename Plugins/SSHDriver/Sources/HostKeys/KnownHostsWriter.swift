internal import FileKit
internal import Glibc

/// The only one who adds lines to a file of known hosts as long as it lives.
///
/// Others who ask for one wait meanwhile, also those in other processes, so that nobody loses a line. OpenSSH takes no
/// lock: a line of its own is lost only where it comes in the moment between two calls of the system.
struct KnownHostsWriter: ~Copyable {
  /// The path as it was given, for messages.
  private let path: String
  /// The path behind all links: it is what they lead to that is replaced.
  private let target: String
  private let lock: FileLock
  /// What the file was when it was read last; nil: it was not there.
  private var status: stat?
  private var bytes: [UInt8] = []

  /// Locks a file; may wait for 10 seconds.
  ///
  /// - Parameter file: The file; it need not be there, but the folder must.
  /// - Throws: Why it cannot be written.
  init(_ file: KnownHostsFile) throws(KnownHostsFileFault) {
    path = file.path
    target = KnownHostsWriter.resolved(file.path)
    let folder = KnownHostsWriter.folder(of: target)
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else {
      let number = errno
      throw number == ENOENT
        ? .missingFolder(folder, path: path)
        : .unwritableFolder(folder, path: path, number: number)
    }
    if unsafe stat(target, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
      // It will be replaced, which a file cannot forbid: that nobody may write to it has to be heeded all the same.
      guard unsafe access(target, W_OK) == 0 else { throw .unwritable(path: path, number: errno) }
    }
    do throws(SystemError) {
      lock = try FileLock("\(target).lock", ownedAs: status)
    } catch {
      throw error.number == EWOULDBLOCK
        ? .locked(lock: "\(target).lock", path: path)
        : .unwritableFolder(folder, path: path, number: error.number)
    }
    self.status = nil
  }

  /// Reads what the file has now.
  ///
  /// - Returns: Its lines.
  /// - Throws: Why it cannot be read.
  mutating func read() throws(KnownHostsFileFault) -> KnownHosts {
    let content = try KnownHostsFile(target).content()
    status = content?.status
    bytes = content?.bytes ?? []
    var hosts = KnownHosts()
    hosts.add(bytes, source: path)
    return hosts
  }

  /// Adds a line behind those that were read, so that the file has all of it or is unchanged, whatever happens.
  ///
  /// The file keeps its mode and its owner; a new one has 0600.
  ///
  /// - Parameter line: The line, without its end.
  /// - Returns: Where it is; nil: the file has changed since it was read, and has to be read again.
  /// - Throws: Why it cannot be added.
  mutating func append(_ line: String) throws(KnownHostsFileFault) -> KnownHosts.Place? {
    let text = Array(line.utf8)
    guard !text.contains(0x0A), (try? KnownHostsLine.parse(text[...])) != nil else {
      throw .unusableLine(path: path)
    }
    let isOpen = !bytes.isEmpty && bytes.last != 0x0A
    let added = bytes + (isOpen ? [0x0A] : []) + text + [0x0A]
    // While the lock is held nobody else has a file of that name: it is left over from a process that was killed.
    let folder = KnownHostsWriter.folder(of: target)
    let temporary = "\(folder)/.\(KnownHostsWriter.name(of: target)).part"
    unsafe unlink(temporary)
    guard try write(added, to: temporary) else {
      unsafe unlink(temporary)
      return nil
    }
    bytes = added
    return KnownHosts.Place(source: path, line: added.count { $0 == 0x0A })
  }

  /// Makes the new file and puts it in place; false: the old one has changed.
  private mutating func write(
    _ bytes: [UInt8],
    to temporary: String
  ) throws(KnownHostsFileFault) -> Bool {
    var file: NewFile
    do throws(SystemError) {
      file = try NewFile(temporary)
    } catch {
      let folder = KnownHostsWriter.folder(of: target)
      throw .unwritableFolder(folder, path: path, number: error.number)
    }
    do throws(SystemError) {
      try file.write(bytes)
      if let status, try !file.adopt(status) { throw SystemError(EPERM) }
      try file.sync()
      guard isUnchanged else {
        file.discard()
        return false
      }
      status = try file.rename(to: target)
      return true
    } catch {
      file.discard()
      throw error.number == EPERM
        ? .otherOwner(path: path) : .unwritable(path: path, number: error.number)
    }
  }

  /// Whether the file is the one that was read.
  private var isUnchanged: Bool {
    var now = stat()
    guard unsafe stat(target, &now) == 0 else { return status == nil }
    guard let status else { return false }
    return now.st_ino == status.st_ino && now.st_dev == status.st_dev
      && now.st_size == status.st_size && now.st_mtim.tv_sec == status.st_mtim.tv_sec
      && now.st_mtim.tv_nsec == status.st_mtim.tv_nsec
  }

  private static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[$0...].dropFirst()) } ?? path
  }
}
