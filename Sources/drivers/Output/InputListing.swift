import DriverHost

/// The inputs of an action for a person: each with its name as a command line takes it, what it may
/// be, and what it means.
struct InputListing {
  /// Schemas may refer to themselves; people do not read further.
  private static let depthLimit = 6

  private let root: Value
  private(set) var lines: [String] = []

  /// The inputs that a schema describes.
  init(_ schema: Value) {
    root = schema
    add(membersOf: schema, prefix: "", depth: 0)
  }

  private mutating func add(membersOf schema: Value, prefix: String, depth: Int) {
    guard depth < InputListing.depthLimit else { return }
    let required = (schema["required"].listValue ?? []).compactMap(\.stringValue)
    for (name, given) in InputListing.ordered(schema["properties"].mapValue ?? [:]) {
      let member = resolved(given)
      let escaped = String(name.flatMap { $0 == "." || $0 == "\\" ? ["\\", $0] : [$0] })
      let path = prefix + escaped
      // The constant that tells a union's branches apart has been shown with the branch.
      if !prefix.isEmpty, !member["const"].isNull { continue }
      add(path, member, isRequired: required.contains(name), depth: depth)
      add(membersOf: member, prefix: path + ".", depth: depth + 1)
      add(branchesOf: member, prefix: path + ".", depth: depth + 1)
    }
    if depth == 0 { add(branchesOf: schema, prefix: prefix, depth: depth + 1) }
  }

  private mutating func add(branchesOf schema: Value, prefix: String, depth: Int) {
    for keyword in ["oneOf", "anyOf", "allOf"] {
      for branch in (schema[keyword].listValue ?? []).map(resolved) {
        guard let condition = InputListing.condition(of: branch, prefix) else {
          add(membersOf: branch, prefix: prefix, depth: depth)
          continue
        }
        lines.append(Console.plain("\(InputListing.indent(depth))with \(condition)"))
        add(membersOf: branch, prefix: prefix, depth: depth + 1)
      }
    }
  }

  private mutating func add(_ path: String, _ schema: Value, isRequired: Bool, depth: Int) {
    var facts = [InputListing.kind(of: schema)]
    if isRequired { facts.append("required") }
    if !schema["default"].isNull { facts.append("default \(JSON.text(schema["default"]))") }
    if schema["x-secret"].boolValue == true { facts.append("secret") }
    if schema["deprecated"].boolValue == true { facts.append("deprecated") }
    let indent = InputListing.indent(depth)
    let head = facts.filter { !$0.isEmpty }.joined(separator: ", ")
    lines.append(Console.plain("\(indent)\(path)  (\(head))"))
    let meaning = schema["description"].stringValue ?? schema["title"].stringValue
    if let meaning { lines.append(Console.plain("\(indent)    \(meaning)")) }
  }

  private func resolved(_ schema: Value) -> Value {
    guard let reference = schema["$ref"].stringValue, reference.hasPrefix("#"),
      let pointer = JSONPointer(text: String(reference.dropFirst())), let target = root[pointer]
    else { return schema }
    return target
  }

  /// Members in `x-order`, then as they stand there.
  private static func ordered(_ members: ValueMap) -> [(name: String, value: Value)] {
    let order = members.map { $0.value["x-order"].doubleValue ?? .infinity }
    return members.indices.sorted { (order[$0], $0) < (order[$1], $1) }.map { members[$0] }
  }

  /// `method=basic`, for the branch whose constant that is.
  private static func condition(of branch: Value, _ prefix: String) -> String? {
    for (name, member) in branch["properties"].mapValue ?? [:] where !member["const"].isNull {
      return "\(prefix)\(name)=\(text(member["const"]))"
    }
    return nil
  }

  private static func kind(of schema: Value) -> String {
    if let allowed = schema["enum"].listValue { return allowed.map(text).joined(separator: " | ") }
    if !schema["const"].isNull { return text(schema["const"]) }
    let types =
      schema["type"].listValue?.compactMap(\.stringValue)
      ?? schema["type"].stringValue.map { [$0] } ?? []
    let words = types.filter { $0 != "null" }.map { word(for: $0, schema) }
    if !words.isEmpty { return words.joined(separator: " or ") }
    let isUnion = ["oneOf", "anyOf"].contains { !schema[$0].isNull }
    return isUnion ? "one of several forms" : "any value"
  }

  private static func word(for type: String, _ schema: Value) -> String {
    switch type {
    case "string":
      if schema["contentEncoding"].stringValue == "base64" { return "bytes, as base64" }
      return schema["format"].stringValue.map { "text: \($0)" } ?? "text"
    case "integer", "number": return type + range(schema)
    case "boolean": return "true or false"
    case "array":
      let items = kind(of: schema["items"])
      return items == "any value" ? "list" : "list of \(items)"
    case "object": return "map"
    default: return type
    }
  }

  private static func range(_ schema: Value) -> String {
    switch (schema["minimum"].isNull, schema["maximum"].isNull) {
    case (false, false): " \(text(schema["minimum"])) to \(text(schema["maximum"]))"
    case (false, true): " from \(text(schema["minimum"]))"
    case (true, false): " up to \(text(schema["maximum"]))"
    case (true, true): ""
    }
  }

  private static func text(_ value: Value) -> String {
    value.stringValue ?? JSON.text(value)
  }

  private static func indent(_ depth: Int) -> String {
    String(repeating: "  ", count: depth + 1)
  }
}
