import Foundation

/// Why a piece of test support could not do its work, in words.
package struct TestSupportError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }

  /// The failure of a system call, named with errno's text.
  package static func system(_ call: String, _ code: Int32) -> TestSupportError {
    TestSupportError("\(call): \(String(cString: strerror(code)))")
  }
}
