package import DriverKit

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
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - input: The input that names it.
  ///   - pointer: The same as a pointer.
  /// - Throws: `.invalidInput` where it is no file, or cannot be read.
  /// - Returns: The text.
  package func text(
    _ path: String,
    of input: String,
    _ pointer: String
  ) throws(DriverError) -> [UInt8] {
    let text = try RegularFile.bytes(path, limit: TLSSettings.largestAuthorities) { what in
      DriverError(
        .invalidInput,
        "the file \(path) of \(input) \(what): give the path of a file that holds the authorities as PEM text",
        pointer: pointer
      )
    }
    if let before = known[path], before == text { return before }
    if known.count >= 16 { known.removeAll() }
    known[path] = text
    return text
  }
}
