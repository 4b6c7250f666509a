/// Making one schema of several for the same value.
extension SchemaCompiler {
  /// A schema that is valid where all parts are, closed together if the compiler closes objects.
  ///
  /// A part's own `additionalProperties: false` is left out: it would refuse the members of the
  /// others.
  ///
  /// - Parameter parts: Nodes that were added in place; messages name the place of the last.
  /// - Returns: The index of the new node.
  mutating func merge(_ parts: [Int]) -> Int {
    let merged = SchemaDraft(place: parts.last.flatMap { drafts[$0].place }, resource: 0)
    merged.types = .object
    merged.isPlace = options.closesObjects
    for part in parts {
      open(part)
      let draft = drafts[part]
      if listsMembers(draft, besides: merged) {
        mergeMembers(of: part, into: merged)
        if let rest = rest(of: draft) { merged.allOf.append(rest) }
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

  /// Whether what a schema says of members is a list of them, and none that is there already.
  private func listsMembers(_ draft: SchemaDraft, besides merged: SchemaDraft) -> Bool {
    draft.always == nil && draft.types.contains(.object)
      && draft.patternProperties.isEmpty && draft.additionalProperties == nil
      && draft.unevaluatedProperties == nil
      && Set(draft.properties.map { ExactName($0.name) })
        .isDisjoint(with: merged.properties.lazy.map { ExactName($0.name) })
  }

  private func mergeMembers(of part: Int, into merged: SchemaDraft) {
    let draft = drafts[part]
    merged.properties += draft.properties
    for name in draft.required where merged.requiredPlaces[ExactName(name)] == nil {
      merged.required.append(name)
      merged.requiredPlaces[ExactName(name)] = draft.place
    }
  }

  /// A schema that says what another one says beside its list of members; nil if that is nothing.
  private mutating func rest(of draft: SchemaDraft) -> Int? {
    let rest = SchemaDraft(place: draft.place, resource: draft.resource)
    rest.constant = draft.constant
    rest.enumeration = draft.enumeration
    rest.minProperties = draft.minProperties
    rest.maxProperties = draft.maxProperties
    rest.propertyNames = draft.propertyNames
    rest.dependentRequired = draft.dependentRequired
    rest.reference = draft.reference
    rest.dynamicReference = draft.dynamicReference
    rest.allOf = draft.allOf
    rest.anyOf = draft.anyOf
    rest.oneOf = draft.oneOf
    rest.not = draft.not
    rest.condition = draft.condition
    rest.then = draft.then
    rest.otherwise = draft.otherwise
    rest.dependentSchemas = draft.dependentSchemas
    let saysNothing =
      rest.inPlace.isEmpty && rest.constant == nil && rest.enumeration == nil
      && rest.minProperties == nil && rest.maxProperties == nil && rest.propertyNames == nil
      && rest.dependentRequired.isEmpty
    if saysNothing { return nil }
    drafts.append(rest)
    return drafts.count - 1
  }
}
