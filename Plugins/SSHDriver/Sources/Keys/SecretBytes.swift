internal import CCrypto

/// Bytes that nobody is to find in memory later: they are overwritten when the last one lets go of them.
///
/// Its description says nothing, so that no message and no log can show them.
// Unchecked: the bytes are written to when nobody else is left only.
final class SecretBytes: @unchecked Sendable {
  private var bytes: [UInt8]

  /// Keeps bytes.
  ///
  /// - Parameter bytes: The bytes; who still has them otherwise keeps a copy in memory that is not overwritten.
  init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

  /// Keeps the bytes of a text.
  ///
  /// - Parameter text: The text, which is not overwritten.
  convenience init(_ text: String) { self.init(Array(text.utf8)) }

  deinit { SecretBytes.wipe(&bytes) }

  /// How many bytes there are.
  var count: Int { bytes.count }

  /// Whether there are none.
  var isEmpty: Bool { bytes.isEmpty }

  /// Lends the bytes.
  ///
  /// - Parameter body: What reads them, and keeps none.
  /// - Returns: What it returns.
  /// - Throws: What it throws.
  func withBytes<Value, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(bytes)
  }

  /// Overwrites bytes and drops them.
  ///
  /// - Parameter bytes: The bytes, which nobody else has: else it is a copy that is overwritten.
  static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe ccrypto_wipe($0.baseAddress, $0.count) }
    bytes = []
  }
}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
  var description: String { "***" }

  var customMirror: Mirror { Mirror(self, children: []) }
}
