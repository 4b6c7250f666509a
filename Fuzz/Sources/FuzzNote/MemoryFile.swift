@testable import DriverHost
import FuzzSupport
import Glibc

/// A file in memory that loses its name at once.
struct MemoryFile: ~Copyable {
  private let descriptor: Int32

  init() {
    var path = Array("/dev/shm/FuzzNote-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    unlink(path)
  }

  /// Replaces its content.
  func write(_ bytes: [UInt8]) {
    guard ftruncate(descriptor, bytes.count) == 0,
      pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    else { fatalError("no file in memory can be written: \(String(cString: strerror(errno)))") }
  }

  /// The file as the host opens one.
  func opened() throws(SystemError) -> OpenFile {
    try OpenFile(descriptor: fcntl(descriptor, F_DUPFD_CLOEXEC, 0))
  }
}
