/// Dots in paths: `.` is here, and `..` one up (RFC 3986, section 5.2.4).
///
/// `%2E` is a dot too: servers decode it before they look.
package enum PathSegments {
  /// Whether a path may have segments of dots, at a glance.
  package static func mayHaveDots(_ path: ArraySlice<UInt8>) -> Bool {
    var before = UInt8(ascii: "/")
    for byte in path {
      if before == UInt8(ascii: "/"), byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%") {
        return true
      }
      before = byte
    }
    return false
  }

  /// A path that begins with a slash, without such segments.
  package static func resolved(_ path: ArraySlice<UInt8>) -> [UInt8] {
    let parts = path.dropFirst().split(
      separator: UInt8(ascii: "/"),
      omittingEmptySubsequences: false
    )
    var kept: [ArraySlice<UInt8>] = []
    for (index, part) in parts.enumerated() {
      let dots = dots(part)
      if dots == 2, !kept.isEmpty { kept.removeLast() }
      if dots == 0 {
        kept.append(part)
      } else if index == parts.count - 1 {
        // What ends in one of them is a folder.
        kept.append([])
      }
    }
    return kept.reduce(into: []) { $0 += [UInt8(ascii: "/")] + $1 }
  }

  /// Whether a path leads out of what it is below of.
  ///
  /// Taken as the most generous server would: it decodes slashes too, and merges those that follow
  /// each other.
  package static func climbs(_ path: ArraySlice<UInt8>) -> Bool {
    var depth = 0
    for part in slashesDecoded(path).split(whereSeparator: { "/\\".utf8.contains($0) }) {
      switch dots(part) {
      case 1: break
      case 2: depth -= 1
      default: depth += 1
      }
      if depth < 0 { return true }
    }
    return false
  }

  /// 1 for `.`, 2 for `..`, 0 for any other segment.
  private static func dots(_ segment: ArraySlice<UInt8>) -> Int {
    var rest = segment
    var count = 0
    while let first = rest.first {
      if first == UInt8(ascii: ".") {
        rest.removeFirst()
      } else if rest.starts(with: "%2E".utf8) || rest.starts(with: "%2e".utf8) {
        rest.removeFirst(3)
      } else {
        return 0
      }
      count += 1
    }
    return count <= 2 ? count : 0
  }

  private static func slashesDecoded(_ path: ArraySlice<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    var rest = path
    while let first = rest.popFirst() {
      let code = String(decoding: rest.prefix(2), as: UTF8.self).lowercased()
      if first == UInt8(ascii: "%"), code == "2f" || code == "5c" {
        decoded.append(UInt8(ascii: "/"))
        rest.removeFirst(2)
      } else {
        decoded.append(first)
      }
    }
    return decoded
  }
}
