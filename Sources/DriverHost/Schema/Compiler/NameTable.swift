/// Names found fast: what `properties` looks a member up in.
///
/// Names are equal if their bytes are, as JSON Schema has it; Swift's own `==` takes two spellings
/// of one character for equal.
struct NameTable: Sendable {
  private let names: [String]
  /// Whether Swift's own comparison, which is fastest for short texts, is right for a name: what is
  /// equal to ASCII by normalization alone has more bytes.
  private let isPlain: [Bool]
  /// Indices into `names` plus one, 0 where a slot is free; a power of two of them.
  private let slots: [UInt16]
  /// For more names than the slots are good for.
  private let large: [[UInt8]: Int]

  /// Up to how many names the cheap hash is good for.
  private static let maximumSmall = 128

  init(_ names: [String]) {
    self.names = names
    isPlain = names.map { name in
      name.utf8.count <= 15 && name.utf8.allSatisfy { $0 < 0x80 }
    }
    guard names.count <= NameTable.maximumSmall else {
      slots = []
      large = Dictionary(
        names.enumerated().map { (Array($1.utf8), $0) },
        uniquingKeysWith: { first, _ in first }
      )
      return
    }
    var size = 2
    while size < names.count * 3 { size *= 2 }
    var slots = [UInt16](repeating: 0, count: size)
    for (index, name) in names.enumerated() {
      var slot = NameTable.hash(name) & (size - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt16(index + 1)
    }
    self.slots = slots
    large = [:]
  }

  /// The place of a name among those that the table was made of; nil if it is none of them.
  func index(of name: String) -> Int? {
    guard !slots.isEmpty else { return large[Array(name.utf8)] }
    let mask = slots.count - 1
    var slot = NameTable.hash(name) & mask
    while true {
      let entry = Int(slots[slot])
      if entry == 0 { return nil }
      if isEqual(name, entry - 1) { return entry - 1 }
      slot = (slot + 1) & mask
    }
  }

  private func isEqual(_ name: String, _ index: Int) -> Bool {
    let own = names[index]
    guard name.utf8.count == own.utf8.count else { return false }
    return isPlain[index] ? name == own : name.isExactly(own)
  }

  /// Bytes that differ between names of one schema: the length, both ends and the middle.
  private static func hash(_ name: String) -> Int {
    let utf8 = name.utf8
    let count = utf8.count
    guard count > 0 else { return 0 }
    let bytes = utf8Span(of: name)
    let mixed = (bytes.0 &* 31 &+ bytes.1) &* 31 &+ bytes.2
    return mixed &* 31 &+ count
  }

  private static func utf8Span(of name: String) -> (Int, Int, Int) {
    let span = name.utf8Span.span
    return (Int(span[0]), Int(span[span.count / 2]), Int(span[span.count - 1]))
  }
}
