/// A pattern in the list of hosts in front of a key, ssh_config(5) "PATTERNS".
struct HostPattern: Hashable, Sendable {
  /// Whether a host that it fits is kept out by it.
  let isNegated: Bool
  /// What a host is compared with: in lower case, with * and ? in it.
  private let glyphs: [UInt8]

  /// Reads a pattern.
  ///
  /// - Parameter text: The pattern, maybe with ! in front.
  init(_ text: ArraySlice<UInt8>) {
    isNegated = text.first == UInt8(ascii: "!")
    glyphs = HostAddress.lowercased(isNegated ? text.dropFirst() : text)
  }

  /// Whether a host fits, without regard to `isNegated`.
  ///
  /// Takes steps in proportion to the product of both lengths at the most, whatever the pattern is.
  ///
  /// - Parameter name: The host's name in lower case.
  /// - Returns: Whether it does.
  func fits(_ name: [UInt8]) -> Bool {
    var place = 0
    var glyph = 0
    // Where to go on when what was tried behind the last * does not fit: that * takes one byte more then. Earlier ones
    // need no second try, since the last one can take all that they could.
    var retry: (glyph: Int, place: Int)?
    while place < name.count {
      if glyph < glyphs.count, glyphs[glyph] == UInt8(ascii: "*") {
        glyph += 1
        retry = (glyph, place)
      } else if glyph < glyphs.count,
        glyphs[glyph] == UInt8(ascii: "?") || glyphs[glyph] == name[place]
      {
        glyph += 1
        place += 1
      } else if let last = retry {
        glyph = last.glyph
        place = last.place + 1
        retry = (glyph, place)
      } else {
        return false
      }
    }
    return glyphs[glyph...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
