import Foundation

/// A value that is touched by one thread at a time.
///
/// Over a lock that the thread sanitizer knows.
package final class Locked<Value>: @unchecked Sendable {
  // `@unchecked` because `value` is reached only inside `with`.
  private let lock = NSLock()
  private var value: Value

  /// A lock around a first value.
  package init(_ value: sending Value) {
    self.value = value
  }

  /// Runs `body` while nobody else is inside.
  package func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
