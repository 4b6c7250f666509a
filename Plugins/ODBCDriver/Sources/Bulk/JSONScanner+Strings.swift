extension JSONScanner {
  /// Reads a string of which only its place is wanted.
  ///
  /// - Parameter text: The text.
  /// - Returns: Where it stands without its quotes, and whether it has escapes.
  /// - Throws: What is wrong in it.
  mutating func string(
    _ text: Span<UInt8>
  ) throws(JSONFault) -> (range: Range<Int>, isEscaped: Bool) {
    let start = place
    place += 1
    var isEscaped = false
    while place < text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        return ((start + 1)..<(place - 1), isEscaped)
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        _ = try escape(text)
      } else if byte < 0x20 {
        throw JSONFault(place, "a control character (byte \(byte)) stands in a string")
      } else {
        place += 1
      }
    }
    throw JSONFault(start, "the string is not closed on its line")
  }

  /// Reads a string that must be a name.
  mutating func name(
    _ text: Span<UInt8>
  ) throws(JSONFault) -> (range: Range<Int>, isEscaped: Bool) {
    guard place < text.count, text[place] == UInt8(ascii: "\"") else {
      throw .unexpected(text, place, wanted: "a name in quotes")
    }
    return try string(text)
  }

  /// Puts the text of a string into `decoded`.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - range: Where the string stands without its quotes; it was read before.
  /// - Throws: Nothing for a string that was read before.
  mutating func decode(_ text: Span<UInt8>, _ range: Range<Int>) throws(JSONFault) {
    let end = place
    defer { place = end }
    decoded.removeAll(keepingCapacity: true)
    place = range.lowerBound
    while place < range.upperBound {
      var plain = place
      while plain < range.upperBound, text[plain] != UInt8(ascii: "\\") { plain += 1 }
      decoded.append(bytesOf: text.extracting(place..<plain))
      place = plain
      guard place < range.upperBound else { return }
      let scalar = try escape(text)
      if scalar.isASCII {
        decoded.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        decoded.append(contentsOf: String(scalar).utf8)
      }
    }
  }

  /// Reads an escape, or two that are one character.
  private mutating func escape(_ text: Span<UInt8>) throws(JSONFault) -> Unicode.Scalar {
    let start = place
    guard place + 1 < text.count else {
      throw .unexpected(text, place + 1, wanted: "the rest of an escape")
    }
    place += 2
    switch text[start + 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .unexpected(text, start + 1, wanted: "one of \"\\/bfnrtu")
    }
    let unit = try hexadecimal(text)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if unit < 0xDC00, skip(UInt8(ascii: "\\"), text), skip(UInt8(ascii: "u"), text) {
      let second = try hexadecimal(text)
      let value = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(second & 0x3FF)
      if second & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(value) { return scalar }
    }
    throw JSONFault(start, "half of a surrogate pair stands alone")
  }

  /// Reads four hexadecimal digits.
  private mutating func hexadecimal(_ text: Span<UInt8>) throws(JSONFault) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = place < text.count ? text[place] : 0
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: throw .unexpected(text, place, wanted: "a hexadecimal digit")
      }
      value = value << 4 | UInt16(digit)
      place += 1
    }
    return value
  }
}
