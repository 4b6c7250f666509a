import DriverHost

/// The inputs of one map that are being asked for: which ones they are depends on the answers.
struct FormScope {
  /// One question.
  enum Step {
    /// Which form a union has; the key tells it from others of the scope.
    case union(FormUnion, key: String)
    /// An input, and whether it must be answered.
    case field(FormField, isNeeded: Bool)
    /// Whether to go on with the advanced ones.
    case advanced
  }

  /// What has become of a scope, or of a step of it.
  enum Outcome {
    case done
    /// The question before the scope is to be asked again.
    case back
    /// Nothing is to be stored of all of it.
    case skipped
  }

  let fields: [FormField]
  let unions: [FormUnion]
  let isTop: Bool
  /// The field that the map is of; nil at the top.
  var field: FormField?
  /// Names that need not be answered, whatever the schema says.
  var optional: Set<String> = []
  /// The action whose inputs are asked for, and not only on demand; nil below the top.
  var defaultAction: String?
  /// Whether nothing of it need be stored.
  var canSkip = false
  var wantsAdvanced = false
  /// The form that each union has, by its key.
  private var choices: [String: Int] = [:]

  init(fields: [FormField], unions: [FormUnion], isTop: Bool = false) {
    self.fields = fields
    self.unions = unions
    self.isTop = isTop
  }

  /// The form that a union has; nil where none has been chosen.
  func choice(_ key: String) -> Int? { choices[key] }

  /// Chooses the form of a union, and takes away what only its other forms have.
  mutating func choose(_ branch: Int, of union: FormUnion, _ key: String, _ values: inout ValueMap)
  {
    guard choices[key] != branch else { return }
    choices[key] = branch
    // Unions inside of a branch begin anew.
    choices = choices.filter { !$0.key.hasPrefix(key + ".") }
    let kept = Set(fields.map(\.name) + FormScope.names(of: union.branches[branch]))
    let requirements = union.requirements
    var others = Set(union.branches.flatMap(FormScope.names)).subtracting(kept)
    if !requirements.isEmpty {
      others.formUnion(Set(requirements.joined()).subtracting(requirements[branch]))
    }
    for name in others { values[name] = nil }
  }

  /// Chooses the forms that values have already.
  mutating func select(_ values: ValueMap, _ form: Form) {
    func select(_ unions: [FormUnion], _ prefix: String) {
      for (index, union) in unions.enumerated() {
        let key = "\(prefix)\(index)"
        guard let branch = FormScope.branch(of: union, values, field, form) else { continue }
        choices[key] = branch
        select(union.branches[branch].unions, "\(key).")
      }
    }
    select(unions, "")
  }

  /// The questions, as the answers so far have it.
  func steps(_ values: ValueMap) -> [Step] {
    var collected = Collected(fields: fields)
    collect(unions, "", &collected)
    let present = collected.fields.filter { field in
      !collected.hidden.contains(field.name) && FormScope.isThere(field, values, collected.fields)
    }
    // At the top they stand in their groups already.
    let ordered = isTop ? present : FormScope.inOrder(present)
    func step(_ field: FormField) -> Step {
      let isNeeded =
        (field.isRequired && !isOfOthers(field.actions) || collected.needed.contains(field.name))
        && !optional.contains(field.name) && field.defaultValue == nil
      return .field(field, isNeeded: isNeeded)
    }
    var first: [Step] = []
    var later: [Step] = []
    for field in ordered {
      let step = step(field)
      if case .field(_, isNeeded: true) = step {
        first.append(step)
      } else if field.isAdvanced || field.isDeprecated || isOfOthers(field.actions) {
        later.append(step)
      } else {
        first.append(step)
      }
    }
    let more = later.isEmpty ? [] : [.advanced] + (wantsAdvanced ? later : [])
    return collected.steps + first + more
  }

  /// Whether only other actions than the default one have something.
  private func isOfOthers(_ actions: [String]) -> Bool {
    guard let defaultAction, !actions.isEmpty else { return false }
    return !actions.contains(defaultAction)
  }

  // MARK: - Unions

  private struct Collected {
    var fields: [FormField]
    var steps: [Step] = []
    var needed: Set<String> = []
    var hidden: Set<String> = []
  }

  private func collect(_ unions: [FormUnion], _ prefix: String, _ collected: inout Collected) {
    for (index, union) in unions.enumerated() {
      let key = "\(prefix)\(index)"
      let requirements = union.requirements
      // What cannot be told apart by a question is left to the check of the whole.
      guard union.hasContent || !requirements.isEmpty, !isOfOthers(union.actions) else { continue }
      if !requirements.isEmpty, !optional.isDisjoint(with: requirements.joined()) { continue }
      collected.steps.append(.union(union, key: key))
      guard let choice = choices[key] else { continue }
      let branch = union.branches[choice]
      collected.needed.formUnion(branch.required)
      if !requirements.isEmpty {
        collected.hidden.formUnion(
          requirements.joined().filter { !requirements[choice].contains($0) }
        )
      }
      let known = Set(collected.fields.map(\.name))
      collected.fields += branch.fields.filter { !known.contains($0.name) }
      if let discriminator = union.discriminator { collected.hidden.insert(discriminator) }
      collect(branch.unions, "\(key).", &collected)
    }
  }

  /// The form that values have; nil where there is nothing of it yet.
  private static func branch(
    of union: FormUnion,
    _ values: ValueMap,
    _ field: FormField?,
    _ form: Form
  ) -> Int? {
    if union.discriminator != nil {
      return form.branch(of: union, for: .map(values), in: field)
    }
    let requirements = union.requirements
    if !requirements.isEmpty {
      return requirements.firstIndex { $0.allSatisfy { values[$0] != nil } }
    }
    return values.isEmpty ? nil : form.branch(of: union, for: .map(values), in: field)
  }

  private static func names(of branch: FormUnion.Branch) -> [String] {
    branch.fields.map(\.name) + branch.unions.flatMap { $0.branches.flatMap(names) }
  }

  // MARK: - Fields

  private static func inOrder(_ fields: [FormField]) -> [FormField] {
    fields.enumerated()
      .sorted { ($0.element.order ?? .max, $0.offset) < ($1.element.order ?? .max, $1.offset) }
      .map(\.element)
  }

  /// Whether the other answers let a field be there; one that nothing plain is known of is.
  private static func isThere(
    _ field: FormField,
    _ values: ValueMap,
    _ fields: [FormField]
  ) -> Bool {
    guard let condition = field.condition else { return true }
    let other = fields.first { $0.name == condition.name }
    let value = values[condition.name] ?? other?.defaultValue
    let holds =
      condition.values.isEmpty ? value != nil : value.map(condition.values.contains) ?? false
    return holds != condition.isNegated
  }
}
