extension Value {
  /// About how many bytes of memory the value takes: 16 for itself, and what its texts and items take.
  var approximateSize: Int {
    switch self {
    case .null, .bool, .int, .double: 16
    case .decimal(let decimal): 16 + decimal.text.utf8.count
    case .string(let text): 16 + text.utf8.count
    case .bytes(let bytes): 16 + bytes.count
    case .json(let document): 16 + document.text.utf8.count
    case .list(let items): items.reduce(16) { $0 + $1.approximateSize }
    case .map(let members):
      members.reduce(16) { $0 + $1.name.utf8.count + $1.value.approximateSize }
    }
  }

  /// Whether the value takes more than about so many bytes of memory.
  ///
  /// - Complexity: O(limit), however large the value is.
  func isLarger(than limit: Int) -> Bool {
    var rest = limit
    return !fits(&rest)
  }

  /// Whether the value fits into what is left, which is less by its size afterwards.
  ///
  /// By index, since a sequence of members hands each over as a copy: every call has this done with its inputs.
  private func fits(_ rest: inout Int) -> Bool {
    rest -= 16
    guard rest >= 0 else { return false }
    switch self {
    case .null, .bool, .int, .double: return true
    case .string(let text): rest -= text.utf8.count
    case .decimal(let decimal): rest -= decimal.text.utf8.count
    case .bytes(let bytes): rest -= bytes.count
    case .json(let document): rest -= document.text.utf8.count
    case .list(let items):
      for index in items.indices where !items[index].fits(&rest) { return false }
    case .map(let map):
      for index in map.members.indices {
        rest -= map.members[index].name.utf8.count
        guard map.members[index].value.fits(&rest) else { return false }
      }
    }
    return rest >= 0
  }
}
