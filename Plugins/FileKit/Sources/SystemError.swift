internal import Glibc

/// An error of the system, with its words for it (strerror(3)).
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  package let number: Int32

  /// An error of a number.
  ///
  /// - Parameter number: The number, as errno has it.
  package init(_ number: Int32) { self.number = number }

  /// The words, without a full stop.
  package var description: String {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
