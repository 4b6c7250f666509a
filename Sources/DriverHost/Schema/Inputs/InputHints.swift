/// What kind of value a driver's schema wants at a place, for arguments on a command line, which are
/// all text.
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

  private let roots: [Value]

  /// Hints from the schemas of a type and of one action.
  package init(_ schemas: [Value]) {
    roots = schemas
  }

  /// The kind at a path of member names.
  package func kind(at path: [String]) -> Kind {
    var found: [Value] = []
    for root in roots { collect(path[...], in: root, root: root, depth: 0, into: &found) }
    let kinds = found.map(InputHints.kind(of:))
    // In a union, text is only certain where every branch that knows the member wants it.
    guard let first = kinds.first, kinds.allSatisfy({ $0 == first }) else { return .other }
    return first
  }

  /// Finds the schemas that describe the member at a path, through `$ref`, `oneOf`, `anyOf`, `allOf`.
  private func collect(
    _ path: ArraySlice<String>,
    in schema: Value,
    root: Value,
    depth: Int,
    into found: inout [Value]
  ) {
    guard depth < 32 else { return }
    if let reference = schema["$ref"].stringValue, reference.hasPrefix("#"),
      let pointer = JSONPointer(text: String(reference.dropFirst())), let target = root[pointer]
    {
      collect(path, in: target, root: root, depth: depth + 1, into: &found)
    }
    for keyword in ["oneOf", "anyOf", "allOf"] {
      for branch in schema[keyword].listValue ?? [] {
        collect(path, in: branch, root: root, depth: depth + 1, into: &found)
      }
    }
    guard let name = path.first else {
      if InputHints.saysKind(schema) { found.append(schema) }
      return
    }
    let member = schema["properties"][name]
    let rest = path.dropFirst()
    if !member.isNull {
      collect(rest, in: member, root: root, depth: depth + 1, into: &found)
    } else if case .map = schema["additionalProperties"].resolved {
      collect(
        rest,
        in: schema["additionalProperties"],
        root: root,
        depth: depth + 1,
        into: &found
      )
    }
  }

  private static func saysKind(_ schema: Value) -> Bool {
    !schema["type"].isNull || !schema["const"].isNull || !schema["enum"].isNull
  }

  private static func kind(of schema: Value) -> Kind {
    if schema["type"].stringValue == "string" {
      return schema["contentEncoding"].stringValue == "base64" ? .bytes : .text
    }
    let allowed = schema["enum"].listValue ?? (schema["const"].isNull ? [] : [schema["const"]])
    let isText = !allowed.isEmpty && allowed.allSatisfy { $0.stringValue != nil }
    return schema["type"].isNull && isText ? .text : .other
  }
}
