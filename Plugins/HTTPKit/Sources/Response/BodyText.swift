/// What a body's bytes look like.
package enum BodyText {
  /// How long the mark is that some writers put before UTF-8: 0 where there is none.
  package static func markLength(_ bytes: Span<UInt8>) -> Int {
    let isThere =
      bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    return isThere ? 3 : 0
  }

  /// Where a document stands: without a mark before it and space after it.
  package static func document(_ bytes: Span<UInt8>) -> Range<Int> {
    let start = markLength(bytes)
    var end = bytes.count
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }

  /// Whether the first character that is no space begins a list or a map.
  package static func looksLikeDocument(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF: continue
      case let byte: return byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
      }
    }
    return false
  }

  /// Whether the bytes are UTF-8 without a NUL.
  package static func isText(_ bytes: Span<UInt8>) -> Bool {
    var isASCII = true
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == 0 { return false }
      if byte >= 0x80 { isASCII = false }
    }
    if isASCII { return true }
    return (try? UTF8Span(validating: bytes)) != nil
  }

  /// Whether a name of an encoding is UTF-8's.
  package static func isUTF8(_ charset: String) -> Bool { charset == "utf-8" || charset == "utf8" }
}
