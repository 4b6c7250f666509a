/// Tells texts that name a secret of a vault from others: `vault.secret(CONFIG:PATH.KEY)`.
///
/// Forms only need to know that there is one: it is no secret itself, and what it stands for is not
/// known while a form is filled in.
package enum ReferenceText {
  private static let opening = Array("vault.secret(".utf8)
  private static let backslash = UInt8(ascii: "\\")

  /// Whether a text is one reference and nothing else.
  package static func isWhole(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.starts(with: opening) && end(bytes, from: opening.count) == bytes.count
  }

  /// Whether there is a reference in a text.
  package static func isIn(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    for start in bytes.indices where bytes[start...].starts(with: opening) {
      // With a backslash before it, it is plain text.
      if start > 0, bytes[start - 1] == backslash { continue }
      if end(bytes, from: start + opening.count) != nil { return true }
    }
    return false
  }

  /// Whether there is a reference anywhere in a value.
  package static func isIn(_ value: Value) -> Bool {
    switch value.resolved {
    case .string(let text): isIn(text)
    case .list(let items): items.contains { isIn($0) }
    case .map(let members): members.contains { isIn($0.value) }
    default: false
    }
  }

  /// Where a reference ends whose name begins at a place; nil if it does not, or names nothing.
  private static func end(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == backslash {
        index += 2
      } else if bytes[index] == UInt8(ascii: ")") {
        return index > start ? index + 1 : nil
      } else {
        index += 1
      }
    }
    return nil
  }
}
