import Glibc

extension String {
  /// Whether both texts have the same bytes.
  ///
  /// `==` takes canonically equivalent texts as equal (`é` as one character or as two), which names
  /// in JSON are not.
  @inline(__always)
  func isExactly(_ other: String) -> Bool {
    // Most texts that are held against one another differ here.
    utf8.count == other.utf8.count && hasSameBytes(as: other)
  }

  /// Whether both texts, which have the same length, have the same bytes.
  private func hasSameBytes(as other: String) -> Bool {
    if utf8.count <= 15 {
      // Texts that are kept without an allocation, which Swift compares fastest: where they are
      // equal, only what is not ASCII leaves anything to ask.
      guard self == other else { return false }
      if utf8Span.isKnownASCII { return true }
    }
    let (own, others) = (utf8Span.span, other.utf8Span.span)
    return unsafe own.withUnsafeBufferPointer { own in
      unsafe others.withUnsafeBufferPointer { others in
        // An empty text may have no address.
        guard let one = own.baseAddress, let other = others.baseAddress else { return true }
        return unsafe memcmp(one, other, own.count) == 0
      }
    }
  }

  /// Hashes the bytes: alike for texts that `isExactly` takes as equal, and only by chance for
  /// others.
  func combineExactly(into hasher: inout Hasher) {
    var copy = self
    copy.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
