import Glibc

/// A call of the system that failed.
///
/// The corresponding C name is `errno`.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The number, such as `ENOENT`.
  let number: Int32

  /// The failure of the call that was made last on this thread.
  init() { number = errno }

  /// A failure by its number.
  init(_ number: Int32) { self.number = number }

  /// Whether there is nothing at the path.
  ///
  /// The corresponding C codes are `ENOENT` and `ENOTDIR`.
  var isNotFound: Bool { number == ENOENT || number == ENOTDIR }

  /// The system's own words: "Permission denied".
  package var description: String { systemMessage(number) }
}
