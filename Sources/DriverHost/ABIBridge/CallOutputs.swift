/// What one call's driver has put out so far.
struct CallOutputs {
  /// In the order in which they were first set.
  private(set) var values = ValueMap()
  /// The places in `values` that the driver flagged as secret.
  private(set) var secrets: [JSONPointer] = []
  /// What each output counts for, in their order.
  private var sizes: [Int] = []
  private var size = 0

  /// Sets an output, replacing an earlier one of that name; false, and nothing is set, where they would
  /// count for more than a limit together.
  mutating func set(
    _ name: String,
    _ value: consuming Value,
    _ reader: ValueReader,
    limit: Int
  ) -> Bool {
    let position = values.position(of: name)
    let replaced = position.map { sizes[$0] } ?? 0
    guard size - replaced + reader.size <= limit else { return false }
    size += reader.size - replaced
    if let position {
      values.replace(at: position, value)
      sizes[position] = reader.size
    } else {
      if sizes.isEmpty {
        // To grow from nothing takes longer than to set most outputs.
        values.reserveCapacity(10)
        sizes.reserveCapacity(10)
      }
      values.append(ValueMap.Member(name: name, value: value))
      sizes.append(reader.size)
    }
    if !secrets.isEmpty { secrets.removeAll { $0.tokens.first == name } }
    if !reader.secrets.isEmpty { secrets += reader.secrets.map { JSONPointer([name] + $0.tokens) } }
    return true
  }
}
