/// What kind of value a driver's schema wants at a place, for arguments on a command line, which
/// are all text.
package struct InputHints: Sendable {
  /// How an argument is to be read.
  package enum Kind: Sendable, Hashable {
    /// As it stands.
    case text
    /// The content of a file is taken as bytes, an argument as base64.
    case bytes
    /// As YAML.
    case other
  }

  private let program: SchemaProgram
  private let roots: [Int]

  /// Hints from the schemas of a type and of some of its actions, whose inputs are none of them if
  /// null.
  ///
  /// Where they are at fault there are no hints; `InputSchema` says what the faults are.
  package init(_ schemas: [Value]) {
    var compiler = SchemaCompiler(
      resources: SchemaResources(),
      options: SchemaCompiler.Options(checksMetaSchema: false)
    )
    let addresses = ["driver:/inputs"] + schemas.indices.map { "driver:/action\($0)" }
    let roots = zip(schemas, addresses).filter { !$0.0.isNull }.map { schema, address in
      compiler.add(schema, at: address, role: .inPlace)
    }
    let (program, faults) = compiler.finish()
    self.program = program
    self.roots = faults.isEmpty ? roots : []
  }

  /// The kind at a path of member names.
  package func kind(at path: [String]) -> Kind {
    var found = program.placeClosure(of: roots)
    for name in path {
      found = program.placeClosure(of: found.compactMap { schema(ofMember: name, in: $0) })
    }
    let kinds = found.compactMap(kind(of:))
    // In a union, text is only certain where every branch that knows the member wants it.
    guard let first = kinds.first, kinds.allSatisfy({ $0 == first }) else { return .other }
    return first
  }

  private func schema(ofMember name: String, in node: Int) -> Int? {
    guard let keywords = program.nodes[node].object else { return nil }
    if let property = keywords.names.index(of: name) { return keywords.properties[property].node }
    return keywords.additional
  }

  /// What one schema says; nil if it says nothing of the kind.
  private func kind(of node: Int) -> Kind? {
    let node = program.nodes[node]
    if node.types == .string { return node.takesBytes ? .bytes : .text }
    guard let choice = node.constant ?? node.enumeration else {
      return node.types == .any ? nil : .other
    }
    let isText = node.types == .any && choice.values.allSatisfy { $0.stringValue != nil }
    return isText && !choice.values.isEmpty ? .text : .other
  }
}
