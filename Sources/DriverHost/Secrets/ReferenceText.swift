/// Tells texts that refer to a vault's secret from others: `vault.secret(CONFIG:PATH.KEY)`.
///
/// A reference is no secret itself, and what it stands for is not known while a value is written down.
package enum ReferenceText {
  /// Whether a text is one reference and nothing else.
  package static func isWhole(_ text: String) -> Bool {
    SecretTemplate.isIn(text) && (try? SecretTemplate(text))?.single != nil
  }

  /// Whether there is a reference in a text.
  package static func isIn(_ text: String) -> Bool {
    SecretTemplate.isIn(text) && !((try? SecretTemplate(text))?.references.isEmpty ?? true)
  }

  /// Whether there is a reference anywhere in a value.
  package static func isIn(_ value: Value) -> Bool {
    switch value.resolved {
    case .string(let text): isIn(text)
    case .list(let items): items.contains { isIn($0) }
    case .map(let members): members.contains { isIn($0.value) }
    default: false
    }
  }
}
