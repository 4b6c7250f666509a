/// Making one schema of several for the same value.
extension SchemaCompiler {
  /// A schema that is valid where all parts are, closed together if the compiler closes objects.
  ///
  /// A part's own `additionalProperties: false` is left out: it would refuse the members of the
  /// others.
  ///
  /// - Parameters:
  ///   - parts: Nodes that were added in place.
  ///   - location: What messages call the schema.
  /// - Returns: The index of the new node.
  mutating func merge(_ parts: [Int], location: String) -> Int {
    var merged = SchemaDraft(location: location, resource: 0)
    merged.types = .object
    merged.isPlace = options.closesObjects
    for part in parts {
      open(part)
      if listsOnly(drafts[part], besides: merged) {
        mergeMembers(of: part, into: &merged)
      } else {
        merged.allOf.append(part)
      }
    }
    drafts.append(merged)
    return drafts.count - 1
  }

  private mutating func open(_ part: Int) {
    if let node = drafts[part].additionalProperties, drafts[node].always == false {
      drafts[part].additionalProperties = nil
    }
    if let node = drafts[part].unevaluatedProperties, drafts[node].always == false {
      drafts[part].unevaluatedProperties = nil
    }
  }

  /// Whether a schema says nothing but which members there are, and none that is there already.
  private func listsOnly(_ draft: SchemaDraft, besides merged: SchemaDraft) -> Bool {
    draft.always == nil && draft.constant == nil && draft.enumeration == nil
      && draft.minProperties == nil && draft.maxProperties == nil
      && draft.patternProperties.isEmpty && draft.additionalProperties == nil
      && draft.unevaluatedProperties == nil && draft.propertyNames == nil
      && draft.inPlace.isEmpty && draft.types.contains(.object)
      && draft.properties.allSatisfy { property in
        !merged.properties.contains { $0.name == property.name }
      }
  }

  private func mergeMembers(of part: Int, into merged: inout SchemaDraft) {
    let draft = drafts[part]
    merged.properties += draft.properties
    merged.dependentRequired += draft.dependentRequired
    for name in draft.required where !merged.required.contains(name) {
      merged.required.append(name)
      merged.requiredLocations[name] = draft.location
    }
  }
}
