/// JSON's grammar (RFC 8259), for drivers that hand documents over as they came.
public enum JSONSyntax {
  /// How deep lists and maps may be nested in a document that is handed over.
  public static let depthLimit = 256

  /// Whether the bytes are one JSON document in UTF-8, as the host accepts it.
  ///
  /// Builds nothing: one pass over the bytes.
  public static func isDocument(_ bytes: Span<UInt8>) -> Bool {
    var scanner = Scanner(bytes)
    guard scanner.skipValue(depth: 0) else { return false }
    scanner.skipSpace()
    return scanner.isAtEnd && scanner.hasValidText
  }

  private struct Scanner: ~Escapable {
    private let bytes: Span<UInt8>
    private var place = 0
    /// Whether a byte over 0x7F was met, so that the encoding has to be looked at.
    private var isASCII = true

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    /// The byte at the place; 0, which JSON allows nowhere, at the end.
    private var current: UInt8 {
      // The place is checked on the line itself; the safe accessor checks alignment too.
      place < bytes.count ? bytes[place] : 0
    }

    var hasValidText: Bool {
      if isASCII { return true }
      return unsafe bytes.withUnsafeBytes {
        unsafe String(validating: $0, as: UTF8.self) != nil
      }
    }

    mutating func skipSpace() {
      while current == 0x20 || current == 0x0A || current == 0x0D || current == 0x09 { place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard current == byte else { return false }
      place += 1
      return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
      for index in 0..<word.utf8CodeUnitCount
      where unsafe !take(word.utf8Start[index]) {
        return false
      }
      return true
    }

    mutating func skipValue(depth: Int) -> Bool {
      skipSpace()
      switch current {
      case UInt8(ascii: "{"): return skipMap(depth: depth + 1)
      case UInt8(ascii: "["): return skipList(depth: depth + 1)
      case UInt8(ascii: "\""): return skipString()
      case UInt8(ascii: "t"): return take("true")
      case UInt8(ascii: "f"): return take("false")
      case UInt8(ascii: "n"): return take("null")
      default: return skipNumber()
      }
    }

    private mutating func skipMap(depth: Int) -> Bool {
      place += 1
      guard depth <= JSONSyntax.depthLimit else { return false }
      skipSpace()
      if take(UInt8(ascii: "}")) { return true }
      while true {
        skipSpace()
        guard current == UInt8(ascii: "\""), skipString() else { return false }
        skipSpace()
        guard take(UInt8(ascii: ":")), skipValue(depth: depth) else { return false }
        skipSpace()
        if take(UInt8(ascii: "}")) { return true }
        guard take(UInt8(ascii: ",")) else { return false }
      }
    }

    private mutating func skipList(depth: Int) -> Bool {
      place += 1
      guard depth <= JSONSyntax.depthLimit else { return false }
      skipSpace()
      if take(UInt8(ascii: "]")) { return true }
      while true {
        guard skipValue(depth: depth) else { return false }
        skipSpace()
        if take(UInt8(ascii: "]")) { return true }
        guard take(UInt8(ascii: ",")) else { return false }
      }
    }

    private mutating func skipString() -> Bool {
      place += 1
      while true {
        let byte = current
        place += 1
        switch byte {
        case UInt8(ascii: "\""): return true
        case UInt8(ascii: "\\"): if !skipEscape() { return false }
        case 0..<0x20: return false
        case 0x80...: isASCII = false
        default: break
        }
      }
    }

    private mutating func skipEscape() -> Bool {
      let byte = current
      place += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
        UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
        return true
      case UInt8(ascii: "u"):
        guard let unit = takeHexadecimal() else { return false }
        // A surrogate stands only in a pair, high before low.
        guard unit >> 11 == 0x1B else { return true }
        guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { return false }
        return takeHexadecimal().map { $0 >> 10 == 0x37 } ?? false
      default: return false
      }
    }

    private mutating func takeHexadecimal() -> UInt32? {
      var unit: UInt32 = 0
      for _ in 0..<4 {
        guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else { return nil }
        unit = unit << 4 | UInt32(digit)
        place += 1
      }
      return unit
    }

    private mutating func skipDigits() -> Bool {
      let start = place
      while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") { place += 1 }
      return place > start
    }

    private mutating func skipNumber() -> Bool {
      _ = take(UInt8(ascii: "-"))
      if !take(UInt8(ascii: "0")), !skipDigits() { return false }
      if take(UInt8(ascii: ".")), !skipDigits() { return false }
      if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
        if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
        return skipDigits()
      }
      return true
    }
  }
}
