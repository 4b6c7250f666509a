/// The inputs of one call, from all places where some were given.
///
/// Later places override earlier ones, key by key at the top: the connector's value, the secrets attached to it,
/// the inputs of the call.
package struct CallInputs: Sendable {
  /// The inputs; in the place of references stands what they refer to.
  package var values: ValueMap
  /// What a vault has supplied: where it stands, and the reference that it came from.
  var fromVault: [SecretPlace] = []
  /// The secrets among them that stand inside of longer texts.
  var secretParts: [Value] = []
  /// Which of those came as the key of an attached secret, by the input's name.
  package var attached: [String: SecretPath] = [:]
  /// Keys of attached secrets that are no inputs of the type.
  package var ignored: [String] = []
  /// The resource whose value is among the inputs; nil where there is none.
  package var stored: StoredInputs?
  /// The names that the call itself gives.
  package var given: Set<String> = []
  /// Where inputs of the call stand in files.
  var locations: (@Sendable (JSONPointer) -> SourceLocation?)?

  /// The inputs of a call, where that is all there is.
  init(_ values: ValueMap, locations: (@Sendable (JSONPointer) -> SourceLocation?)?) {
    self.values = values
    self.locations = locations
  }

  /// The places that are secret whatever the schema says.
  package var secrets: [JSONPointer] { fromVault.map(\.pointer) }

  /// Which keys a null takes away.
  var unsetNulls: UnsetNulls {
    guard let stored, !stored.nullNames.isEmpty else { return .all }
    return .of(given)
  }

  /// Where an input stands in a file; nil where it stands in none.
  var location: ((JSONPointer) -> SourceLocation?)? {
    guard let stored else { return locations }
    return { [given, attached, locations] pointer in
      // All of the inputs stand in no one place where the call gives some.
      guard let name = pointer.tokens.first else {
        return given.isEmpty ? stored.location(ofInput: pointer) : nil
      }
      if given.contains(name) { return locations?(pointer) }
      return attached[name] == nil ? stored.location(ofInput: pointer) : nil
    }
  }
}

extension ValueMap {
  /// These members with something else in the place of each secret: the reference that it came from, else the mask.
  ///
  /// - Parameters:
  ///   - secrets: Where the secrets stand.
  ///   - count: How many of them, the last ones, are secret only because a vault supplied them.
  ///   - references: What a vault supplied.
  /// - Returns: The members, with no secret in them.
  func masking(_ secrets: [JSONPointer], vaultOnly count: Int, as references: [SecretPlace])
    -> ValueMap
  {
    if references.isEmpty { return masking(secrets) }
    var value = Value.map(self)
    for (index, pointer) in secrets.enumerated() {
      let reference = references.first { $0.pointer == pointer }
      let text = index < secrets.count - count ? reference?.textOfSecret : reference?.text
      value.replace(at: pointer.tokens[...], by: .string(text ?? Redactor.mask))
    }
    return value.mapValue ?? [:]
  }
}

/// A place in inputs that a vault has supplied.
struct SecretPlace: Sendable, Hashable {
  var pointer: JSONPointer
  /// The reference that it came from, as it was written.
  var text: String
  /// The same for a place that is secret by its schema: nothing but references is shown of it.
  var textOfSecret: String

  /// A value that is nothing but a reference.
  init(pointer: JSONPointer, reference: SecretTemplate.Reference) {
    self.pointer = pointer
    text = SecretTemplate.text(of: reference)
    textOfSecret = text
  }

  /// A text that refers to secrets.
  init(_ place: SecretReferences.Place) {
    pointer = place.pointer
    text = place.text
    textOfSecret = place.template.single == nil ? place.template.masked : place.text
  }
}
