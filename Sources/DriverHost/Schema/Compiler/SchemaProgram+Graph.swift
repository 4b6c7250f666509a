/// How schemas hang together.
extension SchemaNode {
  /// The schemas of members and items, `contains` among them.
  var membersAndItems: [Int] {
    var nodes: [Int] = []
    if let object {
      nodes += object.properties.map(\.node) + object.patterns.map(\.node)
      nodes += [object.additional].compactMap(\.self)
    }
    if let array { nodes += array.prefix + [array.items, array.contains].compactMap(\.self) }
    return nodes + [unevaluatedItems, unevaluatedProperties].compactMap(\.self)
  }

  /// All schemas that are part of this one, with what a `$dynamicRef` may mean.
  func parts(_ dynamicAnchors: [[ExactName: Int]]) -> [Int] {
    guard let inPlace else { return membersAndItems }
    var nodes = membersAndItems + inPlace.evaluating + [inPlace.not].compactMap(\.self)
    if let anchor = inPlace.dynamicReference?.anchor {
      nodes += dynamicAnchors.compactMap { $0[anchor] }
    }
    return nodes
  }
}

extension SchemaProgram {
  /// Everything that may apply to the same values as some schemas, those first, but for what only
  /// tells values apart.
  func placeClosure(of start: [Int]) -> [Int] {
    // What `if` says of a value describes it as well, where the condition holds.
    NodeSet.closure(of: start) { nodes[$0].inPlace?.evaluating ?? [] }
  }

  /// A schema and those that apply whatever the value is: references and `allOf`.
  func alwaysClosure(of start: Int) -> [Int] {
    NodeSet.closure(of: [start]) { nodes[$0].inPlace?.always ?? [] }
  }

  /// The members that a schema names, itself or in what applies in place.
  func members(of start: Int) -> [(name: String, node: Int)] {
    placeClosure(of: [start]).flatMap { nodes[$0].object?.properties ?? [] }
  }

  /// The graph of all schemas, with everything that is part of each.
  var graph: SchemaGraph { SchemaGraph(nodes) { $0.parts(dynamicAnchors) } }

  /// Every schema that a `$dynamicRef` may mean, whatever leads to it.
  func targets(of reference: DynamicReference) -> [Int] {
    guard let anchor = reference.anchor else { return [reference.initial] }
    return dynamicAnchors.compactMap { $0[anchor] }
  }
}
