import DriverHost

/// What an input may be, in a few words.
struct InputWords {
  /// How a value is written that may be given: as it stands, or as code.
  let written: (Value) -> String
  /// How a value is written that is there without being given.
  let literal: (Value) -> String

  /// What it may be, and how far: "an integer", "at least 1".
  func kind(of field: InputField) -> [String] {
    let isOpen = field.type == "any value" && field.union != nil
    let type = isOpen ? "one of several forms" : field.type
    return kind(type, field.limits, field.allowed, field.elements, field.isRecursive)
  }

  /// What a form of a union may be.
  func kind(of branch: InputUnion.Branch) -> [String] {
    kind(branch.type, branch.limits, branch.allowed, branch.elements, false)
  }

  /// What else there is to know: "required", "default 3", "secret".
  func marks(of field: InputField) -> [String] {
    var words: [String] = []
    if field.isRequired { words.append("required") }
    if let value = field.defaultValue { words.append("default \(literal(value))") }
    if field.isSecret { words.append("secret") }
    if field.isAdvanced { words.append("advanced") }
    if field.isDeprecated { words.append("deprecated") }
    if field.isConditional { words.append("where other inputs allow it") }
    return words
  }

  /// What selects a form of a union: `method=basic`; its title or type where nothing does.
  func condition(
    of branch: InputUnion.Branch,
    in union: InputUnion,
    _ join: (_ name: String, _ value: String) -> String
  ) -> String {
    guard let name = union.discriminator, !branch.values.isEmpty else {
      return branch.title ?? branch.type
    }
    return branch.values.map { join(name, $0.stringValue ?? JSON.text($0)) }
      .joined(separator: " or ")
  }

  private func kind(
    _ type: String,
    _ limits: [String],
    _ allowed: [Value],
    _ elements: [InputField],
    _ isRecursive: Bool
  ) -> [String] {
    if !allowed.isEmpty { return [allowed.map(written).joined(separator: " | ")] }
    var words = [type] + limits
    if isRecursive { words.append("like the one that it is in") }
    // Where both a list and a map will do, what is in one is not what is in the other.
    if let element = elements.first, !(type.contains("a list") && type.contains("a map")) {
      words.append("each \(kind(of: element).joined(separator: ", "))")
    }
    return words
  }
}
