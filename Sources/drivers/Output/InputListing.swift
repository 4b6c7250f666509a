import DriverHost

/// The inputs of an action for a person: each with its name as a command line takes it, what it may
/// be, and what it means.
struct InputListing {
  private let words = InputWords(
    written: { $0.stringValue ?? JSON.text($0) },
    literal: { JSON.text($0) }
  )
  private(set) var lines: [String] = []

  /// The inputs of one action; no lines if it takes none.
  init(_ schema: InputSchema, action: String) {
    add(schema.fields(action: action) ?? [], prefix: "", depth: 0)
    if let union = schema.union(action: action) { add(union, prefix: "", depth: 0) }
  }

  private mutating func add(_ fields: [InputField], prefix: String, depth: Int) {
    for field in fields {
      let path = prefix + InputListing.escaped(field.name)
      let facts = words.kind(of: field) + words.marks(of: field)
      add("\(path)  (\(facts.joined(separator: ", ")))", depth)
      if let meaning = field.summary ?? field.title { add("    \(meaning)", depth) }
      add(insideOf: field.fields, field.elements, prefix: path + ".", depth: depth + 1)
      if let union = field.union { add(union, prefix: path + ".", depth: depth + 1) }
    }
  }

  private mutating func add(_ union: InputUnion, prefix: String, depth: Int) {
    for branch in union.branches {
      let hasMembers = !branch.fields.isEmpty || branch.elements.contains { !$0.fields.isEmpty }
      // Without a discriminator the type of the union has said what there is to say.
      guard hasMembers || union.discriminator != nil else { continue }
      let condition = words.condition(of: branch, in: union) { name, value in
        "\(prefix)\(InputListing.escaped(name))=\(value)"
      }
      add("with \(condition)", depth)
      if let meaning = branch.summary { add("    \(meaning)", depth) }
      add(insideOf: branch.fields, branch.elements, prefix: prefix, depth: depth + 1)
    }
  }

  private mutating func add(
    insideOf fields: [InputField],
    _ elements: [InputField],
    prefix: String,
    depth: Int
  ) {
    add(fields, prefix: prefix, depth: depth)
    // No name of a command line reaches into what has no name of its own.
    for element in elements where !element.fields.isEmpty || element.union != nil {
      add("each:", depth)
      add(element.fields, prefix: "", depth: depth + 1)
      if let union = element.union { add(union, prefix: "", depth: depth + 1) }
    }
  }

  private mutating func add(_ line: String, _ depth: Int) {
    lines.append(Console.plain(String(repeating: "  ", count: depth + 1) + line))
  }

  /// A name as a path of the command line has it: what means something there is escaped.
  private static func escaped(_ name: String) -> String {
    var escaped = ""
    for scalar in name.unicodeScalars {
      if InputArgument.escapable.contains(scalar) { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }
}
