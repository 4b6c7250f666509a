internal import DriverHost

/// What a descriptor tells people, and what it should not show them.
enum DescriptorWords {
  /// Words in the names of inputs that are secrets nearly always.
  private static let secretWords: Set<String> = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "credentials",
  ]

  /// Last words of names of what only leads to a secret, such as `token_url` or `password_file`.
  private static let placeWords: Set<String> = [
    "endpoint", "env", "file", "header", "id", "name", "parameter", "path", "type", "uri", "url",
  ]

  /// Actions and inputs that do not say what they are, and examples that are refused.
  static func findings(in descriptor: Descriptor) -> [CheckFinding] {
    guard let schema = try? InputSchema(descriptor) else { return [] }
    var findings: [CheckFinding] = []
    if descriptor.summary?.isEmpty ?? true {
      findings.append(CheckFinding("DESC-14", "the descriptor has no summary"))
    }
    for action in descriptor.actions {
      if action.summary?.isEmpty ?? true {
        findings.append(CheckFinding("DESC-14", "the action \(action.name) has no summary"))
      }
      for field in schema.fields(action: action.name) ?? [] {
        describe(field, in: "", &findings)
        for example in field.examples {
          if let fault = fault(of: example, for: field.name, action: action.name, schema) {
            findings.append(
              CheckFinding("DESC-14", "an example of the input \(field.name) is refused: \(fault)")
            )
          }
        }
      }
    }
    return findings.uniqued()
  }

  /// Why an input may not have a value, as far as that is about this input.
  private static func fault(
    of example: Value,
    for name: String,
    action: String,
    _ schema: InputSchema
  ) -> Fault? {
    do throws(HostError) {
      _ = try schema.complete([name: example], action: action)
      return nil
    } catch {
      return error.faults.first { $0.pointer.tokens.first == name }
    }
  }

  private static func describe(
    _ field: InputField,
    in place: String,
    _ findings: inout [CheckFinding]
  ) {
    let name = place + field.name
    if field.summary?.isEmpty ?? true {
      findings.append(CheckFinding("DESC-14", "the input \(name) has no description"))
    }
    for inner in field.fields + (field.union?.branches.flatMap(\.fields) ?? []) {
      describe(inner, in: name + ".", &findings)
    }
  }

  /// Inputs that are secrets by their name, and are not marked as such.
  static func unmarkedSecrets(
    of descriptor: Descriptor,
    _ schema: InputSchema
  ) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    func look(_ field: InputField, _ place: String, _ isSecret: Bool) {
      let isSecret = isSecret || field.isSecret
      let words = field.name.lowercased().split { !$0.isLetter }.map(String.init)
      let isPlace = words.last.map { placeWords.contains($0) } ?? false
      let isSecretByName =
        !isPlace
        && (!secretWords.isDisjoint(with: words) || words.joined().hasSuffix("apikey")
          || words.joined().hasSuffix("privatekey"))
      if isSecretByName, !isSecret, field.type.contains("string"), field.allowed.isEmpty {
        findings.append(
          CheckFinding(
            "DESC-10",
            "the input \(place)\(field.name) is a secret by its name, and not marked by x-secret: it would be shown and logged"
          )
        )
      }
      for inner in field.fields + (field.union?.branches.flatMap(\.fields) ?? []) {
        look(inner, place + field.name + ".", isSecret)
      }
    }
    for action in descriptor.actions {
      for field in schema.fields(action: action.name) ?? [] { look(field, "", false) }
    }
    return findings.uniqued()
  }
}
