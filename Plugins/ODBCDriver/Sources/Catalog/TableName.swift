/// The name of a table, as far as the server has parts of it.
struct TableName: Sendable, Hashable {
  var catalog: String?
  var schema: String?
  var table: String

  /// The parts as functions of the catalog take them.
  var parts: [String?] { [catalog, schema, table] }

  /// Whether it comes before another one: by catalog, schema and table, byte by byte.
  static func < (left: TableName, right: TableName) -> Bool {
    for (ours, theirs) in zip(left.parts, right.parts) {
      let (ours, theirs) = (Array((ours ?? "").utf8), Array((theirs ?? "").utf8))
      if ours != theirs { return ours.lexicographicallyPrecedes(theirs) }
    }
    return false
  }
}

/// A table of a database, with what kind it is of.
struct Table: Sendable, Hashable {
  var name: TableName
  /// `TABLE`, `VIEW` and the like, as the server says.
  var type: String
  var remarks: String?
}
