/// The trace that a request belongs to (W3C Trace Context, Level 1).
package enum TraceContext {
  /// Whether a text is what the header `traceparent` may hold (section 3.2).
  ///
  /// A later version than 00 may add to it, behind a dash.
  package static func isParent(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55 else { return false }
    let parts = bytes[..<55].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 32, 16, 2], parts.joined().allSatisfy(isHexadecimal),
      // An identifier of zeros is none, and ff is no version.
      ![1, 2].contains(where: { parts[$0].allSatisfy { $0 == UInt8(ascii: "0") } }),
      parts[0].contains(where: { $0 != UInt8(ascii: "f") })
    else { return false }
    if bytes.count == 55 { return true }
    let isFirstVersion = parts[0].allSatisfy { $0 == UInt8(ascii: "0") }
    return !isFirstVersion && bytes[55] == UInt8(ascii: "-")
      && bytes[55...].allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  /// Whether a text is what the header `tracestate` may hold, by its characters and its length (section 3.3): who
  /// passes it on need not understand it.
  package static func isState(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 512 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }
}
