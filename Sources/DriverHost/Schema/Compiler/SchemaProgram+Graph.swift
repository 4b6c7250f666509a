/// How schemas hang together.
extension SchemaNode {
  /// The schemas of members and items.
  var membersAndItems: [Int] {
    var nodes: [Int] = []
    if let object {
      nodes += object.properties.map(\.node) + object.patterns.map(\.node)
      nodes += [object.additional].compactMap(\.self)
    }
    if let array { nodes += array.prefix + [array.items].compactMap(\.self) }
    return nodes + [unevaluatedItems, unevaluatedProperties].compactMap(\.self)
  }
}

extension SchemaProgram {
  /// Everything that may apply to the same value as a schema, itself first, but for what only tells
  /// values apart.
  func placeClosure(of start: Int) -> [Int] {
    var closure = [start]
    var seen: Set<Int> = [start]
    var next = 0
    while next < closure.count {
      let keywords = nodes[closure[next]].inPlace
      next += 1
      // What `if` says of a value describes it as well, where the condition holds.
      for node in keywords?.evaluating ?? [] where seen.insert(node).inserted {
        closure.append(node)
      }
    }
    return closure
  }

  /// For each schema whether one of some schemas is part of it, at any depth; they are part of
  /// themselves.
  func nodes(leadingTo targets: [Int]) -> [Bool] {
    var parents = Array(repeating: [Int](), count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for part in node.membersAndItems + (node.inPlace?.evaluating ?? []) {
        parents[part].append(index)
      }
    }
    var leads = Array(repeating: false, count: nodes.count)
    var open = targets
    for target in targets { leads[target] = true }
    while let index = open.popLast() {
      for parent in parents[index] where !leads[parent] {
        leads[parent] = true
        open.append(parent)
      }
    }
    return leads
  }

  /// Every schema that a `$dynamicRef` may mean, whatever leads to it.
  func targets(of reference: DynamicReference) -> [Int] {
    guard let anchor = reference.anchor else { return [reference.initial] }
    return dynamicAnchors.compactMap { $0[anchor] }
  }
}
