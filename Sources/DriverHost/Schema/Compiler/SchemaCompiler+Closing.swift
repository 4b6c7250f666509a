/// Closing the objects of a driver's schema.
extension SchemaCompiler {
  /// Closes the objects of a driver's schema.
  ///
  /// A schema that stands for a value of its own and lists `properties`, itself or in what applies
  /// in place (`$ref`, `allOf`, the branches of a union), is read as if `unevaluatedProperties:
  /// false` stood in it, unless it says `additionalProperties` or `unevaluatedProperties` itself.
  /// What lists none stays open: it is a free-form map.
  ///
  /// This is the only place where that is decided: `InputDocument` writes down what comes out here.
  mutating func closeObjects(in order: [Int]) {
    let listing = holds(in: order) { !$0.properties.isEmpty }
    // Whether it has a say in which members there are.
    let describing = holds(in: order) { draft in
      !draft.properties.isEmpty || !draft.patternProperties.isEmpty
        || draft.additionalProperties != nil || draft.unevaluatedProperties != nil
        || draft.dynamicReference != nil
    }
    var closed: Int?
    for index in drafts.indices {
      let draft = drafts[index]
      guard draft.isPlace, draft.additionalProperties == nil, draft.unevaluatedProperties == nil,
        !draft.types.isDisjoint(with: .object), listing[index]
      else { continue }
      let forbidden = closed ?? addClosedNode()
      closed = forbidden
      if draft.evaluating.contains(where: { describing[$0] }) {
        draft.unevaluatedProperties = forbidden
      } else {
        // The schema's own list is all there is.
        draft.additionalProperties = forbidden
      }
    }
  }

  private mutating func addClosedNode() -> Int {
    let draft = SchemaDraft(place: nil, resource: 0)
    draft.always = false
    drafts.append(draft)
    return drafts.count - 1
  }

  /// For each schema whether it, or what applies in place with it, has a property.
  private func holds(in order: [Int], _ hasProperty: (SchemaDraft) -> Bool) -> [Bool] {
    var holds = [Bool](repeating: false, count: drafts.count)
    for index in order {
      let draft = drafts[index]
      holds[index] = hasProperty(draft) || draft.evaluating.contains { holds[$0] }
    }
    return holds
  }
}
