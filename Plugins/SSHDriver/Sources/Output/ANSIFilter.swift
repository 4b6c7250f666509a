/// Takes the escape sequences of terminals out of a stream that comes in pieces.
///
/// Known are those of ECMA-48 (5th edition, 5.3 to 5.6): CSI with its parameters and final byte, the strings OSC, DCS,
/// SOS, PM and APC up to ST or BEL, SS2 and SS3 with the character that they are for, and all others that ESC begins.
/// Only the forms of 7 bits are: the bytes 0x80 to 0x9F are parts of characters in UTF-8. A sequence that is broken off
/// ends where it is, and the byte that broke it counts; a string also ends with its line, so that an `ESC ]` in a file
/// does not take the rest of the file.
struct ANSIFilter: Sendable {
  private enum State {
    case text
    case escape
    /// Behind ESC and bytes such as `(`: a character set is chosen.
    case intermediate
    case control
    case string
    /// Behind an ESC in a string.
    case stringEscape
    /// Behind SS2 or SS3.
    case single
  }

  private var state = State.text

  /// Takes the sequences out of the next piece.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - output: Gets what is left of it.
  mutating func filter(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
    var place = bytes.startIndex
    while place < bytes.endIndex {
      if state == .text {
        let end = bytes[place...].firstIndex(of: 0x1B) ?? bytes.endIndex
        output += bytes[place..<end]
        if end == bytes.endIndex { return }
        state = .escape
        place = end + 1
      } else if step(bytes[place], &output) {
        place += 1
      }
    }
  }

  /// Goes one byte on in a sequence.
  ///
  /// - Returns: Whether the byte is done with; else it is text.
  private mutating func step(_ byte: UInt8, _ output: inout [UInt8]) -> Bool {
    switch byte {
    // CAN and SUB end each sequence.
    case 0x18, 0x1A:
      state = .text
      return true
    case 0x1B:
      state = state == .string ? .stringEscape : .escape
      return true
    default: break
    }
    switch state {
    case .text: return false
    case .escape: return begin(byte)
    case .stringEscape where byte == UInt8(ascii: "\\"): state = .text
    // It was the beginning of another sequence.
    case .stringEscape: return begin(byte)
    case .string:
      if byte == 0x0A {
        state = .text
        return false
      }
      if byte == 0x07 { state = .text }
    case .single:
      state = .text
      return 0x20...0x7E ~= byte
    case .intermediate, .control:
      switch byte {
      // A terminal obeys these in the middle of a sequence.
      case 0x00..<0x20: output.append(byte)
      case 0x20...0x2F: break
      case 0x30...0x3F where state == .control: break
      case 0x30...0x7E: state = .text
      default:
        state = .text
        return false
      }
    }
    return true
  }

  /// The byte behind an ESC.
  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "["): state = .control
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      state = .string
    case UInt8(ascii: "N"), UInt8(ascii: "O"): state = .single
    case 0x20...0x2F: state = .intermediate
    default:
      state = .text
      return 0x30...0x7E ~= byte
    }
    return true
  }
}
