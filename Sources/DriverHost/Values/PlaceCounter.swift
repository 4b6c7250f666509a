/// Counts lines and columns on the way through a document.
///
/// A line ends with a line feed, a carriage return, or both in that order. Columns are Unicode
/// scalars.
struct PlaceCounter {
  private var offset = 0
  private var line: UInt32 = 1
  private var column: UInt32 = 1

  /// Goes on to an offset, which is not before the last one.
  mutating func place(of target: Int, in input: SourceBytes) -> SourcePlace {
    while offset < min(target, input.count) {
      let byte = input[offset]
      offset += 1
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && input[offset] != 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return SourcePlace(line: line, column: column)
  }
}
