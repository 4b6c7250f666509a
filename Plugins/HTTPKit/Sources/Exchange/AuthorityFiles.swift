package import DriverKit
internal import Glibc

/// What the certificates of servers are checked against.
package enum Trust: Equatable {
  /// Nothing: they are not checked.
  case anybody
  /// The authorities that the system trusts.
  case system
  /// Authorities as PEM text.
  case authorities([UInt8])
}

/// The files of authorities that requests name.
///
/// They are read for each connection's request, and libcurl gets the text: given a path it would keep
/// what it has read for a day, use kept connections whatever the file says by then, and wait for a pipe.
package final class AuthorityFiles {
  /// What was read before, so that equal texts are one in memory and compared at a glance.
  private var known: [String: [UInt8]] = [:]

  /// The text of a file as it is now.
  ///
  /// - Throws: `.invalidInput` where it is no file, or cannot be read.
  package func text(_ path: String) throws(DriverError) -> [UInt8] {
    let text = try AuthorityFiles.read(path)
    if let before = known[path], before == text { return before }
    if known.count >= 16 { known.removeAll() }
    known[path] = text
    return text
  }

  private static func read(_ path: String) throws(DriverError) -> [UInt8] {
    // Opening a pipe without O_NONBLOCK waits for its writer, and all other requests with it.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(path, "cannot be opened", errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else {
      throw failure(path, "cannot be looked at", errno)
    }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw failure(path, "is no regular file") }
    let limit = TLSSettings.largestAuthorities
    guard facts.st_size <= limit else { throw failure(path, "is longer than \(limit) bytes") }
    var text: [UInt8] = []
    text.reserveCapacity(Int(facts.st_size))
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return text }
      if count > 0 {
        text += part[..<count]
        // It may have grown meanwhile.
        guard text.count <= limit else { throw failure(path, "is longer than \(limit) bytes") }
      } else if errno != EINTR {
        throw failure(path, "cannot be read", errno)
      }
    }
  }

  private static func failure(_ path: String, _ what: String, _ number: Int32 = 0) -> DriverError {
    let reason =
      number == 0 ? "" : unsafe strerror(number).map { unsafe ": " + String(cString: $0) }
    return DriverError(
      .invalidInput,
      "the file \(path) of tls.ca_file \(what)\(reason ?? ""): give the path of a file that holds the authorities as PEM text",
      pointer: "/tls/ca_file"
    )
  }
}
