/// A run's input, from which a target takes one thing after the other.
///
/// Once it is used up it gives zeros, so that every input means something.
package struct InputBytes {
  private var rest: ArraySlice<UInt8>

  /// All of an input.
  package init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  /// Whether nothing is left.
  package var isEmpty: Bool { rest.isEmpty }

  /// The next byte.
  package mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next byte's remainder, which is below `bound`.
  package mutating func number(below bound: Int) -> Int { Int(byte()) % bound }

  /// The next eight bytes, least significant first.
  package mutating func word() -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(byte()) << (8 * UInt64($1)) }
  }

  /// The next bytes; fewer only at the end.
  package mutating func bytes(upTo count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
