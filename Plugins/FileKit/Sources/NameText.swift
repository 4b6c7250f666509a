/// A name for people: on one line, and without anything that a terminal would act on.
///
/// Bytes that are no UTF-8 stand as `\xE4`, control characters as `\n` or `\u{1B}`.
package struct NameText: Sendable, Hashable, CustomStringConvertible {
  /// The text.
  package let description: String

  /// A text.
  ///
  /// - Parameter bytes: The name, or the path.
  package init(_ bytes: some Sequence<UInt8>) {
    var text = ""
    var rest = Array(bytes)[...]
    while let first = rest.first {
      let unit = Unit(rest)
      rest.removeFirst(unit.length)
      guard let scalar = unit.scalar else {
        text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16, uppercase: true)
        continue
      }
      switch scalar.value {
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      // Controls, line separators, and marks that turn the direction of what is written.
      case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    description = text
  }

  /// The first character of some bytes, or their first byte where none begins there.
  struct Unit {
    /// The character; nil: the bytes are no UTF-8.
    let scalar: Unicode.Scalar?
    /// How many bytes it has, at least 1 and never more than there are.
    let length: Int

    /// Reads a unit.
    ///
    /// - Parameter bytes: At least one.
    init(_ bytes: ArraySlice<UInt8>) {
      if let first = bytes.first, first < 0x80 {
        (scalar, length) = (Unicode.Scalar(first), 1)
        return
      }
      var iterator = bytes.prefix(4).makeIterator()
      var decoder = UTF8()
      if case .scalarValue(let value) = decoder.decode(&iterator) {
        (scalar, length) = (value, UTF8.width(value))
      } else {
        (scalar, length) = (nil, 1)
      }
    }
  }
}
