/// What is refused before libyaml sees a document.
enum YAMLPrecheck {
  /// How many `%TAG` lines there may be: libyaml compares each with all others.
  private static let tagLimit = 100

  /// Why a document is refused, and where.
  static func problem(in source: SourceBytes) -> (offset: Int, message: String)? {
    characterProblem(in: source) ?? directiveProblem(in: source)
  }

  private static func directiveProblem(
    in source: SourceBytes
  ) -> (offset: Int, message: String)? {
    var count = 0
    for offset in 0..<source.count where source[offset] == UInt8(ascii: "%") {
      guard offset == 0 || source[offset - 1] == 0x0A || source[offset - 1] == 0x0D,
        source.holds("%TAG", at: offset)
      else { continue }
      count += 1
      if count > tagLimit {
        return (offset, "the document has more than \(tagLimit) %TAG lines; remove them")
      }
    }
    return nil
  }

  /// Refuses the first character that is not printable (YAML 1.2, section 5.1), or that libyaml
  /// takes for something else than YAML 1.2 does.
  ///
  /// libyaml knows the line breaks of YAML 1.1. A text that holds U+0085, U+2028 or U+2029, which
  /// are characters like others in 1.2, would be read as another text, and a comment would end
  /// there: so they are refused.
  private static func characterProblem(
    in source: SourceBytes
  ) -> (offset: Int, message: String)? {
    for offset in 0..<source.count {
      let byte = source[offset]
      // Letters, digits and most bytes of other characters.
      if byte >= 0x20 && byte < 0x7F || byte > 0xC2 && byte != 0xE2 && byte != 0xEF { continue }
      guard let scalar = refused(source, at: offset, byte) else { continue }
      let digits = String(scalar, radix: 16, uppercase: true)
      let code = String(repeating: "0", count: 4 - digits.count) + digits
      if scalar == 0xFEFF {
        return (offset, "a byte order mark stands inside the document; remove it")
      }
      if [0x85, 0x2028, 0x2029].contains(scalar) {
        return (
          offset,
          "the character U+\(code) stands here, which not all YAML readers take as the same; "
            + "write it as \"\\u\(code)\" in double quotes"
        )
      }
      return (
        offset,
        "the control character U+\(code) stands here; write it as \"\\u\(code)\" in double quotes"
      )
    }
    return nil
  }

  /// The character that begins at an offset, if it must not be there.
  private static func refused(_ source: SourceBytes, at offset: Int, _ byte: UInt8) -> UInt32? {
    let second = source[offset + 1]
    switch (byte, second, source[offset + 2]) {
    case (0x09, _, _), (0x0A, _, _), (0x0D, _, _): return nil
    case (0x00...0x1F, _, _), (0x7F, _, _): return UInt32(byte)
    case (0xC2, 0x80...0x9F, _): return UInt32(second)
    case (0xE2, 0x80, 0xA8): return 0x2028
    case (0xE2, 0x80, 0xA9): return 0x2029
    case (0xEF, 0xBB, 0xBF): return 0xFEFF
    case (0xEF, 0xBF, 0xBE): return 0xFFFE
    case (0xEF, 0xBF, 0xBF): return 0xFFFF
    default: return nil
    }
  }
}
