package import DriverKit
internal import Glibc

/// Files that inputs name, read on the loop's thread.
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

  /// What a file holds now.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - limit: How many bytes it may have.
  ///   - fault: The error for what is wrong with it, such as `cannot be opened: …`.
  /// - Throws: That error where it is no regular file, too long, or cannot be read.
  /// - Returns: The bytes.
  package static func bytes(
    _ path: String,
    limit: Int,
    _ fault: (_ what: String) -> DriverError
  ) throws(DriverError) -> [UInt8] {
    // Opening a pipe without O_NONBLOCK waits for its writer, and all other requests with it.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw fault("cannot be opened: \(reason(errno))") }
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else {
      throw fault("cannot be looked at: \(reason(errno))")
    }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw fault("is no regular file") }
    guard facts.st_size <= limit else { throw fault("is longer than \(limit) bytes") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(facts.st_size))
    var part = [UInt8](repeating: 0, count: min(limit, 64 << 10))
    while true {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += part[..<count]
        // It may have grown meanwhile.
        guard bytes.count <= limit else { throw fault("is longer than \(limit) bytes") }
      } else if errno != EINTR {
        throw fault("cannot be read: \(reason(errno))")
      }
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
