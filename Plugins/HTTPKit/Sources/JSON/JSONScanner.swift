/// Finds places in a JSON document (RFC 8259), without a copy of it.
///
/// The bytes are taken for a document as `JSONSyntax.isDocument` accepts it. Of other bytes the
/// answers mean little, but nothing is read out of bounds. Each function is one pass at most, without
/// recursion. Ranges that are given may have space around the value; those that come back have none.
package enum JSONScanner {
  /// What a value is.
  package enum Kind: Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null
  }

  // MARK: - Places

  /// Where the value stands that a pointer names (RFC 6901).
  ///
  /// Of members with the same name the first counts.
  ///
  /// - Parameters:
  ///   - pointer: Empty for the whole; a name in it is compared with what an escaped one says.
  ///   - bytes: The document.
  ///   - range: The value that the pointer starts from; nil: the document.
  /// - Returns: nil where there is no such value, or the pointer is none.
  package static func value(
    at pointer: String,
    in bytes: Span<UInt8>,
    within range: Range<Int>? = nil
  ) -> Range<Int>? {
    guard let tokens = tokens(of: pointer) else { return nil }
    var cursor = JSONCursor(range, in: bytes)
    for token in tokens {
      cursor.skipSpace(bytes)
      switch cursor.current(bytes) {
      case UInt8(ascii: "{"):
        guard cursor.enterMember(named: token, bytes) else { return nil }
      case UInt8(ascii: "["):
        guard let index = index(token), cursor.enterItem(index, bytes) else { return nil }
      default: return nil
      }
    }
    return cursor.takeValue(bytes)
  }

  /// Where an array's elements stand; none if it is no array.
  package static func items(of range: Range<Int>, in bytes: Span<UInt8>) -> [Range<Int>] {
    var cursor = JSONCursor(range, in: bytes)
    guard cursor.enter(UInt8(ascii: "["), bytes) else { return [] }
    var items: [Range<Int>] = []
    while cursor.startItem(bytes), let item = cursor.takeValue(bytes) { items.append(item) }
    return items
  }

  /// The names of an object's members, and where their values stand; none if it is no object.
  ///
  /// They come in order, those with the same name too.
  package static func members(
    of range: Range<Int>,
    in bytes: Span<UInt8>
  ) -> [(name: String, value: Range<Int>)] {
    var cursor = JSONCursor(range, in: bytes)
    guard cursor.enter(UInt8(ascii: "{"), bytes) else { return [] }
    var members: [(name: String, value: Range<Int>)] = []
    while let name = cursor.takeName(bytes), let value = cursor.takeValue(bytes) {
      let text = String(decoding: JSONText.decoded(name, in: bytes), as: UTF8.self)
      members.append((text, value))
    }
    return members
  }

  // MARK: - Values

  /// What the value is, by its first byte; nil if that begins none.
  package static func kind(of range: Range<Int>, in bytes: Span<UInt8>) -> Kind? {
    var cursor = JSONCursor(range, in: bytes)
    cursor.skipSpace(bytes)
    switch cursor.current(bytes) {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: return nil
    }
  }

  /// A string's text; nil if the value is none.
  package static func string(of range: Range<Int>, in bytes: Span<UInt8>) -> String? {
    var cursor = JSONCursor(range, in: bytes)
    guard let content = cursor.takeString(bytes) else { return nil }
    return String(decoding: JSONText.decoded(content, in: bytes), as: UTF8.self)
  }

  /// A string's text, a number as it is written, `true` or `false`; nil for null, lists and maps.
  package static func scalarText(of range: Range<Int>, in bytes: Span<UInt8>) -> String? {
    switch kind(of: range, in: bytes) {
    case .string: return string(of: range, in: bytes)
    case .number, .boolean:
      var cursor = JSONCursor(range, in: bytes)
      guard let value = cursor.takeValue(bytes) else { return nil }
      var text: [UInt8] = []
      text.reserveCapacity(value.count)
      for place in value { text.append(bytes[place]) }
      return String(decoding: text, as: UTF8.self)
    case .object, .array, .null, nil: return nil
    }
  }

  // MARK: - Pointers

  /// A pointer's names without their escapes; nil if it is no pointer.
  private static func tokens(of pointer: String) -> [[UInt8]]? {
    if pointer.isEmpty { return [] }
    let parts = pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = parts.first, first.isEmpty else { return nil }
    var tokens: [[UInt8]] = []
    for part in parts.dropFirst() {
      var token: [UInt8] = []
      var rest = part
      while let byte = rest.popFirst() {
        if byte != UInt8(ascii: "~") {
          token.append(byte)
          continue
        }
        switch rest.popFirst() {
        case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
        case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
        default: return nil
        }
      }
      tokens.append(token)
    }
    return tokens
  }

  /// An array's index: digits without a leading zero (RFC 6901, section 4).
  private static func index(_ token: [UInt8]) -> Int? {
    guard token.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      token.count == 1 || token.first != UInt8(ascii: "0")
    else { return nil }
    return Int(String(decoding: token, as: UTF8.self))
  }
}
