extension InputSchema {
  /// The inputs of an action in the order of `x-order`, then of the schema; the type's first.
  ///
  /// - Parameter action: An action of the descriptor.
  /// - Returns: The inputs; nil if there is no such action.
  package func fields(action: String) -> [InputField]? {
    guard let action = actions[action] else { return nil }
    var reader = InputFieldReader(schemas.program, defaults)
    let ofType = Set(schemas.program.members(of: typeRoot).map { ExactName($0.name) })
    return reader.fields(of: action.root).map { field in
      var field = field
      field.isOfAction = !ofType.contains(ExactName(field.name))
      return field
    }
  }

  /// The first of the forms that all of an action's inputs together may have; nil where there is
  /// only one, or no such action.
  package func union(action: String) -> InputUnion? { unions(action: action).first }

  /// The forms that all of an action's inputs together may have: one of each union.
  package func unions(action: String) -> [InputUnion] {
    guard let action = actions[action] else { return [] }
    var reader = InputFieldReader(schemas.program, defaults)
    return reader.unions(of: action.root)
  }
}

extension JSONSchema {
  /// The members that the schema describes, in the order of `x-order`, then of the schema.
  package var fields: [InputField] {
    var reader = InputFieldReader(program, InputDefaults(program))
    return reader.fields(of: root)
  }
}
