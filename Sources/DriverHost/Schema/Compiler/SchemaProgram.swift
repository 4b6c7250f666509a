/// Compiled schemas: what a validation runs.
final class SchemaProgram: Sendable {
  let nodes: [SchemaNode]
  /// Where the nodes stand.
  let places: SchemaPlaces
  /// For each resource the schemas with a `$dynamicAnchor` that a `$dynamicRef` may mean.
  let dynamicAnchors: [[ExactName: Int]]
  /// Whether any `$dynamicRef` depends on the way that led to it.
  let isDynamic: Bool
  /// For each schema whether some part of it says `x-secret`; empty if none does.
  let leadsToSecret: [Bool]

  init(nodes: [SchemaNode], places: SchemaPlaces, dynamicAnchors: [[ExactName: Int]]) {
    self.nodes = nodes
    self.places = places
    self.dynamicAnchors = dynamicAnchors
    isDynamic = dynamicAnchors.contains { !$0.isEmpty }
    let secrets = nodes.indices.filter { nodes[$0].isSecret }
    leadsToSecret =
      secrets.isEmpty
      ? [] : SchemaGraph(nodes) { $0.parts(dynamicAnchors) }.leading(to: secrets)
  }

  /// The address of a schema, or of a keyword in it, for messages: `#/properties/port/minimum`.
  func location(of node: SchemaNode, keyword: String? = nil) -> String? {
    node.place.map { places.location(of: $0, keyword: keyword) }
  }
}
