internal import FileKit

/// The mode of a file as `ls -l` has it, such as `-rw-r--r--`.
struct SCPMode: Equatable {
  let kind: FileEntry.Kind
  let permissions: UInt16

  /// Reads a mode, behind which there may be a sign for more; nil: it is none.
  init?(_ text: some Collection<UInt8>) {
    let letters = Array(text.prefix(10))
    guard letters.count == 10 else { return nil }
    switch letters[0] {
    case UInt8(ascii: "-"): kind = .file
    case UInt8(ascii: "d"): kind = .directory
    case UInt8(ascii: "l"): kind = .symlink
    default: kind = .other
    }
    var bits: UInt16 = 0
    for (index, letter) in letters.dropFirst().enumerated() {
      let bit: UInt16 = 1 << (8 - UInt16(index))
      // Set-user-ID, set-group-ID and the sticky bit stand in the places of x.
      let special: UInt16 = 1 << (11 - UInt16(index / 3))
      switch letter {
      case UInt8(ascii: "-"): break
      case UInt8(ascii: "s"), UInt8(ascii: "t"): bits |= bit | special
      case UInt8(ascii: "S"), UInt8(ascii: "T"): bits |= special
      case UInt8(ascii: "r"), UInt8(ascii: "w"), UInt8(ascii: "x"): bits |= bit
      default: return nil
      }
    }
    permissions = bits
  }
}
