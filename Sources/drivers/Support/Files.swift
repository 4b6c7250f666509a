import DriverHost
import Glibc

/// Files that a command line names.
enum Files {
  /// What a file may be at most: an input, not a payload.
  private static let limit = 64 << 20

  /// A file's bytes; `-` is standard input.
  ///
  /// - Throws: Which file could not be read, and why.
  static func read(_ path: String) throws(HostError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(path, errno)
      }
      guard bytes.count + count <= limit else {
        throw HostError(
          .tooLarge,
          stage: .input,
          "\(name(path)) is larger than \(limit >> 20) MiB, which is the limit for an input"
        )
      }
      bytes += buffer[..<count]
    }
  }

  /// Whether others than its owner may read a file; false where there is none.
  static func isReadableByOthers(_ path: String) -> Bool {
    var status = stat()
    guard path != "-", unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o044 != 0
  }

  /// A path as messages name it.
  static func name(_ path: String) -> String {
    path == "-" ? "<standard input>" : path
  }

  /// Why a file could not be read.
  static func failure(_ path: String, _ number: Int32) -> HostError {
    HostError(
      number == ENOENT ? .notFound : .forbidden,
      stage: .input,
      "\(name(path)) cannot be read: \(systemMessage(number))"
    )
  }
}
