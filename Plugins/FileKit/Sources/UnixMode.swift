/// The mode of a file as `ls -l` has it, such as `-rw-r--r--`.
package struct UnixMode: Sendable, Hashable {
  /// What the file is.
  package let kind: FileEntry.Kind
  /// The lower twelve bits of the mode.
  package let permissions: UInt16

  /// How many bytes it has, without a sign for more behind it.
  package static let length = 10

  /// The kinds that systems have: `D` is a door (Solaris), `C` a contiguous file, `M` one that is elsewhere, `P` an
  /// event port, `n` and `m` are other ones of old systems, `w` is a whiteout (BSD).
  private static let kinds = Array("-dlbcpsDCMPnmw?".utf8)

  /// Reads a mode; nil: it is none.
  ///
  /// - Parameter text: The mode, behind which there may be anything, such as a sign for more.
  package init?(_ text: some Collection<UInt8>) {
    let letters = Array(text.prefix(UnixMode.length))
    guard letters.count == UnixMode.length, UnixMode.kinds.contains(letters[0]) else { return nil }
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
      switch (letter, index % 3) {
      case (UInt8(ascii: "-"), _): break
      case (UInt8(ascii: "r"), 0), (UInt8(ascii: "w"), 1), (UInt8(ascii: "x"), 2): bits |= bit
      case (UInt8(ascii: "s"), 2), (UInt8(ascii: "t"), 2): bits |= bit | special
      // `l` is set-group-ID without x, which Solaris has for files that are locked when they are opened.
      case (UInt8(ascii: "S"), 2), (UInt8(ascii: "T"), 2), (UInt8(ascii: "l"), 2),
        (UInt8(ascii: "L"), 2):
        bits |= special
      default: return nil
      }
    }
    permissions = bits
  }
}
