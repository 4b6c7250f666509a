/// A pattern of paths, as shells have it.
///
/// In a name, `*` is anything, `?` one character, `[a-z]` one of a set, `[!a-z]` one that is not in it, and `\` takes
/// the meaning from the next character. `**` as a whole name is any number of directories; at the end it is all that is
/// below. A name that begins with a dot is found only by a pattern that begins with one, since such names are often
/// files that somebody is still writing; unless hidden names are asked for.
///
/// Complexity: matching takes at most as many steps as pattern and path have bytes, multiplied.
package struct GlobPattern: Sendable, Hashable {
  /// A part of the pattern.
  private enum Part: Sendable, Hashable {
    /// A name without anything to be found.
    case fixed([UInt8])
    case name(GlobName)
    /// `**`.
    case any
  }

  private let parts: [Part]
  private let isAbsolute: Bool
  private let findsHidden: Bool
  /// So that the places in a pattern fit into the bits of an integer.
  private static let limit = 63

  /// A pattern.
  ///
  /// - Parameters:
  ///   - bytes: The pattern.
  ///   - findsHidden: Whether names that begin with a dot are found as others are.
  /// - Throws: Why it is none: it is empty, has a zero byte, or too many parts.
  package init(_ bytes: some Sequence<UInt8>, findsHidden: Bool = false) throws(PathFault) {
    let path = RemotePath(bytes)
    if path.bytes.contains(0) { throw .zeroByte(path.bytes) }
    var parts: [Part] = []
    for part in path.parts {
      if part.elementsEqual("**".utf8) {
        // Two of them find what one does.
        if parts.last != .any { parts.append(.any) }
      } else {
        let name = GlobName(part)
        parts.append(name.fixed.map(Part.fixed) ?? .name(name))
      }
    }
    if parts.isEmpty { throw .empty }
    if parts.last == .any { parts.append(.name(GlobName("*".utf8))) }
    guard parts.count <= GlobPattern.limit else { throw .manyParts(limit: GlobPattern.limit) }
    self.parts = parts
    isAbsolute = path.isAbsolute
    self.findsHidden = findsHidden
  }

  /// Whether there is nothing to be found: the pattern is the path of one file.
  package var isFixed: Bool { fixedCount == parts.count }

  /// The directory where a search begins; the path itself where nothing is to be found.
  ///
  /// Empty: the current one.
  package var base: RemotePath {
    var path = RemotePath(isAbsolute ? "/" : "")
    for case .fixed(let name) in parts.prefix(fixedCount) {
      path = path.appending(RemotePath(name))
    }
    return path
  }

  /// The same pattern for paths from its base on; nil: nothing is to be found.
  package var belowBase: GlobPattern? {
    let fixed = fixedCount
    guard fixed < parts.count else { return nil }
    return GlobPattern(parts: Array(parts[fixed...]), isAbsolute: false, findsHidden: findsHidden)
  }

  private init(parts: [Part], isAbsolute: Bool, findsHidden: Bool) {
    self.parts = parts
    self.isAbsolute = isAbsolute
    self.findsHidden = findsHidden
  }

  /// How many parts at the beginning are fixed.
  private var fixedCount: Int {
    parts.firstIndex { if case .fixed = $0 { false } else { true } } ?? parts.count
  }

  /// Whether a path is meant.
  ///
  /// - Parameter path: A path from where the pattern is from.
  /// - Returns: Whether the pattern means it.
  package func matches(_ path: RemotePath) -> Bool { places(path) >> parts.count & 1 == 1 }

  /// Whether something below a directory may be meant, so that it is worth a listing.
  ///
  /// - Parameter directory: The directory, from where the pattern is from.
  /// - Returns: Whether it may.
  package func mayMatch(below directory: RemotePath) -> Bool {
    places(directory) & ~(UInt64(1) << parts.count) != 0
  }

  /// Which places in the pattern one may be at behind a path: bit n is before part n.
  private func places(_ path: RemotePath) -> UInt64 {
    guard path.isAbsolute == isAbsolute else { return 0 }
    var places = withSkips(1)
    for name in path.parts {
      var next: UInt64 = 0
      let isHidden = name.first == UInt8(ascii: ".") && !findsHidden
      for (index, part) in parts.enumerated() where places >> index & 1 == 1 {
        switch part {
        case .fixed(let fixed): if name.elementsEqual(fixed) { next |= 2 << index }
        case .name(let pattern):
          if (!isHidden || pattern.beginsWithDot) && pattern.matches(name) { next |= 2 << index }
        case .any: if !isHidden { next |= 1 << index }
        }
      }
      places = withSkips(next)
      if places == 0 { break }
    }
    return places
  }

  /// Adds the places behind each `**`, which may be no directory at all.
  private func withSkips(_ places: UInt64) -> UInt64 {
    var places = places
    for (index, part) in parts.enumerated() where part == .any {
      places |= (places >> index & 1) << (index + 1)
    }
    return places
  }
}
