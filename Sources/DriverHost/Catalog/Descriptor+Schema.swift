extension Descriptor {
  /// The JSON Schema of all inputs that an action takes: the type's and its own, as one document.
  ///
  /// It is for people and forms: an input that is checked goes through `InputSchema`. Where the two
  /// parts define different things under one name of `$defs` they stay apart, as two embedded
  /// documents.
  package func inputSchema(of action: Action) -> Value {
    guard let type = inputs.mapValue, let own = action.inputs.mapValue,
      Descriptor.agree(type["$defs"], own["$defs"])
    else { return InputDocument.schema(type: inputs, action: action.inputs) }
    var schema: ValueMap = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("\(title): \(action.title)"),
      "type": "object",
      "properties": .map(Descriptor.joined(type["properties"], own["properties"])),
    ]
    let required = Descriptor.joined(type["required"]?.listValue, own["required"]?.listValue)
    if !required.isEmpty { schema["required"] = .list(required) }
    var parts: [Value] = []
    for (name, value) in type where !Descriptor.joinedKeywords.contains(name) {
      if let other = own[name], other != value {
        // What both say is asked for by each on its own.
        parts += [.map([name: value]), .map([name: other])]
      } else {
        schema[name] = value
      }
    }
    for (name, value) in own where !Descriptor.joinedKeywords.contains(name) && type[name] == nil {
      schema[name] = value
    }
    parts += (type["allOf"]?.listValue ?? []) + (own["allOf"]?.listValue ?? [])
    if !parts.isEmpty { schema["allOf"] = .list(parts) }
    let definitions = Descriptor.joined(type["$defs"], own["$defs"])
    if !definitions.isEmpty { schema["$defs"] = .map(definitions) }
    // The host refuses what is not known, whatever the driver says.
    schema["unevaluatedProperties"] = false
    return .map(schema)
  }

  private static let joinedKeywords: Set = [
    "$schema", "$id", "title", "type", "properties", "required", "$defs", "allOf",
    "additionalProperties", "unevaluatedProperties",
  ]

  /// Whether two maps have the same under each name that both have.
  private static func agree(_ one: Value?, _ other: Value?) -> Bool {
    guard let one = one?.mapValue, let other = other?.mapValue else { return true }
    return one.allSatisfy { name, value in other[name].map { $0 == value } ?? true }
  }

  private static func joined(_ one: Value?, _ other: Value?) -> ValueMap {
    var all = one?.mapValue ?? [:]
    for (name, value) in other?.mapValue ?? [:] { all[name] = value }
    return all
  }

  private static func joined(_ one: [Value]?, _ other: [Value]?) -> [Value] {
    (other ?? []).reduce(into: one ?? []) { all, item in
      if !all.contains(item) { all.append(item) }
    }
  }
}
