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
  private func fits(_ rest: inout Int) -> Bool {
    switch self {
    case .list(let items):
      rest -= 16
      return rest >= 0 && items.allSatisfy { $0.fits(&rest) }
    case .map(let members):
      rest -= 16
      return rest >= 0
        && members.allSatisfy { name, value in
          rest -= name.utf8.count
          return value.fits(&rest)
        }
    default:
      rest -= approximateSize
      return rest >= 0
    }
  }
}
