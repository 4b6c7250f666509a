/// Writes the schema of one action as one document, for people and forms.
///
/// Inputs are checked by `InputSchema`.
enum InputDocument {
  /// The type's inputs and the action's own as two embedded documents.
  ///
  /// Both parts keep their own `$defs`: each is a resource of its own, so that `#/…` in it means itself.
  static func schema(type: Value, action: Value) -> Value {
    .map([
      "type": "object",
      "allOf": .list([
        embedded(type, as: "driver:/type"), embedded(action, as: "driver:/action"),
      ]),
    ])
  }

  private static func embedded(_ schema: Value, as id: String) -> Value {
    var keywords = schema.mapValue ?? [:]
    if keywords["$id"] == nil { keywords["$id"] = .string(id) }
    // The host's own check of names knows all actions; a part alone would refuse the other's.
    keywords.remove("additionalProperties")
    keywords.remove("unevaluatedProperties")
    return closing(membersOf: .map(keywords))
  }

  /// The schema with every map that it describes below this place closed: members that it does not
  /// describe are refused.
  ///
  /// A schema that says itself what other members may be is left as it is. Branches of a union describe
  /// the same map together, so the place that holds the union is what is closed.
  private static func closing(membersOf schema: Value) -> Value {
    guard case .map(var keywords) = schema else { return schema }
    for name in ["properties", "patternProperties", "$defs"] {
      guard case .map(var members)? = keywords[name] else { continue }
      for (member, value) in members {
        // What stands under `$defs` is closed where it is used.
        members[member] = name == "$defs" ? closing(membersOf: value) : closed(value)
      }
      keywords[name] = .map(members)
    }
    for name in ["items", "additionalProperties", "contains"] {
      if let value = keywords[name] { keywords[name] = closed(value) }
    }
    if let items = keywords["prefixItems"]?.listValue {
      keywords["prefixItems"] = .list(items.map(closed))
    }
    for name in ["allOf", "anyOf", "oneOf"] {
      guard let branches = keywords[name]?.listValue else { continue }
      keywords[name] = .list(branches.map(closing(membersOf:)))
    }
    for name in ["if", "then", "else", "not"] {
      if let branch = keywords[name] { keywords[name] = closing(membersOf: branch) }
    }
    return .map(keywords)
  }

  private static func closed(_ schema: Value) -> Value {
    guard case .map(var keywords) = closing(membersOf: schema) else { return schema }
    let saysItself =
      keywords["additionalProperties"] != nil || keywords["unevaluatedProperties"] != nil
    if describesMembers(keywords), !saysItself { keywords["unevaluatedProperties"] = false }
    return .map(keywords)
  }

  private static func describesMembers(_ keywords: ValueMap) -> Bool {
    if keywords["properties"] != nil || keywords["$ref"] != nil { return true }
    return ["allOf", "anyOf", "oneOf"].contains { name in
      (keywords[name]?.listValue ?? []).contains { branch in
        branch.mapValue.map(describesMembers) ?? false
      }
    }
  }
}
