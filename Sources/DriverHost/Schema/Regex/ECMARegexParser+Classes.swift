/// Character escapes and classes, ECMA-262, 22.2.1 (CharacterEscape, CharacterClass).
extension ECMARegexParser {
  /// What an escape stands for.
  enum Escaped {
    case character(UInt32)
    /// Several characters, as the inside of a PCRE2 class.
    case set(String)
  }

  /// `[…]`, for PCRE2.
  mutating func characterClass() throws(SyntaxFault) -> String {
    let start = position
    position += 1
    let isNegated = take("^")
    var members = ""
    while let next = peek, next != "]" {
      let place = position
      let first = try classAtom(next)
      guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        members += ECMARegexParser.members(first)
        continue
      }
      position += 1
      let last = try classAtom(scalars[position])
      guard case .character(let low) = first, case .character(let high) = last else {
        throw fault("a range must be between two characters", at: place)
      }
      guard low <= high else { throw fault("range out of order in a class", at: place) }
      members += ECMARegexParser.range(low, high)
    }
    guard take("]") else { throw fault("`[` is not closed", at: start) }
    if members.isEmpty { return isNegated ? "[\\x{0}-\\x{10ffff}]" : "(?:(?!))" }
    return isNegated ? "[^\(members)]" : "[\(members)]"
  }

  private mutating func classAtom(_ next: Unicode.Scalar) throws(SyntaxFault) -> Escaped {
    position += 1
    return next == "\\" ? try escape(inClass: true) : .character(next.value)
  }

  private static func members(_ atom: Escaped) -> String {
    switch atom {
    case .character(let value): range(value, value)
    case .set(let set): set
    }
  }

  /// A range without the surrogates, which are in no text and which PCRE2 refuses as its ends.
  private static func range(_ low: UInt32, _ high: UInt32) -> String {
    let from = (0xD800...0xDFFF).contains(low) ? 0xE000 : low
    let to = (0xD800...0xDFFF).contains(high) ? 0xD7FF : high
    if from > to { return "" }
    return from == to ? classMember(from) : "\(classMember(from))-\(classMember(to))"
  }

  /// What follows `\`, which has been read.
  mutating func escape(inClass: Bool) throws(SyntaxFault) -> Escaped {
    let start = position - 1
    guard let next = peek else { throw fault("`\\` at the end", at: start) }
    position += 1
    switch next {
    case "d": return .set("0-9")
    case "D": return .set("\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}")
    case "s": return .set(ECMARegexParser.whitespace)
    case "S": return .set(ECMARegexParser.notWhitespace)
    case "w": return .set("0-9A-Z_a-z")
    case "W":
      return .set(flags.ignoresCase ? ECMARegexParser.notWordFolded : ECMARegexParser.notWord)
    case "p", "P": return .set(try property(isNegated: next == "P", at: start))
    case "t": return .character(9)
    case "n": return .character(10)
    case "v": return .character(11)
    case "f": return .character(12)
    case "r": return .character(13)
    case "b" where inClass: return .character(8)
    case "-" where inClass: return .character(0x2D)
    case "c":
      guard let letter = peek, letter.isASCII, letter.properties.isAlphabetic else {
        throw fault("`\\c` needs a letter", at: start)
      }
      position += 1
      return .character(letter.value % 32)
    case "0":
      if let digit = peek, ("0"..."9").contains(digit) {
        throw fault("`\\0` must not be followed by a digit", at: start)
      }
      return .character(0)
    case "x": return .character(try hexadecimal(digits: 2, at: start))
    case "u": return .character(try unicodeEscape())
    case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/":
      return .character(next.value)
    default: throw fault("`\\\(next)` is no escape of ECMA-262", at: start)
    }
  }

  /// What follows `\u`: four digits, a surrogate pair of two such escapes, or `{…}`.
  mutating func unicodeEscape() throws(SyntaxFault) -> UInt32 {
    let start = position - 2
    if take("{") {
      var value: UInt32?
      while let digit = peek, let number = digit.hexadecimalValue {
        value = (value ?? 0) * 16 + number
        guard let value, value <= 0x10FFFF else { throw fault("no such character", at: start) }
        position += 1
      }
      guard let value, take("}") else { throw fault("`\\u{` needs digits and `}`", at: start) }
      return value
    }
    let high = try hexadecimal(digits: 4, at: start)
    guard (0xD800...0xDBFF).contains(high), position + 1 < scalars.count,
      scalars[position] == "\\", scalars[position + 1] == "u"
    else { return high }
    let afterHigh = position
    position += 2
    if let low = try? hexadecimal(digits: 4, at: start), (0xDC00...0xDFFF).contains(low) {
      return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }
    position = afterHigh
    return high
  }

  private mutating func hexadecimal(digits: Int, at start: Int) throws(SyntaxFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek?.hexadecimalValue else {
        throw fault("\(digits) hexadecimal digits are needed", at: start)
      }
      value = value * 16 + digit
      position += 1
    }
    return value
  }

  /// What follows `\p` or `\P`: `{Name}` or `{Name=Value}`.
  private mutating func property(isNegated: Bool, at start: Int) throws(SyntaxFault) -> String {
    guard take("{") else { throw fault("`\\p` needs a property: `\\p{L}`", at: start) }
    var name = ""
    while let next = peek, next != "}" {
      name.unicodeScalars.append(next)
      position += 1
    }
    guard take("}") else { throw fault("`\\p{` is not closed", at: start) }
    guard let set = ECMARegexProperty.set(name, isNegated: isNegated) else {
      throw fault("`\\p{\(name)}` is no property of ECMA-262", at: start)
    }
    return set
  }
}

// MARK: - Sets

extension ECMARegexParser {
  /// WhiteSpace and LineTerminator: category Zs, U+FEFF and the controls that ECMA-262 names.
  private static let whitespace =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}"
    + "\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"

  private static let notWhitespace =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
    + "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
    + "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

  private static let notWord =
    "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}"

  /// With `i`: without U+017F and U+212A, which fold to `s` and `k`.
  private static let notWordFolded =
    "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{17e}"
    + "\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}"
}

extension Unicode.Scalar {
  /// The value of a hexadecimal digit; nil for every other character.
  var hexadecimalValue: UInt32? {
    switch value {
    case 0x30...0x39: value - 0x30
    case 0x41...0x46: value - 0x41 + 10
    case 0x61...0x66: value - 0x61 + 10
    default: nil
    }
  }
}
