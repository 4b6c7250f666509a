import DriverHost

// What is answered by choosing: listed values, forms of unions, whether to set a map at all.
extension FormPrompt {
  /// Something to choose.
  struct Choice {
    /// What it is called, and typed.
    var text: String
    /// What else to show of it.
    var note: String?
    /// What it may be called as well.
    var title: String?
    var value: Value
  }

  /// What was chosen.
  enum Chosen {
    case choice(Int)
    /// Enter.
    case taken
    case removed
    case back
  }

  /// Asks for one of the values that a field may have.
  mutating func askChoice(
    _ field: FormField,
    _ current: Value?,
    _ isNeeded: Bool
  ) throws(HostError) -> Outcome {
    let choices = field.allowed.map { Choice(text: FormAnswer.text($0), value: $0) }
    let taken = current ?? field.defaultValue
    terminal.write(words.question(field, isNeeded: isNeeded, isChoice: true))
    terminal.write(words.choices(choices.map { ($0.text, $0.note) }))
    while true {
      let answer = try answer(words.prompt(field, taken))
      if ReferenceText.isWhole(answer) { return .value(.string(answer)) }
      guard
        let chosen = chosen(answer, choices, field, current, canTake: taken != nil || !isNeeded)
      else { continue }
      switch chosen {
      case .choice(let index): return .value(choices[index].value)
      case .taken: return .value(current)
      case .removed: return .value(nil)
      case .back: return .back
      }
    }
  }

  /// What an answer chooses; nil if it is to be asked again, which has been said.
  private func chosen(
    _ answer: String,
    _ choices: [Choice],
    _ field: FormField,
    _ current: Value?,
    canTake: Bool
  ) -> Chosen? {
    switch answer {
    case "":
      if canTake { return .taken }
      say("\(words.title(field)) is required: choose one of them; Ctrl-C ends everything")
      return nil
    case "-": return .back
    case "~" where current != nil: return .removed
    case "?":
      terminal.write(words.help(field, current: current))
      terminal.write(words.choices(choices.map { ($0.text, $0.note) }))
      return nil
    default: break
    }
    // The text first: a value may be a number that is also another one's place.
    let text = FormAnswer.unescaped(answer)
    let folded = text.lowercased()
    if let index = choices.firstIndex(where: { $0.text == text })
      ?? choices.firstIndex(where: {
        $0.text.lowercased() == folded || $0.title?.lowercased() == folded
      })
    {
      return .choice(index)
    }
    if let number = Int(text), choices.indices.contains(number - 1) { return .choice(number - 1) }
    say("expected a number from 1 to \(choices.count), or what stands behind it")
    return nil
  }

  // MARK: - Maps

  /// Asks for the members of a map that the schema names, and for the forms that it may have.
  mutating func askMap(
    _ field: FormField,
    _ current: Value?,
    _ isNeeded: Bool
  ) throws(HostError) -> Outcome {
    let hasForms = field.unions.contains(where: \.hasContent)
    terminal.write(words.question(field, isNeeded: isNeeded, isChoice: true))
    // The first question of a union is a way to skip it.
    if !hasForms, !isNeeded || current != nil {
      switch try askWhether(field, current) {
      case .set: break
      case .keep: return .value(current)
      case .remove: return .value(nil)
      case .back: return .back
      }
    }
    var scope = FormScope(fields: field.fields, unions: field.unions)
    scope.field = field
    scope.canSkip = !isNeeded && current == nil && field.defaultValue == nil
    var values = (current ?? field.defaultValue)?.mapValue ?? [:]
    while true {
      switch try fill(&values, scope) {
      case .back: return .back
      case .skipped: return .value(nil)
      case .done: break
      }
      if values.isEmpty, !isNeeded { return .value(nil) }
      if isRight(.map(values), field) { return .value(.map(values)) }
    }
  }

  private enum Whether { case set, keep, remove, back }

  private func askWhether(_ field: FormField, _ current: Value?) throws(HostError) -> Whether {
    let question =
      current == nil ? ": set it? (y/n) [n]: " : ": change it? (y/n, ~ removes it) [n]: "
    while true {
      let answer = try answer(
        Console.plain(field.name.isEmpty ? words.title(field) : field.name) + question
      )
      switch answer {
      case "": return .keep
      case "-": return .back
      case "~" where current != nil: return .remove
      case "?": terminal.write(words.help(field, current: current))
      default:
        if let truth = FormAnswer.truth(answer) { return truth ? .set : .keep }
        say("answer y or n")
      }
    }
  }

