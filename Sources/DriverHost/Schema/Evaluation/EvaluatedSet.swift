/// Which members or items of one value a schema has looked at, for `unevaluated…`.
///
/// Up to 64 cost no allocation.
struct EvaluatedSet {
  /// Whether anybody wants to know; if not, nothing is kept.
  let isTracking: Bool
  /// All of them, whatever their number.
  private(set) var isAll = false
  private var first: UInt64 = 0
  private var rest: [UInt64] = []

  init(isTracking: Bool) {
    self.isTracking = isTracking
  }

  /// An empty set that keeps what this one would keep.
  var sibling: EvaluatedSet { EvaluatedSet(isTracking: isTracking) }

  func contains(_ index: Int) -> Bool {
    if isAll { return true }
    if index < 64 { return first & (1 << UInt64(index)) != 0 }
    let word = index / 64 - 1
    return word < rest.count && rest[word] & (1 << UInt64(index % 64)) != 0
  }

  mutating func insert(_ index: Int) {
    guard isTracking, !isAll else { return }
    if index < 64 {
      first |= 1 << UInt64(index)
      return
    }
    let word = index / 64 - 1
    if word >= rest.count {
      rest.append(contentsOf: repeatElement(0, count: word + 1 - rest.count))
    }
    rest[word] |= 1 << UInt64(index % 64)
  }

  mutating func insertAll() {
    if isTracking { isAll = true }
  }

  mutating func formUnion(_ other: EvaluatedSet) {
    guard isTracking, !isAll else { return }
    if other.isAll {
      isAll = true
      return
    }
    first |= other.first
    if rest.count < other.rest.count {
      rest.append(contentsOf: repeatElement(0, count: other.rest.count - rest.count))
    }
    for (index, word) in other.rest.enumerated() { rest[index] |= word }
  }
}
