/// Makes the plan for a schema.
struct InputPlanCompiler {
  /// The document that `#/…` references are resolved in.
  private let root: Value
  /// References on the way, so that a recursive schema ends: a plan for it stops at the third level.
  private var references: [String: Int] = [:]

  private static let recursionLimit = 3

  init(root: Value) {
    self.root = root
  }

  /// The plan for a schema of that document.
  mutating func plan(for schema: Value) -> InputPlan {
    var parts = Parts()
    collect(schema, into: &parts, depth: 0)
    return parts.plan
  }

  /// What the schemas that apply to one place say together.
  private struct Parts {
    var defaultValue: Value?
    var conversion = InputPlan.Conversion.none
    var isSecret = false
    var allowsNul = false
    var sink: String?
    var source: String?
    var members: [(name: String, plan: InputPlan)] = []
    var others: InputPlan?
    var items: InputPlan?
    var firstItems: [InputPlan] = []
    var choices: [InputPlan.Choice] = []

    var plan: InputPlan {
      InputPlan(
        defaultValue: defaultValue,
        conversion: conversion,
        isSecret: isSecret,
        allowsNul: allowsNul,
        sink: sink,
        source: source,
        members: members,
        others: others,
        items: items,
        firstItems: firstItems,
        choices: choices
      )
    }
  }

  private mutating func collect(_ schema: Value, into parts: inout Parts, depth: Int) {
    guard case .map(let keywords) = schema, depth < 64 else { return }
    if let value = keywords["default"], parts.defaultValue == nil { parts.defaultValue = value }
    if keywords["x-secret"] == true { parts.isSecret = true }
    if keywords["x-nul"] == true { parts.allowsNul = true }
    if let channel = keywords["x-sink"]?.stringValue { parts.sink = channel }
    if let channel = keywords["x-source"]?.stringValue { parts.source = channel }
    if parts.conversion == .none { parts.conversion = InputPlanCompiler.conversion(keywords) }
    for (name, member) in keywords["properties"]?.mapValue ?? [:]
    where !parts.members.contains(where: { $0.name == name }) {
      parts.members.append((name, plan(for: member)))
    }
    if let others = keywords["additionalProperties"], case .map = others {
      parts.others = plan(for: others)
    }
    for item in keywords["prefixItems"]?.listValue ?? [] {
      parts.firstItems.append(plan(for: item))
    }
    if let items = keywords["items"], case .map = items { parts.items = plan(for: items) }
    for part in keywords["allOf"]?.listValue ?? [] { collect(part, into: &parts, depth: depth + 1) }
    for (keyword, givesDefaults) in [("oneOf", true), ("anyOf", false)] {
      guard let branches = keywords[keyword]?.listValue else { continue }
      parts.choices.append(
        InputPlan.Choice(
          branches: branches.map { branch(for: $0) },
          givesDefaults: givesDefaults
        )
      )
    }
    guard let reference = keywords["$ref"]?.stringValue else { return }
    let count = references[reference, default: 0]
    guard count < InputPlanCompiler.recursionLimit, let target = target(of: reference) else {
      return
    }
    references[reference] = count + 1
    collect(target, into: &parts, depth: depth + 1)
    references[reference] = count
  }

  private mutating func branch(for schema: Value) -> InputPlan.Branch {
    let schema = follow(schema)
    let properties = schema["properties"].mapValue ?? [:]
    let constants = properties.compactMap { name, member in
      let member = follow(member)
      return member.mapValue?["const"].map { (name: name, value: $0) }
    }
    let type = schema["type"]
    return InputPlan.Branch(
      constants: constants,
      required: (schema["required"].listValue ?? []).compactMap(\.stringValue),
      types: type.stringValue.map { [$0] } ?? (type.listValue ?? []).compactMap(\.stringValue),
      isMap: !properties.isEmpty && schema["additionalProperties"].isNull,
      plan: plan(for: schema)
    )
  }

  private func follow(_ schema: Value) -> Value {
    var schema = schema
    for _ in 0..<8 {
      guard let reference = schema["$ref"].stringValue, let target = target(of: reference) else {
        return schema
      }
      schema = target
    }
    return schema
  }

  private func target(of reference: String) -> Value? {
    guard reference.hasPrefix("#"), let pointer = JSONPointer(text: String(reference.dropFirst()))
    else { return nil }
    return root[pointer]
  }

  private static func conversion(_ keywords: ValueMap) -> InputPlan.Conversion {
    if keywords["contentEncoding"]?.stringValue == "base64" { return .bytes }
    if keywords["format"]?.stringValue == "decimal" { return .decimal }
    let type = keywords["type"]
    let types = type?.listValue ?? type.map { [$0] } ?? []
    // With `number` beside it, 1.0 is a number that may stay one.
    return types.contains("integer") && !types.contains("number") ? .integer : .none
  }
}
