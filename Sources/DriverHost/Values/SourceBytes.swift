import Glibc

/// The bytes of a document while it is read.
///
/// The one place where readers touch memory: every access is checked against the end, where a NUL
/// stands in for the byte that is not there, since NUL is legal nowhere. Not to be kept beyond
/// the closure that it was made in.
@safe
struct SourceBytes {
  private let start: UnsafePointer<UInt8>
  /// The number of bytes.
  let count: Int

  /// A view of bytes that outlive it.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    count = bytes.count
    // Never read where there are no bytes, so that any address does.
    unsafe start = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
  }

  /// The byte at an offset; 0 at the end and beyond.
  @inline(__always)
  subscript(offset: Int) -> UInt8 {
    offset < count ? unsafe start[offset] : 0
  }

  /// Eight bytes, the first of them lowest.
  ///
  /// All must be there.
  @inline(__always)
  private func word(at offset: Int) -> UInt64 {
    unsafe UnsafeRawPointer(start + offset).loadUnaligned(as: UInt64.self)
  }

  /// Whether `bytes` stand at an offset.
  func holds(_ bytes: StaticString, at offset: Int) -> Bool {
    let length = bytes.utf8CodeUnitCount
    guard offset + length <= count else { return false }
    return unsafe UnsafeBufferPointer(start: start + offset, count: length)
      .elementsEqual(UnsafeBufferPointer(start: bytes.utf8Start, count: length))
  }

  /// The offset of the first byte from `offset` on that a string does not simply hold: a quote, a
  /// backslash, a control character, or the end.
  @inline(__always)
  func endOfPlainText(from offset: Int) -> Int {
    var offset = offset
    while offset + 8 <= count {
      // In each byte the high bit is set where the byte is below 0x20, a quote or a backslash. A
      // bit may be set wrongly only behind a right one, and the first is what counts.
      let word = word(at: offset)
      let quote = word ^ 0x2222_2222_2222_2222
      let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let found =
        ((word &- 0x2020_2020_2020_2020) & ~word
          | (quote &- 0x0101_0101_0101_0101) & ~quote
          | (backslash &- 0x0101_0101_0101_0101) & ~backslash) & 0x8080_8080_8080_8080
      if found != 0 { return offset + found.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < count {
      let byte = self[offset]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      offset += 1
    }
    return offset
  }

  /// The offset of the first byte from `offset` on that is not white space (RFC 8259, section 2).
  @inline(__always)
  func endOfBlanks(from offset: Int) -> Int {
    var offset = offset
    while true {
      switch self[offset] {
      case UInt8(ascii: "\n"):
        offset += 1
        // Indentation, as most documents for people have it.
        while offset + 8 <= count, word(at: offset) == 0x2020_2020_2020_2020 { offset += 8 }
      case UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
      default: return offset
      }
    }
  }

  /// The text of a range that is known to be UTF-8.
  @inline(__always)
  func text(_ range: Range<Int>) -> String {
    precondition(range.upperBound <= count)
    let buffer = unsafe UnsafeBufferPointer(
      start: start + range.lowerBound,
      count: range.count
    )
    return unsafe String(copying: UTF8Span(unchecked: buffer.span))
  }

  /// A number that is equal for equal bytes, and whose collisions nobody can foresee without
  /// `seed`.
  @inline(__always)
  func hash(_ range: Range<Int>, seed: UInt64) -> UInt64 {
    precondition(range.upperBound <= count)
    var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      hash = SourceBytes.mixed(hash ^ word(at: offset))
      offset += 8
    }
    return SourceBytes.mixed(hash ^ tail(offset..<range.upperBound))
  }

  /// Fewer than eight bytes, the first of them lowest.
  @inline(__always)
  private func tail(_ range: Range<Int>) -> UInt64 {
    if range.lowerBound + 8 <= count {
      return word(at: range.lowerBound) & ~(UInt64.max &<< UInt64(8 * range.count))
    }
    var rest: UInt64 = 0
    for offset in range.reversed() { rest = rest &<< 8 | UInt64(unsafe start[offset]) }
    return rest
  }

  /// Both halves of the product with an odd constant, folded: each bit depends on all.
  @inline(__always)
  private static func mixed(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }

  /// Whether a range holds the same bytes as a part of `other` that begins at `otherStart`.
  @inline(__always)
  func holds(_ range: Range<Int>, sameAs other: [UInt8], from otherStart: Int) -> Bool {
    precondition(range.upperBound <= count && otherStart + range.count <= other.count)
    return unsafe other.withUnsafeBufferPointer { other in
      // Nothing has no address.
      guard let address = other.baseAddress else { return true }
      return unsafe memcmp(start + range.lowerBound, address + otherStart, range.count) == 0
    }
  }

  /// Appends a range to an array.
  func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
    precondition(range.upperBound <= count)
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: start + range.lowerBound, count: range.count)
    )
  }

  /// Copies all bytes to memory that has room for them.
  func copy(to place: UnsafeMutableBufferPointer<UInt8>) {
    precondition(place.count >= count)
    _ = unsafe place.initialize(from: UnsafeBufferPointer(start: start, count: count))
  }

  /// Where the first byte that is not UTF-8 stands, and what is wrong with it; nil if all is UTF-8.
  func firstInvalidByte() -> (offset: Int, reason: String)? {
    do {
      _ = try UTF8Span(validating: unsafe UnsafeBufferPointer(start: start, count: count).span)
      return nil
    } catch {
      return (error.byteOffsets.lowerBound, error.kind.inWords)
    }
  }
}

extension Unicode.UTF8.ValidationError.Kind {
  /// What is wrong, as a message says it.
  var inWords: String {
    switch self {
    case .truncatedScalar: "a character that is not complete"
    case .overlongEncodingByte: "a character in more bytes than it needs"
    case .surrogateCodePointByte: "half of a surrogate pair"
    case .unexpectedContinuationByte: "a byte that continues no character"
    default: "a byte that begins no character"
    }
  }
}
