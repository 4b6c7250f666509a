/// A line and a column of a document, from 1; 0 where there is none.
struct SourcePlace: Sendable {
  var line: UInt32 = 0
  var column: UInt32 = 0
}

/// Where the values and the names of a document stand in its file.
///
/// 24 bytes a value; a place is looked up by walking down to it.
public struct SourceMap: Sendable {
  /// One value, in the order of the document.
  struct Node: Sendable {
    /// Where the name of the member begins; none for items and the whole document.
    var key = SourcePlace()
    var value: SourcePlace
    /// The number of the node behind this one and everything below it.
    var next: UInt32 = 0
    /// For an alias, the node that it stands for; 0, which nothing can refer to, for others.
    var target: UInt32 = 0
  }

  private let root: Value
  private let nodes: [Node]
  private let file: String
  /// The node of `root`: another one than the first where this is a part of a document.
  private var start = 0

  /// The places of a document's values.
  init(of root: Value, nodes: [Node], file: String) {
    self.root = root
    self.nodes = nodes
    self.file = file
  }

  /// For each item of a document that is a list the places in it, as if it were a document; empty for others.
  ///
  /// - Returns: One for each item, in their order.
  /// - Complexity: O(items), where a look at each from the top would be the square of it.
  package func items() -> [SourceMap] {
    guard !nodes.isEmpty, let list = root.resolved.listValue else { return [] }
    var node = (nodes[start].target > 0 ? Int(nodes[start].target) : start) + 1
    return list.map { item in
      var part = SourceMap(of: item, nodes: nodes, file: file)
      part.start = node
      node = Int(nodes[node].next)
      return part
    }
  }

  /// Where a value begins; nil if the document has none there.
  ///
  /// What is below an alias stands where it was written, at the anchor.
  ///
  /// - Complexity: O(values beside the path).
  public func value(at pointer: JSONPointer) -> SourceLocation? {
    node(at: pointer).map { location(nodes[$0].value) }
  }

  /// Where the name of a member begins; nil if the document has no member there.
  ///
  /// - Complexity: O(values beside the path).
  public func key(at pointer: JSONPointer) -> SourceLocation? {
    guard let node = node(at: pointer), nodes[node].key.line > 0 else { return nil }
    return location(nodes[node].key)
  }

  /// The best place for a fault at a pointer: that of its value or its name, whichever it means,
  /// else that of the nearest value around it.
  public func nearest(to pointer: JSONPointer) -> SourceLocation? {
    pointer.nearest { $0.isOfName ? key(at: $0) : value(at: $0) }
  }

  private func location(_ place: SourcePlace) -> SourceLocation {
    SourceLocation(file: file, line: Int(place.line), column: Int(place.column))
  }

  private func node(at pointer: JSONPointer) -> Int? {
    guard !nodes.isEmpty else { return nil }
    var node = start
    var value = root
    for token in pointer.tokens {
      if nodes[node].target > 0 { node = Int(nodes[node].target) }
      guard let (position, child) = value.child(token) else { return nil }
      value = child
      node += 1
      for _ in 0..<position { node = Int(nodes[node].next) }
    }
    return node
  }
}
