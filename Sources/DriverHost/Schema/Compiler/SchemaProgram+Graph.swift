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

  /// Whether a schema, or any below it that is part of it, has a property.
  func contains(_ start: Int, where hasProperty: (SchemaNode) -> Bool) -> Bool {
    var seen: Set<Int> = [start]
    var open = [start]
    while let index = open.popLast() {
      if hasProperty(nodes[index]) { return true }
      let next = nodes[index].membersAndItems + (nodes[index].inPlace?.evaluating ?? [])
      for node in next where seen.insert(node).inserted { open.append(node) }
    }
    return false
  }

  /// Every schema that a `$dynamicRef` may mean, whatever leads to it.
  func targets(of reference: DynamicReference) -> [Int] {
    guard let anchor = reference.anchor else { return [reference.initial] }
    return dynamicAnchors.compactMap { $0[anchor] }
  }
}
