/// The known name that somebody may have meant.
package enum NearestName {
  /// The name nearest to a wrong one; nil if none is near enough to be meant.
  ///
  /// Near is at most one slip in three characters: a character wrong, missing, too many, or two of
  /// them swapped (the Damerau–Levenshtein distance with optimal string alignment). Case does not
  /// count.
  package static func find(_ wrong: String, among names: some Sequence<String>) -> String? {
    let wrongScalars = folded(wrong)
    // Whoever types more than this has not mistyped a name; it bounds the work as well.
    guard !wrongScalars.isEmpty, wrongScalars.count <= 64 else { return nil }
    let limit = max(1, wrongScalars.count / 3)
    var best: (name: String, distance: Int)?
    for name in names {
      let scalars = folded(name)
      guard abs(scalars.count - wrongScalars.count) <= limit, !scalars.isEmpty else { continue }
      let distance = distance(wrongScalars, scalars)
      // A name of one or two characters must not be replaced by another one altogether.
      guard distance <= limit, distance < scalars.count else { continue }
      if distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  /// `; did you mean …?` with the nearest name, or nothing.
  package static func hint(for wrong: String, among names: some Sequence<String>) -> String {
    find(wrong, among: names).map { "; did you mean `\($0)`?" } ?? ""
  }

  private static func folded(_ name: String) -> [Unicode.Scalar] {
    Array(name.lowercased().unicodeScalars)
  }

  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      row.reserveCapacity(b.count + 1)
      for j in 1...b.count {
        let isSame = a[i - 1] == b[j - 1]
        var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          cost = min(cost, beforeLast[j - 2] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
