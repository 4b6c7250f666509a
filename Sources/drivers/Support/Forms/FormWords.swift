import DriverHost

/// What a form prompt shows of fields; nothing in it moves the cursor or changes colours.
struct FormWords {
  let form: Form

  /// How wide the paragraphs are.
  private static let width = 78
  /// How much of a value is shown in brackets.
  private static let valueLimit = 60

  /// What stands above the first prompt of a field.
  func question(_ field: FormField, isNeeded: Bool, isChoice: Bool = false) -> String {
    var facts: [String] = []
    if !isChoice {
      facts = [field.unit.map { "\(field.type), in \($0)" } ?? field.type] + field.limits
    }
    facts.append(isNeeded ? "required" : "optional")
    if field.isSecret { facts.append("secret") }
    if field.isDeprecated { facts.append("deprecated") }
    if !field.actions.isEmpty {
      facts.append("for the action \(field.actions.joined(separator: ", "))")
    }
    var lines = ["", "\(title(field))  (\(facts.joined(separator: "; ")))"]
    if let summary = field.summary { lines += FormWords.paragraph(summary) }
    if field.isConditional, field.condition == nil {
      lines.append("  It is there only where other inputs allow it.")
    }
    if field.isSecret {
      lines += FormWords.paragraph(
        "It is not shown. A reference to a vault can be written in its place, which keeps it out "
          + "of the connector's file: vault.secret(CONFIG:PATH.KEY)"
      )
    }
    if let action = field.suggestions?.prefix(while: { $0 != "." }) {
      lines.append("  The action `\(action)` lists values for it.")
    }
    return Console.plain(lines.joined(separator: "\n"), keepsLines: true) + "\n"
  }

  /// What `?` shows: everything that is known of a field.
  func help(_ field: FormField, current: Value?) -> String {
    var lines: [String] = []
    lines += FormWords.paragraph(field.summary ?? "Nothing more is said of it.")
    lines.append("  takes: \(([field.type] + field.limits).joined(separator: ", "))")
    if let unit = field.unit { lines.append("  unit: \(unit)") }
    if let pattern = field.pattern { lines.append("  pattern: \(pattern)") }
    if !field.allowed.isEmpty {
      lines.append("  one of: \(field.allowed.map(FormAnswer.text).joined(separator: ", "))")
    }
    if let value = field.defaultValue { lines.append("  default: \(FormAnswer.text(value))") }
    if let current { lines.append("  now: \(shown(current, field))") }
    for example in field.examples { lines.append("  such as: \(FormAnswer.text(example))") }
    let name = field.pointer?.tokens.joined(separator: ".") ?? field.name
    if !name.isEmpty { lines.append("  name: \(name)") }
    lines.append(
      "  Enter takes what stands in brackets, or skips; - goes back; ~ takes away what is"
    )
    lines.append(
      "  stored; a backslash before one of these signs makes it text; \"\" is empty text."
    )
    lines.append("  Ctrl-C ends everything, and nothing is stored.")
    return Console.plain(lines.joined(separator: "\n"), keepsLines: true) + "\n"
  }

  /// A numbered list of choices.
  func choices(_ choices: [(text: String, note: String?)]) -> String {
    let width = String(choices.count).count
    let lines = choices.enumerated().map { index, choice in
      let number = String(index + 1)
      let padding = String(repeating: " ", count: width - number.count)
      let note = choice.note.map { "  \($0)" } ?? ""
      return FormWords.cut("  \(padding)\(number)) \(choice.text)\(note)", to: FormWords.width)
    }
    return Console.plain(lines.joined(separator: "\n"), keepsLines: true) + "\n"
  }

  /// What stands before an answer, with what Enter takes in brackets.
  func prompt(_ field: FormField, _ taken: Value?, hint: String = "") -> String {
    let name = field.name.isEmpty ? title(field) : field.name
    let bracket = taken.map { " [\(shown($0, field))]" } ?? ""
    return Console.plain("\(name)\(hint)\(bracket): ")
  }

  /// What a field is called.
  func title(_ field: FormField) -> String { field.title ?? field.name }

  /// A value in brackets: on one line, cut, and nothing of a secret.
  func shown(_ value: Value, _ field: FormField) -> String {
    let masked = form.shown(value, of: field)
    if field.isSecret, masked.stringValue == nil { return "set" }
    let text = FormAnswer.text(masked)
    let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let first = line.first.map(String.init) ?? ""
    return FormWords.cut(first, to: FormWords.valueLimit, isMore: line.count > 1)
  }

  private static func cut(_ text: String, to limit: Int, isMore: Bool = false) -> String {
    text.count > limit ? text.prefix(limit - 1) + "…" : isMore ? text + "…" : text
  }

  /// A text as indented lines of a paragraph.
  private static func paragraph(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty, line.count + word.count + 3 > width {
        lines.append("  " + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + ["  " + line]
  }
}
