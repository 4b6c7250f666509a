import DriverHost

// What is answered by a text: scalars, several lines, values as YAML.
extension FormPrompt {
  /// What an answer means beside a value.
  private enum Command {
    case keep, back, remove, help, itemByItem
    case file(String)
    case text(String)
  }

  /// Asks for a text until it is a value of the field.
  mutating func askText(
    _ field: FormField,
    _ current: Value?,
    _ isNeeded: Bool
  ) throws(HostError) -> Outcome {
    terminal.write(words.question(field, isNeeded: isNeeded) + instructions(field))
    let taken = current ?? field.defaultValue
    let hint = field.kinds == [.boolean] ? " (y/n)" : ""
    while true {
      switch try command(words.prompt(field, taken.map(asWord), hint: hint), field, current) {
      case .keep:
        if taken != nil || !isNeeded { return .value(current) }
        say("\(words.title(field)) is required; Ctrl-C ends everything")
      case .back: return .back
      case .remove: return .value(nil)
      case .help: terminal.write(words.help(field, current: current))
      case .itemByItem:
        if let value = try askItems(of: field), isRight(value, field) { return .value(value) }
      case .file(let path):
        if let value = contents(path, field), isRight(value, field) { return .value(value) }
      case .text(let text):
        do throws(FormAnswer.Wrong) {
          let value = try FormAnswer.value(text, for: field)
          if isRight(value, field) { return .value(value) }
        } catch {
          say(error.message)
        }
      }
    }
  }

  /// Says what is wrong with a value; whether nothing is.
  func isRight(_ value: Value, _ field: FormField) -> Bool {
    let faults = form.faults(in: value, of: field)
    for fault in faults { say(fault.description) }
    return faults.isEmpty
  }

  /// A boolean as it is answered.
  private func asWord(_ value: Value) -> Value {
    value.boolValue.map { $0 ? "y" : "n" } ?? value
  }

  /// Reads an answer, of as many lines as the field has.
  private func command(
    _ prompt: String,
    _ field: FormField,
    _ current: Value?
  ) throws(HostError) -> Command {
    if field.isSecret { try terminal.hideInput() }
    defer { terminal.showInput() }
    let first = try answer(prompt, isTrimmed: !field.isSecret && !field.isMultiline)
    let command = meaning(of: first, field, current)
    guard case .text = command, field.isMultiline, !ReferenceText.isWhole(first) else {
      return command
    }
    return .text(try more(first))
  }

  private func meaning(of answer: String, _ field: FormField, _ current: Value?) -> Command {
    switch answer {
    case "": return .keep
    case "?": return .help
    case "-": return .back
    case "~" where current != nil: return .remove
    case "+" where takesItems(field): return .itemByItem
    default: break
    }
    if takesFile(field), answer.utf8.first == UInt8(ascii: "@") {
      return .file(String(answer.dropFirst()))
    }
    return .text(answer)
  }

  private func takesItems(_ field: FormField) -> Bool {
    field.kinds.contains { $0 == .list || $0 == .map }
  }

  private func takesFile(_ field: FormField) -> Bool {
    field.isMultiline || field.kinds.contains(.bytes)
  }

  /// How to answer what is no plain line.
  private func instructions(_ field: FormField) -> String {
    var lines: [String] = []
    if takesItems(field) {
      lines.append("Written as YAML: [a, b] or {name: value}; + asks for it one by one.")
      if !field.isSecret, form.mayHoldSecrets(field) {
        lines.append("What is typed here is seen: + asks for secrets in it without showing them.")
      }
    }
    if field.isMultiline {
      lines.append("Several lines, until one with a single dot, or Ctrl-D.")
    }
    if field.kinds.contains(.bytes) { lines.append("Written as base64.") }
    if takesFile(field) { lines.append("@FILE takes what is in a file.") }
    return lines.map { "  \($0)\n" }.joined()
  }

  /// A first line and those behind it, until one with a single dot or the end of the input.
  private func more(_ first: String) throws(HostError) -> String {
    if first == "." { return "" }
    var lines = [FormAnswer.unescaped(first)]
    while let line = try line("... "), line != "." { lines.append(FormAnswer.unescaped(line)) }
    return lines.joined(separator: "\n")
  }

  /// What is in a file, as a value of the field; nil if it cannot be had.
  private func contents(_ path: String, _ field: FormField) -> Value? {
    do throws(HostError) {
      guard !path.isEmpty, path != "-" else {
        say("name a file behind the @")
        return nil
      }
      let bytes = try Files.read(path)
      if field.kinds.contains(.bytes) { return .string(Base64.encode(bytes)) }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        say("\(path) is no UTF-8 text")
        return nil
      }
      return .string(text)
    } catch {
      say(error.message)
      return nil
    }
  }
}

// MARK: - One by one

extension FormPrompt {
  /// Asks for the items of a list, or the members of a map; nil to ask for the whole again.
  private mutating func askItems(of field: FormField) throws(HostError) -> Value? {
    field.kinds.contains(.map) ? try askMembers(of: field) : try askList(of: field)
  }

  private mutating func askList(of field: FormField) throws(HostError) -> Value? {
    var items: [Value] = []
    terminal.write("  Enter ends the list.\n")
    while true {
      var input = field.elements.first?.input ?? InputField(name: "", type: "any value")
      if field.elements.isEmpty { input.kinds = InputKind.any }
      input.title = "item \(items.count + 1)"
      input.isSecret = input.isSecret || field.isSecret
      switch try ask(FormField(item: input, like: field), current: nil, isNeeded: false) {
      case .back: return nil
      case .value(nil): return .list(items)
      case .value(let value?): items.append(value)
      }
    }
  }

  private mutating func askMembers(of field: FormField) throws(HostError) -> Value? {
    var members: ValueMap = [:]
    terminal.write("  A name each, then its value; Enter ends the map.\n")
    while true {
      let name = try answer("name \(members.count + 1): ")
      if name.isEmpty { return .map(members) }
      if name == "-" { return nil }
      let key = FormAnswer.unescaped(name)
      let member = form.member(key, of: field)
      if case .value(let value?) = try ask(member, current: members[key], isNeeded: false) {
        members[key] = value
      }
    }
  }
}
