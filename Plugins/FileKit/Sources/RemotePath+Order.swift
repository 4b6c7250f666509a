extension RemotePath: Comparable {
  /// The order of a walk through a tree: a directory, all that is in it, then the next name, by bytes.
  ///
  /// Complexity: as long as the shorter one.
  package static func < (left: RemotePath, right: RemotePath) -> Bool {
    for (own, other) in zip(left.bytes, right.bytes) where own != other {
      // The end of a name comes before any byte that a longer name has there.
      if own == slash { return true }
      return other != slash && own < other
    }
    return left.bytes.count < right.bytes.count
  }

  /// Whether it is another path, or something below that directory; by the looks of tidied paths.
  ///
  /// - Parameter directory: The directory; an empty path is above all that are relative.
  /// - Returns: Whether it is.
  package func isAtOrBelow(_ directory: RemotePath) -> Bool {
    if directory.bytes.isEmpty { return !isAbsolute }
    guard bytes.starts(with: directory.bytes) else { return false }
    return bytes.count == directory.bytes.count || directory.bytes.last == RemotePath.slash
      || bytes[directory.bytes.count] == RemotePath.slash
  }

  /// Whether a symbolic link stays in the tree it is copied with.
  ///
  /// - Parameter link: Where the link is, from the tree's root.
  /// - Returns: Whether this target, followed from there, is never above the root. One with a `..` behind a name is
  ///   not: where that name is a link itself, nobody knows what is above.
  package func staysInTree(from link: RemotePath) -> Bool {
    guard !isAbsolute, !bytes.isEmpty, !bytes.contains(0) else { return false }
    var depth = link.parts.count - 1
    var hasName = false
    for part in parts {
      guard part.elementsEqual("..".utf8) else {
        hasName = true
        continue
      }
      depth -= 1
      if hasName || depth < 0 { return false }
    }
    return true
  }
}
