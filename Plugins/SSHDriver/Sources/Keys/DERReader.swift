/// A walk over values in DER (X.690), as far as the outside of private keys needs it.
struct DERReader {
  private var rest: ArraySlice<UInt8>

  /// The tags that keys are made of.
  enum Tag {
    static let integer: UInt8 = 0x02
    static let octets: UInt8 = 0x04
    static let object: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    /// The first value with a tag of its own, as SEC 1 has it for the curve.
    static let firstOfContext: UInt8 = 0xA0
  }

  /// A walk over some bytes.
  ///
  /// - Parameter bytes: The bytes.
  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// Reads a value of a kind.
  ///
  /// - Parameter tag: Its tag.
  /// - Returns: What is in it; nil: another one is next, or it is cut off.
  mutating func value(_ tag: UInt8) -> ArraySlice<UInt8>? {
    var rest = self.rest
    guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
    var count = Int(first)
    if first & 0x80 != 0 {
      // Four bytes are enough for the length of any key.
      let size = Int(first & 0x7F)
      guard 1...4 ~= size, size <= rest.count else { return nil }
      count = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(size)
    }
    guard count <= rest.count else { return nil }
    self.rest = rest.dropFirst(count)
    return rest.prefix(count)
  }

  /// Reads a value that holds others.
  ///
  /// - Parameter tag: Its tag.
  /// - Returns: A walk over what is in it; nil: another one is next, or it is cut off.
  mutating func values(in tag: UInt8 = Tag.sequence) -> DERReader? {
    value(tag).map(DERReader.init)
  }

  /// Reads a number that is not below zero and fits 64 bits.
  ///
  /// - Returns: The number; nil: another one is next.
  mutating func number() -> UInt64? {
    guard let bytes = value(Tag.integer), let first = bytes.first, first & 0x80 == 0 else {
      return nil
    }
    let digits = bytes.drop { $0 == 0 }
    return digits.count <= 8 ? digits.reduce(0) { $0 << 8 | UInt64($1) } : UInt64.max
  }
}
