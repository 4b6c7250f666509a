/// Turns numbers of characters into offsets of bytes, from the beginning to the end of a document.
struct CharacterOffsets {
  private let source: SourceBytes
  private var offset = 0
  private var index = 0

  /// The offsets of a document's characters.
  init(of source: SourceBytes) {
    self.source = source
  }

  /// The offset of a character that is not before the last one asked for.
  mutating func offset(of target: Int) -> Int {
    while index < target, offset < source.count {
      offset += 1
      while source[offset] & 0xC0 == 0x80 { offset += 1 }
      index += 1
    }
    return offset
  }
}
