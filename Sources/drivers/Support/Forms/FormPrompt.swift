import DriverHost

/// Asks for a connector's value, field by field, at a terminal.
///
/// Every answer is checked at once, and asked for again until it is right. What a field has by
/// default is not stored. Nothing of a driver runs. What fields ask of each other is for the caller
/// to check, with the whole value.
struct FormPrompt {
  /// What has become of a question.
  enum Outcome {
    /// The answer; nil where nothing is to be stored.
    case value(Value?)
    /// The question before it is to be asked again.
    case back
  }

  let form: Form
  let terminal: any PromptTerminal
  let words: FormWords
  private let givenElsewhere: Set<String>
  /// The heading that was shown last.
  private var heading: String?

  /// A prompt for a form.
  ///
  /// - Parameters:
  ///   - form: The form of the connector's type.
  ///   - terminal: Where to ask.
  ///   - givenElsewhere: Names of inputs that come from somewhere else, such as the secrets that
  ///     are attached to the connector, so that they need not be answered.
  init(_ form: Form, at terminal: any PromptTerminal, givenElsewhere: Set<String> = []) {
    self.form = form
    self.terminal = terminal
    self.givenElsewhere = givenElsewhere
    words = FormWords(form: form)
  }

  /// Asks for everything.
  ///
  /// - Parameter start: What is stored already: Enter keeps it, and what is not asked for stays.
  /// - Throws: At the stage `.input`, with the code `.cancelled`, that the person has broken it
  ///   off: nothing must be stored then. After a signal, `status` is the exit code for the shell.
  /// - Returns: The value to store.
  mutating func ask(from start: ValueMap = [:]) throws(HostError) -> ValueMap {
    terminal.write(
      Console.plain("\(form.title): enter takes what stands in brackets, or skips; ? helps.") + "\n"
    )
    heading = nil
    var values = start
    var scope = FormScope(fields: form.fields, unions: form.unions, isTop: true)
    scope.optional = givenElsewhere
    scope.defaultAction = form.actions.first?.name
    // There is nothing before the first question.
    while case .back = try fill(&values, scope) {}
    return values
  }

  /// That the person has broken it off.
  ///
  /// - Parameter signal: The signal that did it; nil for the end of the input.
  /// - Returns: The error.
  static func aborted(by signal: Int32? = nil) -> HostError {
    var error = HostError(.cancelled, stage: .input, "broken off: nothing was stored")
    error.status = signal.map { 128 + $0 }
    return error
  }

  // MARK: - Scopes

  /// Asks for the inputs of a map, one after the other.
  mutating func fill(
    _ values: inout ValueMap,
    _ scope: FormScope
  ) throws(HostError) -> FormScope.Outcome {
    var scope = scope
    scope.select(values, form)
    var position = 0
    while true {
      let steps = scope.steps(values)
      guard position < steps.count else { return .done }
      let outcome = try take(steps[position], &values, &scope)
      switch outcome {
      case .done: position += 1
      case .skipped: return .skipped
      case .back:
        guard position > 0 else { return .back }
        position -= 1
      }
    }
  }

  private mutating func take(
    _ step: FormScope.Step,
    _ values: inout ValueMap,
    _ scope: inout FormScope
  ) throws(HostError) -> FormScope.Outcome {
    switch step {
    case .union(let union, let key):
      return try choose(union, key, &values, &scope)
    case .advanced:
      let question = scope.isTop ? "Set advanced options?" : "Set advanced options of it?"
      guard let wants = try confirm(question, isDefault: scope.wantsAdvanced) else { return .back }
      scope.wantsAdvanced = wants
      return .done
    case .field(let field, let isNeeded):
      if scope.isTop { show(field.group) }
      while true {
        let current = values[field.name]
        guard case .value(let value) = try ask(field, current: current, isNeeded: isNeeded) else {
          return .back
        }
        // What a field has by default goes without saying.
        values[field.name] = value == field.defaultValue ? nil : value
        if value != nil || !isNeeded { return .done }
        say("\(words.title(field)) is required, so something else has to take its place")
      }
    }
  }

  private mutating func show(_ group: String?) {
    guard group != heading else { return }
    heading = group
    if let group { terminal.write("\n" + Console.plain("== \(group) ==") + "\n") }
  }

  // MARK: - Questions

  /// Asks for one field.
  mutating func ask(
    _ field: FormField,
    current: Value?,
    isNeeded: Bool
  ) throws(HostError) -> Outcome {
    if field.isRecursive { return try askText(field, current, isNeeded) }
    // A reference to a vault stands for whatever the field takes.
    let isReference = current?.stringValue.map(ReferenceText.isIn) ?? false
    let isMap = field.kinds.filter { $0 != .null } == [.map]
    if !field.isSecret, !isReference {
      if field.unions.contains(where: \.hasContent) {
        return isMap
          ? try askMap(field, current, isNeeded) : try askForm(field, current, isNeeded)
      }
      if isMap, !field.fields.isEmpty { return try askMap(field, current, isNeeded) }
      if !field.allowed.isEmpty { return try askChoice(field, current, isNeeded) }
    }
    return try askText(field, current, isNeeded)
  }

  /// Asks a question of yes or no; nil to go back.
  func confirm(_ question: String, isDefault: Bool) throws(HostError) -> Bool? {
    while true {
      let answer = try answer("\n\(question) [\(isDefault ? "Y/n" : "y/N")]: ")
      if answer.isEmpty { return isDefault }
      if answer == "-" { return nil }
      if let truth = FormAnswer.truth(answer) { return truth }
      say("answer y or n")
    }
  }

  /// A line that somebody typed, by default without white space around it.
  func answer(_ prompt: String, isTrimmed: Bool = true) throws(HostError) -> String {
    guard let line = try line(prompt) else { throw FormPrompt.aborted() }
    return isTrimmed ? line.trimmed : line
  }

  /// A line as it was typed; nil for the end of the input.
  func line(_ prompt: String) throws(HostError) -> String? {
    while true {
      switch try terminal.readLine(prompt) {
      case .end: return nil
      case .unreadable(let reason): say(reason)
      case .text(let text):
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
          scalar == "\t" || scalar.value >= 0x20 && scalar != "\u{7F}"
        }
        if isPlain { return text }
        say("it holds control characters, such as those of arrow keys, which mean nothing here")
      }
    }
  }

  /// Says what would be right.
  func say(_ message: String) {
    terminal.write(Console.plain("  ! \(message)", keepsLines: true) + "\n")
  }
}

extension String {
  /// The text without blanks at either end.
  fileprivate var trimmed: String {
    var text = self[...]
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text.drop { $0 == " " || $0 == "\t" })
  }
}