  // MARK: - Unions

  /// Asks which form of a union a map has.
  mutating func choose(
    _ union: FormUnion,
    _ key: String,
    _ values: inout ValueMap,
    _ scope: inout FormScope
  ) throws(HostError) -> FormScope.Outcome {
    let choices = FormPrompt.choices(union)
    let now = scope.choice(key).flatMap { branch in
      union.discriminator.flatMap { name in
        choices.firstIndex { $0.branch == branch && $0.choice.value == values[name] }
      } ?? choices.firstIndex { $0.branch == branch }
    }
    var input = InputField(name: union.discriminator ?? "", type: "one of several forms")
    input.title = union.title ?? (union.requirements.isEmpty ? "Form" : "What is given")
    input.allowed = choices.map(\.choice.value)
    let field = FormField(item: input, like: nil)
    terminal.write("\n")
    terminal.write(words.choices(choices.map { ($0.choice.text, $0.choice.note) }))
    while true {
      let taken = now.map { Value.string(choices[$0].choice.text) }
      // A union inside of a branch does not stand for all of the map.
      let isOfMap = scope.field != nil && !key.contains(".")
      let answer = try answer(words.prompt(field, taken))
      guard
        let chosen = chosen(
          answer,
          choices.map(\.choice),
          field,
          isOfMap ? now.map { choices[$0].choice.value } : nil,
          canTake: now != nil || isOfMap && scope.canSkip
        )
      else { continue }
      switch chosen {
      case .back: return .back
      case .removed: return .skipped
      case .taken:
        guard let now else { return .skipped }
        take(choices[now], union, key, &values, &scope)
      case .choice(let index): take(choices[index], union, key, &values, &scope)
      }
      return .done
    }
  }

  /// A form of a union, as it is chosen by one of its values.
  private struct BranchChoice {
    var branch: Int
    var choice: Choice
  }

  private func take(
    _ choice: BranchChoice,
    _ union: FormUnion,
    _ key: String,
    _ values: inout ValueMap,
    _ scope: inout FormScope
  ) {
    scope.choose(choice.branch, of: union, key, &values)
    if let name = union.discriminator { values[name] = choice.choice.value }
  }

  private static func choices(_ union: FormUnion) -> [BranchChoice] {
    let requirements = union.requirements
    return union.branches.enumerated().flatMap { index, branch -> [BranchChoice] in
      guard union.discriminator != nil, !branch.values.isEmpty else {
        let text =
          requirements.isEmpty
          ? branch.title ?? branch.type : requirements[index].joined(separator: " and ")
        let choice = Choice(text: text, note: branch.summary, value: .string(text))
        return [BranchChoice(branch: index, choice: choice)]
      }
      return branch.values.map { value in
        let text = FormAnswer.text(value)
        let note = branch.summary ?? branch.title
        let choice = Choice(text: text, note: note, title: branch.title, value: value)
        return BranchChoice(branch: index, choice: choice)
      }
    }
  }

  /// Asks for a value that has one of several forms, of which not all are maps.
  mutating func askForm(
    _ field: FormField,
    _ current: Value?,
    _ isNeeded: Bool
  ) throws(HostError) -> Outcome {
    guard let union = field.unions.first(where: \.hasContent) else {
      return try askText(field, current, isNeeded)
    }
    let choices = FormPrompt.choices(union).map(\.choice)
    let taken = current ?? field.defaultValue
    terminal.write(words.question(field, isNeeded: isNeeded, isChoice: true))
    while true {
      terminal.write(words.choices(choices.map { ($0.text, $0.note) }))
      let answer = try answer(words.prompt(field, taken))
      guard
        let chosen = chosen(answer, choices, field, current, canTake: taken != nil || !isNeeded)
      else { continue }
      switch chosen {
      case .taken: return .value(current)
      case .removed: return .value(nil)
      case .back: return .back
      case .choice(let index):
        let branch = union.branches[index].field(in: field.input)
        let fitting = taken.flatMap { form.faults(in: $0, of: branch).isEmpty ? $0 : nil }
        switch try ask(branch, current: fitting, isNeeded: true) {
        case .back: continue
        case .value(nil): continue
        case .value(let value?): if isRight(value, field) { return .value(value) }
        }
      }
    }
  }
}
