/// Where text in UTF-8 can be cut.
enum UTF8Boundary {
  /// How many bytes at the end of a piece begin a character that is not whole yet.
  ///
  /// - Parameter bytes: The piece; what is not UTF-8 counts as whole.
  /// - Returns: 0 to 3.
  static func unfinished(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    for (count, byte) in zip(1...3, bytes.reversed()) where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
      return byte < 0xF5 && length > count ? count : 0
    }
    return 0
  }

  /// How many bytes at the beginning of a piece are the rest of a character before it.
  ///
  /// - Parameter bytes: The piece.
  /// - Returns: 0 to 3.
  static func rest(_ bytes: some Collection<UInt8>) -> Int {
    bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count
  }
}
