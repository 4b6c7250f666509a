/// How schemas that apply to one value follow each other.
extension SchemaCompiler {
  /// How many schemas may lead to each other for one value: each takes room on the stack.
  static let maximumChain = 200

  /// The schemas in an order in which each comes after all that it applies to the same value.
  ///
  /// Reports schemas that lead back to themselves without going into the value, since no validation
  /// of them would end (JSON Schema core, 9.4.1), and chains that are too long to be followed.
  mutating func checkedOrder() -> [Int] {
    /// How far a schema has been looked at.
    enum State { case new, open, done }
    /// A schema on the way, and those after it that have not been looked at.
    struct Step {
      var node: Int
      var next: [Int]
    }
    var states = [State](repeating: .new, count: drafts.count)
    var lengths = [Int](repeating: 1, count: drafts.count)
    var order: [Int] = []
    order.reserveCapacity(drafts.count)
    for start in drafts.indices where states[start] == .new {
      // An explicit stack: references may chain as long as there are schemas.
      var path = [Step(node: start, next: drafts[start].inPlace)]
      states[start] = .open
      while !path.isEmpty {
        let node = path[path.count - 1].node
        guard let child = path[path.count - 1].next.popLast() else {
          states[node] = .done
          order.append(node)
          path.removeLast()
          if let outer = path.last?.node { lengths[outer] = max(lengths[outer], lengths[node] + 1) }
          continue
        }
        switch states[child] {
        case .done: lengths[node] = max(lengths[node], lengths[child] + 1)
        case .new:
          states[child] = .open
          path.append(Step(node: child, next: drafts[child].inPlace))
        case .open: reportLoop(path.map(\.node).drop { $0 != child })
        }
      }
    }
    if let first = lengths.firstIndex(where: { $0 > SchemaCompiler.maximumChain }) {
      reportChain(first, lengths[first])
    }
    return order
  }

  private mutating func reportLoop(_ loop: ArraySlice<Int>) {
    guard let first = loop.first.map({ drafts[$0] }), let place = first.place else { return }
    let shown = loop.count <= 8 ? loop + loop.prefix(1) : loop.prefix(8)
    var names = shown.compactMap { node in
      drafts[node].place.map { FaultText.line(registry.places.location(of: $0), upTo: 100) }
    }
    if loop.count > 8 { names.append("…") }
    registry.report(
      at: place,
      "the schema refers to itself for the same value: \(names.joined(separator: " → "))"
    )
  }

  private mutating func reportChain(_ node: Int, _ length: Int) {
    guard let place = drafts[node].place else { return }
    registry.report(
      at: place,
      """
      from here \(length) schemas lead to each other for one value, and \
      \(SchemaCompiler.maximumChain) may; let references go to the last of them
      """
    )
  }
}
