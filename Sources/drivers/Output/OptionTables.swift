import DriverHost

/// The options and outputs of a driver as tables of Markdown, for a page of documentation.
struct OptionTables {
  private let words = InputWords(
    written: { "`\(JSON.text($0))`" },
    literal: { "`\(JSON.text($0))`" }
  )
  private var lines: [String] = []

  /// The tables, without an empty line at either end.
  var text: String { lines.dropFirst().joined(separator: "\n") }

  /// The type's own options in their groups, then each action with what it adds and puts out.
  ///
  /// - Throws: At the stage `.driver`, what is wrong with the schemas of the descriptor.
  init(_ descriptor: Descriptor) throws(HostError) {
    let schema = try InputSchema(descriptor)
    let shared = descriptor.actions.first.flatMap { schema.fields(action: $0.name) } ?? []
    for (group, fields) in OptionTables.groups(shared.filter { !$0.isOfAction }) {
      lines += ["", "### \(group)"]
      addOptions(fields, nil)
    }
    for action in descriptor.actions {
      lines += ["", "### Action `\(action.name)`", "", action.summary ?? action.title]
      let own = (schema.fields(action: action.name) ?? []).filter(\.isOfAction)
      let union = schema.union(action: action.name)
      let hasForms = union?.branches.contains { !$0.fields.isEmpty } ?? false
      if !own.isEmpty || hasForms { addOptions(own, union) }
      addOutputs(try JSONSchema(action.outputs.isNull ? [:] : action.outputs).fields)
      for channel in action.channels {
        let direction = channel.direction == .output ? "output" : "input"
        let content = channel.content?.rawValue ?? "unknown"
        lines += ["", "Channel `\(channel.name)`: \(direction), \(content)."]
      }
    }
  }

  private static func groups(_ fields: [InputField]) -> [(name: String, fields: [InputField])] {
    var groups: [(name: String, fields: [InputField])] = []
    for field in fields {
      let name = field.group ?? "Options"
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].fields.append(field)
      } else {
        groups.append((name, [field]))
      }
    }
    return groups
  }

  private mutating func addOptions(_ fields: [InputField], _ union: InputUnion?) {
    lines += ["", "| option | value | | meaning |", "|---|---|---|---|"]
    add(fields, prefix: "", condition: "")
    if let union { add(union, prefix: "") }
  }

  private mutating func addOutputs(_ fields: [InputField]) {
    if fields.isEmpty { return }
    lines += ["", "| output | value | meaning |", "|---|---|---|"]
    for field in fields {
      let kind = words.kind(of: field).joined(separator: ", ")
      addRow(["`\(field.name)`", kind, field.summary ?? field.title ?? ""])
    }
  }

  private mutating func add(_ fields: [InputField], prefix: String, condition: String) {
    for field in fields {
      let path = prefix + field.name
      var meaning = condition + (field.summary ?? field.title ?? "")
      if let example = field.examples.first { meaning += " Example: \(words.written(example))" }
      addRow([
        "`\(path)`", words.kind(of: field).joined(separator: ", "),
        words.marks(of: field).joined(separator: ", "), meaning,
      ])
      add(field.fields, prefix: path + ".", condition: condition)
      if let union = field.union { add(union, prefix: path + ".") }
      for element in field.elements {
        add(element.fields, prefix: path + "[].", condition: condition)
        if let union = element.union { add(union, prefix: path + "[].") }
      }
    }
  }

  private mutating func add(_ union: InputUnion, prefix: String) {
    for branch in union.branches {
      let condition = words.condition(of: branch, in: union) { name, value in
        "`\(name): \(value)`"
      }
      add(branch.fields, prefix: prefix, condition: "With \(condition): ")
    }
  }

  /// A row of a table; nothing in it ends a cell.
  private mutating func addRow(_ cells: [String]) {
    let safe = cells.map { cell in
      Console.plain(
        String(cell.flatMap { $0 == "|" ? "\\|" : $0 == "\n" ? " " : String($0) })
      )
    }
    lines.append("| \(safe.joined(separator: " | ")) |")
  }
}
