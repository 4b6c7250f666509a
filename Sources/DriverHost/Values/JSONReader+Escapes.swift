extension JSONReader {
  /// Reads the rest of a string that holds escapes into `unescaped`: from `start`, of which
  /// everything up to `end` is plain.
  mutating func readEscapes(from start: Int, plainTo end: Int) throws(JSONFailure) {
    unescaped.removeAll(keepingCapacity: true)
    var start = start
    position = end
    while true {
      input.append(start..<position, to: &unescaped)
      switch input[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"):
        position += 1
        try readEscape()
      default: throw unfinishedString()
      }
      start = position
      position = input.endOfPlainText(from: start)
    }
  }

  private mutating func readEscape() throws(JSONFailure) {
    let byte = input[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"): try readScalar()
    default:
      position -= 1
      throw expected("one of `\"\\/bfnrtu` after a backslash")
    }
  }

  /// Reads the digits of `\u`, and of the second half of a surrogate pair.
  private mutating func readScalar() throws(JSONFailure) {
    let start = position - 2
    var code = try readFourDigits()
    if (0xD800...0xDBFF).contains(code), input[position] == UInt8(ascii: "\\"),
      input[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try readFourDigits()
      if (0xDC00...0xDFFF).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONFailure(
        offset: start,
        expected: "both halves of a surrogate pair",
        message: "half of a surrogate pair stands alone here; no text can hold it"
      )
    }
    unescaped.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func readFourDigits() throws(JSONFailure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(input[position])).hexDigitValue else {
        throw expected("four hexadecimal digits after `\\u`")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private func unfinishedString() -> JSONFailure {
    guard position < input.count else { return expected("a quote that ends the string") }
    let digits = String(input[position], radix: 16, uppercase: true)
    return JSONFailure(
      offset: position,
      expected: "an escape",
      message: "a control character stands in a string; write it as "
        + "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
    )
  }
}
