/// Which schemas are parts of which, looked at from the parts.
struct SchemaGraph {
  /// For each schema those that it is part of begin there in `owners`.
  private var starts: [Int]
  private var owners: [Int]

  /// The graph of schemas by what `parts` says are the parts of each.
  init(_ nodes: [SchemaNode], parts: (SchemaNode) -> [Int]) {
    let parts = nodes.map(parts)
    starts = Array(repeating: 0, count: nodes.count + 1)
    for part in parts.joined() { starts[part + 1] += 1 }
    for index in nodes.indices { starts[index + 1] += starts[index] }
    owners = Array(repeating: 0, count: starts[nodes.count])
    var next = starts
    for (owner, parts) in parts.enumerated() {
      for part in parts {
        owners[next[part]] = owner
        next[part] += 1
      }
    }
  }

  /// For each schema whether one of some schemas is part of it, at any depth; they are part of
  /// themselves.
  ///
  /// - Complexity: O(schemas and their parts).
  func leading(to targets: [Int]) -> [Bool] {
    var leads = Array(repeating: false, count: starts.count - 1)
    var open = targets
    for target in targets { leads[target] = true }
    while let index = open.popLast() {
      for position in starts[index]..<starts[index + 1] where !leads[owners[position]] {
        leads[owners[position]] = true
        open.append(owners[position])
      }
    }
    return leads
  }
}
