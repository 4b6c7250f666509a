/// Takes carriage returns out of a stream that comes in pieces.
///
/// Those before a line feed go, as a terminal puts one before each. Others go back to the beginning of a line, such as
/// that of a progress bar, to write over it: what was there becomes a line of its own, so that nothing is lost and no
/// words run together. Those at the end of the stream go.
struct CarriageReturns: Sendable {
  private var isPending = false

  /// Takes them out of the next piece.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - output: Gets what is left of it.
  mutating func filter(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
    var place = bytes.startIndex
    while place < bytes.endIndex {
      if isPending {
        switch bytes[place] {
        case 0x0D:
          place += 1
          continue
        case 0x0A: break
        default: output.append(0x0A)
        }
        isPending = false
      }
      let end = bytes[place...].firstIndex(of: 0x0D) ?? bytes.endIndex
      output += bytes[place..<end]
      isPending = end < bytes.endIndex
      place = min(end + 1, bytes.endIndex)
    }
  }
}
