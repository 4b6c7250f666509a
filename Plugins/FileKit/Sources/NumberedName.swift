/// Other names for a file whose own is taken: `report-1.csv`, `report-2.csv` and so on.
package enum NumberedName {
  /// How long a name may be on the file systems of servers, in bytes.
  static let limit = 255

  /// A name.
  ///
  /// - Parameters:
  ///   - name: The file's own name.
  ///   - number: From 1; a negative one counts as its amount.
  /// - Returns: The name, of at most 255 bytes where the name's ending is not longer.
  package static func name(_ name: some Collection<UInt8>, number: Int) -> [UInt8] {
    let bytes = Array(name)
    let added = Array("-\(number.magnitude)".utf8)
    var stem = bytes[...]
    var ending: ArraySlice<UInt8> = []
    // A dot at the beginning hides a name and ends no stem; a long ending is none.
    if let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0, bytes.count - dot <= 32 {
      stem = bytes[..<dot]
      ending = bytes[dot...]
    }
    return cut(stem, to: limit - added.count - ending.count) + added + ending
  }

  /// Cuts a name, not within a character.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - length: How many bytes may stay.
  /// - Returns: The beginning of the name.
  static func cut(_ name: ArraySlice<UInt8>, to length: Int) -> ArraySlice<UInt8> {
    guard name.count > length else { return name }
    var end = name.startIndex + max(length, 0)
    // Three at most: of bytes that are no UTF-8 more of the same kind may follow each other.
    for _ in 0..<3 where end > name.startIndex && name[end] & 0xC0 == 0x80 { end -= 1 }
    return name[..<end]
  }
}
