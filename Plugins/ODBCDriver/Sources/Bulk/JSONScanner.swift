/// Takes a text in JSON apart, as strictly as RFC 8259 has it.
///
/// The text is UTF-8, which is for the caller to check, and the same in all calls.
struct JSONScanner {
  /// How deep lists and maps may stand in one another.
  static let depthLimit = 200

  /// Where it stands in the text.
  var place = 0
  /// The text of the last string that was decoded.
  var decoded: [UInt8] = []
  /// The lists and maps that are open, as their first byte.
  private var open: [UInt8] = []

  /// Goes over blanks.
  mutating func skipBlanks(_ text: Span<UInt8>) {
    while place < text.count {
      switch text[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      default: return
      }
    }
  }

  /// Goes over a byte if it stands here.
  ///
  /// - Returns: Whether it does.
  mutating func skip(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    guard place < text.count, text[place] == byte else { return false }
    place += 1
    return true
  }

  /// Goes over a colon and the blanks around it.
  mutating func skipColon(_ text: Span<UInt8>) throws(JSONFault) {
    skipBlanks(text)
    guard skip(UInt8(ascii: ":"), text) else {
      throw .unexpected(text, place, wanted: "a colon")
    }
    skipBlanks(text)
  }

  /// Goes over `true`, `false` or `null`.
  mutating func skipWord(_ word: StaticString, _ text: Span<UInt8>) throws(JSONFault) {
    let start = place
    for character in word.description.utf8 {
      guard skip(character, text) else { throw .unexpected(text, start, wanted: "a value") }
    }
  }

  /// Goes over a value of any kind.
  mutating func skipValue(_ text: Span<UInt8>) throws(JSONFault) {
    if place < text.count, text[place] | 0x20 == UInt8(ascii: "{") {
      _ = try collection(text)
    } else {
      try skipScalar(text)
    }
  }

  private mutating func skipScalar(_ text: Span<UInt8>) throws(JSONFault) {
    guard place < text.count else { throw .unexpected(text, place, wanted: "a value") }
    switch text[place] {
    case UInt8(ascii: "\""): _ = try string(text)
    case UInt8(ascii: "t"): try skipWord("true", text)
    case UInt8(ascii: "f"): try skipWord("false", text)
    case UInt8(ascii: "n"): try skipWord("null", text)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number(text)
    default: throw .unexpected(text, place, wanted: "a value")
    }
  }

  // MARK: - Lists and maps

  /// Goes over a list or a map.
  ///
  /// - Parameter text: The text; a bracket or a brace stands here.
  /// - Returns: Where it stands.
  /// - Throws: What is wrong in it. That a name comes twice in a map is not looked for.
  mutating func collection(_ text: Span<UInt8>) throws(JSONFault) -> Range<Int> {
    enum Wanted { case first, next, end }
    let start = place
    open.removeAll(keepingCapacity: true)
    try enter(text)
    var wanted = Wanted.first
    while let opener = open.last {
      let isMap = opener == UInt8(ascii: "{")
      skipBlanks(text)
      if place < text.count, text[place] == (isMap ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        guard wanted != .next else { throw JSONFault(place, "a comma stands behind the last one") }
        place += 1
        open.removeLast()
        wanted = .end
        continue
      }
      if wanted == .end {
        guard skip(UInt8(ascii: ","), text) else {
          throw .unexpected(text, place, wanted: isMap ? "a comma or '}'" : "a comma or ']'")
        }
        wanted = .next
        continue
      }
      if isMap {
        _ = try name(text)
        try skipColon(text)
      }
      if place < text.count, isOpener(text[place]) {
        try enter(text)
        wanted = .first
      } else {
        try skipScalar(text)
        wanted = .end
      }
    }
    return start..<place
  }

  private func isOpener(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }

  private mutating func enter(_ text: Span<UInt8>) throws(JSONFault) {
    // The record itself is one.
    guard open.count + 1 < JSONScanner.depthLimit else {
      throw JSONFault(place, "lists and maps stand more than \(JSONScanner.depthLimit) deep")
    }
    open.append(text[place])
    place += 1
  }

  // MARK: - Numbers

  /// Reads a number.
  ///
  /// - Parameter text: The text.
  /// - Returns: The number.
  /// - Throws: What is wrong in it.
  mutating func number(_ text: Span<UInt8>) throws(JSONFault) -> JSONNumber {
    let start = place
    let isNegative = skip(UInt8(ascii: "-"), text)
    var magnitude: UInt64 = 0
    var isBeyond = false
    let whole = try digits(text, &magnitude, &isBeyond)
    if whole > 1, text[place - whole] == UInt8(ascii: "0") {
      throw JSONFault(place - whole, "a number begins with 0")
    }
    var isInteger = true
    var exponent = 0
    if skip(UInt8(ascii: "."), text) {
      isInteger = false
      exponent = -(try digits(text, &magnitude, &isBeyond))
    }
    if skip(UInt8(ascii: "e"), text) || skip(UInt8(ascii: "E"), text) {
      isInteger = false
      let isSmall = skip(UInt8(ascii: "-"), text)
      if !isSmall { _ = skip(UInt8(ascii: "+"), text) }
      var value: UInt64 = 0
      var isFar = false
      _ = try digits(text, &value, &isFar)
      // Far beyond any double.
      let bounded = isFar ? 1 << 40 : Int(min(value, 1 << 40))
      exponent += isSmall ? -bounded : bounded
    }
    if isInteger {
      return JSONNumber(magnitude: isBeyond ? nil : magnitude, isNegative: isNegative)
    }
    return JSONNumber(
      text.extracting(start..<place),
      magnitude: isBeyond ? nil : magnitude,
      exponent: exponent,
      isNegative: isNegative
    )
  }

  /// Reads digits, of which there must be one.
  ///
  /// - Returns: How many there are.
  private mutating func digits(
    _ text: Span<UInt8>,
    _ value: inout UInt64,
    _ isBeyond: inout Bool
  ) throws(JSONFault) -> Int {
    let start = place
    while place < text.count {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // Beyond that another digit may be too much.
      if value < 1_000_000_000_000_000_000 {
        value = value &* 10 &+ UInt64(digit)
      } else {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        isBeyond = isBeyond || overflow || carry
        value = isBeyond ? .max : sum
      }
      place += 1
    }
    guard place > start else { throw .unexpected(text, place, wanted: "a digit") }
    return place - start
  }
}
