internal import Glibc

/// A file of known hosts.
struct KnownHostsFile: Hashable, Sendable {
  let path: String

  /// A file that need not be there.
  ///
  /// - Parameter path: Its path; ~ is no home folder here.
  init(_ path: String) { self.path = path }

  /// More than the keys of a million hosts; what is larger is another kind of file.
  static let largestSize = 256 << 20

  /// Reads files of known hosts, which count together.
  ///
  /// Files that are not there are left out, as OpenSSH does. One that cannot be read is an error: what it revokes would
  /// be trusted.
  ///
  /// - Parameter paths: Their paths, in order.
  /// - Returns: Their lines.
  /// - Throws: Which one cannot be read, and why.
  static func read(_ paths: [String]) throws(KnownHostsFileFault) -> KnownHosts {
    var hosts = KnownHosts()
    for path in paths {
      if let content = try KnownHostsFile(path).content() {
        hosts.add(content.bytes, source: path)
      } else {
        hosts.add(missing: path)
      }
    }
    return hosts
  }

  /// The bytes of the file and what it was when they were read.
  struct Content {
    let bytes: [UInt8]
    let status: stat
  }

  /// Reads the file.
  ///
  /// - Returns: What is in it; nil: it is not there.
  /// - Throws: Why it cannot be read.
  func content() throws(KnownHostsFileFault) -> Content? {
    // Of a pipe that nobody writes to there would be no end of waiting.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      let number = errno
      if number == ENOENT || number == ENOTDIR { return nil }
      throw number == ENXIO
        ? .notAFile(path: path) : .unreadable(path: path, number: number)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, number: errno)
    }
    // /dev/null is what people give who want none to be known.
    if path == "/dev/null" { return Content(bytes: [], status: status) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    return Content(bytes: try bytes(descriptor, expected: Int(status.st_size)), status: status)
  }

  private func bytes(_ descriptor: Int32, expected: Int) throws(KnownHostsFileFault) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(max(expected, 0), KnownHostsFile.largestSize))
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(path: path, number: errno) }
      if count == 0 { return bytes }
      bytes += block[..<count]
      guard bytes.count <= KnownHostsFile.largestSize else {
        throw .tooLarge(path: path, limit: KnownHostsFile.largestSize)
      }
    }
  }
}
