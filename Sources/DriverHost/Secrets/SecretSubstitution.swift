extension CallInputs {
  /// What must be looked up before the inputs are complete.
  struct Wanted: Sendable {
    /// The paths of attached secrets, in order.
    var attached: [SecretPath]
    /// The texts that refer to secrets.
    var references: SecretReferences

    /// All paths, each once.
    var paths: [SecretPath] { needed(without: [:]) }

    /// The paths that are wanted although some inputs are overridden by attached secrets.
    func needed(without overridden: [String: SecretPath]) -> [SecretPath] {
      var paths = attached
      for place in references.places where overridden[place.pointer.tokens[0]] == nil {
        for reference in place.template.references {
          if let path = reference.path, !paths.contains(path) { paths.append(path) }
        }
      }
      return paths
    }
  }

  /// The inputs of a call of a stored resource, before its secrets are there.
  ///
  /// - Parameters:
  ///   - stored: The resource.
  ///   - inputs: Those of the call.
  ///   - options: Those of the call.
  /// - Returns: The inputs, and what is to be looked up; nil where there is nothing.
  static func merging(
    _ stored: StoredInputs?,
    _ inputs: ValueMap,
    _ options: CallOptions
  ) -> (CallInputs, Wanted?) {
    var merged = CallInputs(inputs, locations: options.locations)
    var references = SecretReferences()
    if let stored {
      merged.stored = stored
      merged.values = stored.values
      for (name, value) in inputs {
        merged.values[name] = value
        merged.given.insert(name)
      }
      references = stored.references
      if !references.isEmpty, !inputs.isEmpty {
        references = references.without { inputs[$0] != nil }
      }
    }
    let attached = options.vaultSecrets ?? stored?.vaultSecrets ?? []
    if options.resolvesReferences {
      references.append(SecretReferences(in: inputs))
    } else if options.vaultSecrets != nil, !attached.isEmpty {
      // Who attaches secrets to a call has given these to it, and no others.
      references.append(SecretReferences(in: inputs).among(attached))
    }
    if attached.isEmpty, references.isEmpty { return (merged, nil) }
    // Also where they are all that there is: what is attached does not override them.
    if stored == nil { merged.given = Set(inputs.names) }
    return (merged, Wanted(attached: attached, references: references))
  }

  /// Puts secrets where they belong.
  ///
  /// - Parameters:
  ///   - wanted: What was asked for.
  ///   - secrets: The keys of each path.
  ///   - isInput: Whether the type has an input of that name.
  ///   - faults: What is wrong with references, which is added to.
  ///   - failures: The paths that cannot be had, which come to stand where they are wanted; keys that are not where
  ///     they were looked for are added.
  mutating func fill(
    _ wanted: Wanted,
    from secrets: [SecretPath: ValueMap],
    isInput: (String) -> Bool,
    faults: inout [Fault],
    failures: inout [SecretFailure]
  ) {
    let location = location
    for (pointer, message) in wanted.references.malformed {
      faults.append(Fault(.invalid, at: pointer, message, location: location?(pointer)))
    }
    for path in wanted.attached {
      for (key, value) in secrets[path] ?? [:] where !given.contains(key) {
        guard isInput(key) else {
          if !ignored.contains("\(path).\(key)") { ignored.append("\(path).\(key)") }
          continue
        }
        values[key] = value
        attached[key] = path
        fromVault.removeAll { $0.pointer.tokens.first == key }
        fromVault.append(
          SecretPlace(
            pointer: JSONPointer([key]),
            reference: SecretTemplate.Reference(path: path, key: key)
          )
        )
      }
    }
    for place in wanted.references.places where attached[place.pointer.tokens[0]] == nil {
      if let text = place.template.plainText {
        put(.string(text), at: place.pointer)
        continue
      }
      var found: [SecretTemplate.Reference: Value] = [:]
      for reference in place.template.references {
        switch SecretLookup(wanted.attached, secrets).value(of: reference) {
        case .value(let value): found[reference] = value
        case .missing(let failure):
          failures.append(failure.at(place.pointer, location?(place.pointer)))
        case .unattached:
          faults.append(
            Fault(
              .invalid,
              at: place.pointer,
              "`vault.secret(\(reference.key))` names a key alone, and no secret is attached: write vault.secret(CONFIG:PATH.KEY), or attach one with vault_secrets",
              location: location?(place.pointer)
            )
          )
        // Said already of its path.
        case .unread: break
        }
      }
      guard found.count == Set(place.template.references).count else { continue }
      if let single = place.template.single, let value = found[single] {
        put(value, at: place.pointer)
      } else if let text = place.template.text(found) {
        put(.string(text), at: place.pointer)
      } else {
        faults.append(
          Fault(
            .invalid,
            at: place.pointer,
            "a list or a map cannot stand inside of a text: a value that is only the reference takes the secret as it is",
            location: location?(place.pointer)
          )
        )
        continue
      }
      fromVault.append(SecretPlace(place))
      // An answer may repeat the secret without the text around it.
      if place.template.single == nil { secretParts += found.values }
    }
    failures = failures.flatMap { failure in
      failure.pointer == nil ? placed(failure, wanted) : [failure]
    }
  }

  /// A failure of a path, once for each input that refers to it; as it is where none does.
  private func placed(_ failure: SecretFailure, _ wanted: Wanted) -> [SecretFailure] {
    var placed: [SecretFailure] = []
    for place in wanted.references.places where attached[place.pointer.tokens[0]] == nil {
      // A key alone may be in any of those that are attached.
      let isAlone = wanted.attached == [failure.path]
      for reference in place.template.references
      where reference.path == failure.path || (reference.path == nil && isAlone) {
        var own = failure.at(place.pointer, location?(place.pointer))
        own.key = reference.key
        own.message =
          "the secret \(failure.path).\(reference.key) cannot be had: \(failure.message)"
        placed.append(own)
      }
    }
    return placed.isEmpty ? [failure] : placed
  }

  private mutating func put(_ value: Value, at pointer: JSONPointer) {
    var all = Value.map(values)
    all.replace(at: pointer.tokens[...], by: value)
    values = all.mapValue ?? [:]
  }
}

