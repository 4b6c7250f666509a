package import DriverKit
internal import Glibc

/// Files that inputs name and libcurl reads, on the loop's thread.
package enum RegularFile {
  /// Looks whether a path leads to a regular file that can be read: a pipe would hold the loop up.
  ///
  /// - Throws: `.invalidInput` with the reason.
  package static func check(_ path: String, pointer: String) throws(DriverError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw fault(path, pointer, reason(errno)) }
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else {
      throw fault(path, pointer, reason(errno))
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw fault(path, pointer, "it is no regular file")
    }
  }

  private static func reason(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }

  private static func fault(_ path: String, _ pointer: String, _ reason: String) -> DriverError {
    DriverError(
      .invalidInput,
      "\(path) cannot be sent: \(reason). Check the path, and who may read it",
      pointer: pointer
    )
  }
}
