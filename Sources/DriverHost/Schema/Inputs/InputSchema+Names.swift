/// What a schema says of the names at its top.
extension InputSchema {
  /// The plan of an action's inputs: the type's members and its own.
  static func plan(_ type: Value, _ action: Value) -> InputPlan {
    var typeCompiler = InputPlanCompiler(root: type)
    var actionCompiler = InputPlanCompiler(root: action)
    let parts = [typeCompiler.plan(for: type), actionCompiler.plan(for: action)]
    var members: [(name: String, plan: InputPlan)] = []
    for member in parts.flatMap(\.members)
    where !members.contains(where: { $0.name == member.name }) {
      members.append(member)
    }
    return InputPlan(members: members, choices: parts.flatMap(\.choices))
  }

  /// The names that a schema describes, also in branches that apply to the same map.
  static func names(in schema: Value) -> [String] {
    properties(of: schema, root: schema, depth: 0).map(\.name)
  }

  /// Names whose schema allows null.
  static func nullable(in schema: Value) -> Set<String> {
    Set(
      properties(of: schema, root: schema, depth: 0)
        .filter { allowsNull($0.schema, root: schema, depth: 0) }.map(\.name)
    )
  }

  /// Names that are part of a session's identity: marked `x-session`, or with a secret in them.
  static func sessionNames(in schema: Value) -> Set<String> {
    Set(
      properties(of: schema, root: schema, depth: 0)
        .filter { isOfSession($0.schema, root: schema, depth: 0) }.map(\.name)
    )
  }

  /// Names that the host keeps for itself, and names that mean two things.
  static func clashes(_ descriptor: Descriptor) -> [Fault] {
    var faults: [Fault] = []
    var known: [String: (schema: Value, place: String)] = [:]
    let parts =
      [(descriptor.inputs, ["inputs"], "the type")]
      + descriptor.actions.enumerated().map { index, action in
        (action.inputs, ["actions", String(index), "inputs"], "the action `\(action.name)`")
      }
    for (schema, path, place) in parts {
      for (name, member) in properties(of: schema, root: schema, depth: 0) {
        let pointer = JSONPointer(path + ["properties", name])
        if reservedNames.contains(name) {
          faults.append(
            Fault(
              .schema,
              at: pointer,
              "the input `\(name)` belongs to the host on every connection: give it another name"
            )
          )
        } else if let first = known[name], first.schema != member, first.place != place {
          faults.append(
            Fault(
              .schema,
              at: pointer,
              "the input `\(name)` has another schema in \(first.place): one name means one schema"
            )
          )
        } else {
          known[name] = (member, place)
        }
      }
    }
    return faults
  }

  private static func properties(
    of schema: Value,
    root: Value,
    depth: Int
  ) -> [(name: String, schema: Value)] {
    guard depth < 16, case .map(let keywords) = schema else { return [] }
    var found = (keywords["properties"]?.mapValue ?? [:]).map { (name: $0.name, schema: $0.value) }
    for keyword in ["allOf", "anyOf", "oneOf"] {
      for branch in keywords[keyword]?.listValue ?? [] {
        found += properties(of: branch, root: root, depth: depth + 1)
      }
    }
    for keyword in ["if", "then", "else", "$ref"] {
      guard let value = keywords[keyword] else { continue }
      let branch = keyword == "$ref" ? target(of: value, root: root) : value
      if let branch { found += properties(of: branch, root: root, depth: depth + 1) }
    }
    return found
  }

  private static func allowsNull(_ schema: Value, root: Value, depth: Int) -> Bool {
    guard depth < 16, case .map(let keywords) = schema else { return schema == true }
    if let type = keywords["type"] {
      guard type == "null" || type.listValue?.contains("null") == true else { return false }
    }
    if let allowed = keywords["enum"]?.listValue, !allowed.contains(.null) { return false }
    if let constant = keywords["const"], !constant.isNull { return false }
    if let reference = keywords["$ref"], let target = target(of: reference, root: root),
      !allowsNull(target, root: root, depth: depth + 1)
    {
      return false
    }
    for part in keywords["allOf"]?.listValue ?? []
    where !allowsNull(part, root: root, depth: depth + 1) { return false }
    for keyword in ["oneOf", "anyOf"] {
      guard let branches = keywords[keyword]?.listValue else { continue }
      if !branches.contains(where: { allowsNull($0, root: root, depth: depth + 1) }) {
        return false
      }
    }
    return true
  }

  private static func isOfSession(_ schema: Value, root: Value, depth: Int) -> Bool {
    guard depth < 16 else { return false }
    switch schema {
    case .map(let keywords):
      if keywords["x-session"] == true || keywords["x-secret"] == true { return true }
      if let reference = keywords["$ref"], let target = target(of: reference, root: root),
        isOfSession(target, root: root, depth: depth + 1)
      {
        return true
      }
      return keywords.contains { name, value in
        // A default or an example is data, whatever its names are.
        !["default", "examples", "const", "enum"].contains(name)
          && isOfSession(value, root: root, depth: depth + 1)
      }
    case .list(let items):
      return items.contains { isOfSession($0, root: root, depth: depth + 1) }
    default: return false
    }
  }

  private static func target(of reference: Value, root: Value) -> Value? {
    guard let text = reference.stringValue, text.hasPrefix("#"),
      let pointer = JSONPointer(text: String(text.dropFirst()))
    else { return nil }
    return root[pointer]
  }
}
