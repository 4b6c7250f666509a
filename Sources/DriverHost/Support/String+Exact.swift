extension String {
  /// Whether both texts have the same bytes.
  ///
  /// `==` takes canonically equivalent texts as equal (`é` as one character or as two), which names
  /// in JSON are not.
  func isExactly(_ other: String) -> Bool {
    // Texts of equal bytes are canonically equivalent, so the fast comparisons go first. Only what
    // is not ASCII leaves anything to ask.
    guard utf8.count == other.utf8.count, self == other else { return false }
    return utf8Span.isKnownASCII || utf8.elementsEqual(other.utf8)
  }

  /// Hashes the bytes: alike for texts that `isExactly` takes as equal, and only by chance for
  /// others.
  func combineExactly(into hasher: inout Hasher) {
    var copy = self
    copy.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