/// Finds what references mean among secrets that were looked up.
struct SecretLookup {
  enum Answer {
    case value(Value)
    case missing(SecretFailure)
    /// A key alone, where no secret is attached.
    case unattached
    /// Its path could not be read.
    case unread
  }

  private let attached: [SecretPath]
  private let secrets: [SecretPath: ValueMap]

  init(_ attached: [SecretPath], _ secrets: [SecretPath: ValueMap]) {
    self.attached = attached
    self.secrets = secrets
  }

  func value(of reference: SecretTemplate.Reference) -> Answer {
    if let path = reference.path {
      guard let keys = secrets[path] else { return .unread }
      return keys[reference.key].map { .value($0) }
        ?? .missing(.missingKey(reference.key, in: path, keys.names))
    }
    guard let last = attached.last else { return .unattached }
    // Those of later paths override those of earlier ones.
    var isUnread = false
    for path in attached.reversed() {
      guard let keys = secrets[path] else {
        isUnread = true
        continue
      }
      if let value = keys[reference.key] { return .value(value) }
    }
    if isUnread { return .unread }
    let names = attached.flatMap { secrets[$0]?.names ?? [] }
    return .missing(.missingKey(reference.key, in: last, names))
  }
}

extension SecretTemplate {
  /// The text with the values of its references; nil where one of them is a list or a map.
  func text(_ values: [Reference: Value]) -> String? {
    var text = ""
    for part in parts {
      switch part {
      case .text(let plain): text += plain
      case .reference(let reference):
        switch values[reference]?.resolved {
        case .string(let secret): text += secret
        case .bytes(let bytes): text += Base64.encode(bytes)
        case .list, .map, .json, nil: return nil
        case .null: break
        case .some(let scalar): text += JSON.text(scalar, decimals: .number)
        }
      }
    }
    return text
  }

  /// The references alone, with the mask in the place of the text around them.
  var masked: String {
    parts.map { part in
      switch part {
      case .text: Redactor.mask
      case .reference(let reference): SecretTemplate.text(of: reference)
      }
    }
    .joined()
  }

  /// A reference as people write it.
  static func text(of reference: Reference) -> String {
    func escaped(_ text: String, _ signs: String) -> String {
      var result = ""
      for scalar in text.unicodeScalars {
        if signs.unicodeScalars.contains(scalar) { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
      return result
    }
    guard let path = reference.path else {
      return "vault.secret(\(escaped(reference.key, ":)\\")))"
    }
    // The last dot that stands alone is the one before the key.
    return
      "vault.secret(\(path.configuration):\(escaped(path.path, ")\\")).\(escaped(reference.key, ".)\\")))"
  }
}
