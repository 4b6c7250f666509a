/// Compiled schemas: what a validation runs.
final class SchemaProgram: Sendable {
  let nodes: [SchemaNode]
  /// For each resource the schemas with a `$dynamicAnchor` that a `$dynamicRef` may mean.
  let dynamicAnchors: [[String: Int]]
  /// Whether any `$dynamicRef` depends on the way that led to it.
  let isDynamic: Bool
  /// Whether any schema says `x-secret`.
  let hasSecrets: Bool

  init(nodes: [SchemaNode], dynamicAnchors: [[String: Int]]) {
    self.nodes = nodes
    self.dynamicAnchors = dynamicAnchors
    isDynamic = dynamicAnchors.contains { !$0.isEmpty }
    hasSecrets = nodes.contains(where: \.isSecret)
  }
}
