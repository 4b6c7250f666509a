/// A place in a document, and how far it may go.
///
/// It holds no bytes, so that it needs no lifetime; each function is given the same ones.
struct JSONCursor {
  private var place: Int
  private let end: Int

  init(_ range: Range<Int>?, in bytes: Span<UInt8>) {
    let all = 0..<bytes.count
    let range = range?.clamped(to: all) ?? all
    (place, end) = (range.lowerBound, range.upperBound)
  }

  /// The byte at the place; 0, which JSON allows nowhere, at the end.
  func current(_ bytes: Span<UInt8>) -> UInt8 { place < end ? bytes[place] : 0 }

  mutating func skipSpace(_ bytes: Span<UInt8>) {
    while true {
      switch current(bytes) {
      case 0x20, 0x0A, 0x0D, 0x09: place += 1
      default: return
      }
    }
  }

  // MARK: Into lists and maps

  mutating func enter(_ bracket: UInt8, _ bytes: Span<UInt8>) -> Bool {
    skipSpace(bytes)
    guard current(bytes) == bracket else { return false }
    place += 1
    return true
  }

  /// Goes to the next element; false where there is none.
  mutating func startItem(_ bytes: Span<UInt8>) -> Bool {
    skipSpace(bytes)
    if current(bytes) == UInt8(ascii: ",") {
      place += 1
      skipSpace(bytes)
    }
    return place < end && current(bytes) != UInt8(ascii: "]")
  }

  /// Takes the next member's name, up to its value: what stands between the quotation marks.
  mutating func takeName(_ bytes: Span<UInt8>) -> Range<Int>? {
    skipSpace(bytes)
    if current(bytes) == UInt8(ascii: ",") { place += 1 }
    guard let name = takeString(bytes) else { return nil }
    skipSpace(bytes)
    guard current(bytes) == UInt8(ascii: ":") else { return nil }
    place += 1
    return name
  }

  mutating func enterItem(_ index: Int, _ bytes: Span<UInt8>) -> Bool {
    guard enter(UInt8(ascii: "["), bytes) else { return false }
    var left = index
    while startItem(bytes) {
      if left == 0 { return true }
      left -= 1
      guard takeValue(bytes) != nil else { return false }
    }
    return false
  }

  mutating func enterMember(named name: [UInt8], _ bytes: Span<UInt8>) -> Bool {
    guard enter(UInt8(ascii: "{"), bytes) else { return false }
    while let range = takeName(bytes) {
      if JSONCursor.isEqual(range, name, bytes) { return true }
      guard takeValue(bytes) != nil else { return false }
    }
    return false
  }

  /// Compares bytes: to `String` two ways to write an accent are equal, to JSON they are not.
  private static func isEqual(_ range: Range<Int>, _ name: [UInt8], _ bytes: Span<UInt8>) -> Bool {
    var isEqual = range.count == name.count
    for (offset, place) in range.enumerated() {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\\") { return JSONText.decoded(range, in: bytes) == name }
      if isEqual, byte != name[offset] { isEqual = false }
    }
    return isEqual
  }

  // MARK: Over values

  /// Takes a string: what stands between the quotation marks.
  mutating func takeString(_ bytes: Span<UInt8>) -> Range<Int>? {
    skipSpace(bytes)
    guard current(bytes) == UInt8(ascii: "\"") else { return nil }
    place += 1
    let start = place
    while place < end {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        defer { place += 1 }
        return start..<place
      case UInt8(ascii: "\\"): place += 2
      default: place += 1
      }
    }
    return nil
  }

  mutating func takeValue(_ bytes: Span<UInt8>) -> Range<Int>? {
    skipSpace(bytes)
    let start = place
    switch current(bytes) {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard skipNested(bytes) else { return nil }
    case UInt8(ascii: "\""):
      guard takeString(bytes) != nil else { return nil }
    default: skipWord(bytes)
    }
    return start < place ? start..<place : nil
  }

  /// Skips a list or a map: brackets are counted, whatever their kind.
  private mutating func skipNested(_ bytes: Span<UInt8>) -> Bool {
    var depth = 0
    while place < end {
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        place += 1
        if depth == 0 { return true }
      case UInt8(ascii: "\""):
        guard takeString(bytes) != nil else { return false }
      default: place += 1
      }
    }
    return false
  }

  /// Skips a number or a word.
  private mutating func skipWord(_ bytes: Span<UInt8>) {
    while true {
      switch current(bytes) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        place += 1
      default: return
      }
    }
  }
}
