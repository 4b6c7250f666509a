/// What somebody probably meant by a name that is not known.
package enum NearestName {
  /// The known name that differs least, if it differs little; the first of several.
  ///
  /// Little is one change for each three letters, at least one. A change is a letter inserted, left
  /// out, replaced, or swapped with the next (the restricted Damerau-Levenshtein distance). Upper
  /// and lower case count as equal. Nothing is near a name of more than 64 bytes.
  ///
  /// - Complexity: O(known names).
  package static func of(_ name: String, among known: some Sequence<String>) -> String? {
    // The comparison takes time by the square of a length that users choose.
    guard name.utf8.count <= maximumLength else { return nil }
    let wanted = folded(name)
    let limit = max(1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in known where candidate.utf8.count <= maximumLength + limit {
      let letters = folded(candidate)
      guard abs(letters.count - wanted.count) <= limit else { continue }
      let distance = distance(wanted, letters)
      // A name of which no letter is right is another name: `b` does not mean `a`.
      guard distance <= limit, distance < letters.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// `; did you mean …?` with the nearest name, or nothing.
  package static func hint(for name: String, among known: some Sequence<String>) -> String {
    of(name, among: known).map { "; did you mean \(FaultText.name($0))?" } ?? ""
  }

  private static let maximumLength = 64

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
  }

  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for row in one.indices {
      var current = [row + 1]
      current.reserveCapacity(other.count + 1)
      for column in other.indices {
        let replaced = last[column] + (one[row] == other[column] ? 0 : 1)
        var least = min(replaced, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          least = min(least, beforeLast[column - 1] + 1)
        }
        current.append(least)
      }
      beforeLast = last
      last = current
    }
    return last[other.count]
  }
}
