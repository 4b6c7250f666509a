/// Schemas of a program, each once, in the order in which they were found.
///
/// Schemas may lead to one another in more ways than there is time for: whoever follows them must
/// know where he has been.
struct NodeSet {
  /// The schemas.
  private(set) var nodes: [Int] = []
  /// The same, once they are more than are searched in order.
  private var index: Set<Int> = []

  private static let linearLimit = 16

  /// Adds a schema; false if it was there.
  mutating func insert(_ node: Int) -> Bool {
    if index.isEmpty {
      guard !nodes.contains(node) else { return false }
      nodes.append(node)
      if nodes.count > NodeSet.linearLimit { index = Set(nodes) }
      return true
    }
    guard index.insert(node).inserted else { return false }
    nodes.append(node)
    return true
  }

  /// Some schemas and all that are reached from them, those first that were found first.
  static func closure(of start: [Int], along next: (Int) -> [Int]) -> [Int] {
    var set = NodeSet()
    for node in start { _ = set.insert(node) }
    var position = 0
    while position < set.nodes.count {
      for node in next(set.nodes[position]) { _ = set.insert(node) }
      position += 1
    }
    return set.nodes
  }
}
