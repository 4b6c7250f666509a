extension Host {
  /// What a call would be made with; nothing runs but the look-ups of the secrets that it needs.
  ///
  /// - Parameters:
  ///   - target: A connector, a type or a vault configuration.
  ///   - inputs: As with `connect`.
  ///   - options: As with `connect`.
  /// - Returns: The inputs, and where they come from; a secret that cannot be had is no failure.
  /// - Throws: What is wrong with the connector or with the inputs.
  package func explain(
    _ target: ConnectionTarget,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async throws(HostError) -> CallExplanation {
    try await core.explain(target, inputs, options)
  }
}

/// What a call would be made with, every input with where it came from, and no secret in it.
package struct CallExplanation: Sendable {
  /// Where an input came from.
  package enum Origin: Sendable, Hashable {
    /// The connector's file.
    case stored(SourceLocation?)
    /// A secret that is attached.
    case attached(SecretPath)
    /// The call itself.
    case call
    /// The schema.
    case schema
    /// What the driver's descriptor says of the host's own inputs.
    case driver
  }

  /// One input at the top.
  package struct Input: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its value, masked; a reference stands where its secret would.
    package var value: Value
    /// Where it came from.
    package var origin: Origin
    /// The references in it, as they are written.
    package var references: [String] = []
    /// Whether the schema has filled in a part of it.
    package var isPartlyDefaulted = false
    /// Whether it is the host's own, which no driver sees.
    package var isOfHost = false
  }

  /// The action that would run.
  package var action: Descriptor.Action
  /// What the call would do to the other side.
  package var effect: Descriptor.Action.Effect
  /// Whether doing it twice is the same as doing it once.
  package var isIdempotent: Bool
  /// The inputs, those of the host last.
  package var inputs: [Input] = []
  /// Keys of attached secrets that are no inputs of the type.
  package var ignored: [String]
  /// Inputs of other actions, which are left out.
  package var dropped: [String] = []
  /// What a null takes away.
  package var unset: [String] = []
  /// The secrets that could not be had, and what is wrong without them.
  package var failures: [String] = []
}

extension HostCore {
  /// See `Host.explain`.
  func explain(
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    _ options: CallOptions
  ) async throws(HostError) -> CallExplanation {
    let stored: StoredInputs?
    let type: String
    switch target {
    case .type(let name): (stored, type) = (nil, name)
    case .connector(let name):
      let inputs = try connector(name).inputs
      (stored, type) = (inputs, inputs.type)
    case .vault(let name):
      let inputs = try vault(name).inputs
      (stored, type) = (inputs, inputs.type)
    }
    let descriptor = try catalog.driver(for: type).descriptor
    let action = try descriptor.existingAction(options.action)
    try descriptor.checkUse(of: action)
    // Made anew: the one of a prepared driver would need the driver to be loaded.
    let schema = try InputSchema(descriptor)
    var (merged, wanted) = CallInputs.merging(stored, inputs, options)
    var failures: [SecretFailure] = []
    if let wanted {
      let looked = await secrets.secrets(
        of: wanted.paths,
        through: self,
        options,
        deadline: nil,
        // Of an execution that there will never be.
        execution: UUID.makeV7()
      )
      failures = looked.failures
      if let cancelled = failures.compactMap(\.cause).first(where: { $0.code == .cancelled }) {
        throw cancelled
      }
      var faults: [Fault] = []
      merged.fill(
        wanted,
        from: looked.found,
        isInput: schema.hasInput,
        faults: &faults,
        failures: &failures
      )
      guard faults.isEmpty else { throw HostError(faults: faults, of: "the input for \(type)") }
    }
    let maker = ExplanationMaker(schema, action, merged, wanted, descriptor.defaults, stored == nil)
    return try maker.explanation(failures)
  }
}

/// Puts an explanation together.
private struct ExplanationMaker {
  private let schema: InputSchema
  private let action: Descriptor.Action
  private let inputs: CallInputs
  private let wanted: CallInputs.Wanted?
  private let driverDefaults: ValueMap
  /// Whether all inputs are the call's.
  private let isAllGiven: Bool
  /// The host's own inputs.
  private let own: ValueMap

  init(
    _ schema: InputSchema,
    _ action: Descriptor.Action,
    _ inputs: CallInputs,
    _ wanted: CallInputs.Wanted?,
    _ driverDefaults: ValueMap,
    _ isAllGiven: Bool
  ) {
    self.schema = schema
    self.action = action
    self.inputs = inputs
    self.wanted = wanted
    self.driverDefaults = driverDefaults
    self.isAllGiven = isAllGiven
    own = ValueMap(inputs.values.filter { HostInputs.names.contains($0.name) })
  }

  func explanation(
    _ failures: [SecretFailure]
  ) throws(HostError) -> CallExplanation {
    var result = CallExplanation(
      action: action,
      effect: action.effect,
      isIdempotent: action.isIdempotent,
      ignored: inputs.ignored
    )
    for failure in failures where !result.failures.contains(failure.message) {
      result.failures.append(failure.message)
    }
    var values = inputs.values
    var secrets = inputs.secrets
    var countFromVaultOnly = 0
    var defaulted: [JSONPointer] = []
    do throws(HostError) {
      let (complete, _) = try schema.completeAll(
        inputs.values,
        action: action.name,
        nullsUnset: inputs.unsetNulls,
        secrets: inputs.secrets,
        locations: inputs.location
      )
      values = complete.values
      secrets = complete.secrets
      countFromVaultOnly = complete.countFromVaultOnly
      defaulted = complete.defaulted
      result.effect = complete.effect ?? action.effect
      result.isIdempotent = complete.isIdempotent ?? action.isIdempotent
      result.dropped = complete.dropped
      result.unset = complete.unset
    } catch {
      // Without its secrets a call may have faults that it would not have with them.
      guard !failures.isEmpty else { throw error }
      for name in HostInputs.names { values.remove(name) }
      secrets += masks(values, error.faults)
      if let root = schema.actions[action.name]?.root {
        defaulted = schema.defaults.add(to: &values, at: root) ?? []
      }
      result.failures.append(
        "without them the inputs are not complete: "
          + (error.faults.isEmpty
            ? error.message : error.faults.map(\.description).joined(separator: "; "))
      )
    }
    let shown = masking(secrets, vaultOnly: countFromVaultOnly, in: values)
    result.inputs = shown.map { input($0.name, $0.value, defaulted, isOfHost: false) }
    result.inputs += masking(inputs.secrets, vaultOnly: inputs.secrets.count, in: own).map {
      input($0.name, $0.value, [], isOfHost: true)
    }
    result.inputs += driverDefaults.filter { own[$0.name] == nil }.map { name, value in
      CallExplanation.Input(name: name, value: value, origin: .driver, isOfHost: true)
    }
    return result
  }

  /// The inputs with something else in the place of each secret: the reference that it came from, also where that has
  /// come to nothing, else the mask.
  private func masking(
    _ secrets: [JSONPointer],
    vaultOnly count: Int,
    in values: ValueMap
  ) -> ValueMap {
    let unresolved = (wanted?.references.places ?? []).filter { place in
      place.template.single != nil && inputs.attached[place.pointer.tokens[0]] == nil
    }
    let references = inputs.fromVault + unresolved.map(SecretPlace.init)
    return values.masking(secrets, vaultOnly: count, as: references)
  }

  /// What may be secret among inputs that have not been found valid: of what is inside of one with a fault, such as a
  /// key of another branch of its union, the schema does not say.
  private func masks(_ values: ValueMap, _ faults: [Fault]) -> [JSONPointer] {
    guard let root = schema.actions[action.name]?.root else { return [] }
    let places = SecretFinder.places(in: .map(values), at: root, of: schema.schemas.program)
    let references = Set(
      (wanted?.references.places ?? []).filter { $0.template.single != nil }.map(\.pointer)
    )
    let faulty = Set(
      faults.filter { $0.pointer.tokens.count > 1 }.compactMap(\.pointer.tokens.first)
    )
    return values.names.compactMap { name in
      let place = JSONPointer([name])
      let isUnknown = !schema.hasInput(name) || faulty.contains(name)
      let isSecret =
        isUnknown || places.depth(on: [name]) != nil || holdsSecret(name, places, values)
      return isSecret && !references.contains(place) ? place : nil
    }
  }

  private func holdsSecret(_ name: String, _ places: SecretPlaces, _ values: ValueMap) -> Bool {
    func look(_ value: Value, _ path: [String]) -> Bool {
      if places.depth(on: path) != nil { return true }
      switch value.resolved {
      case .map(let members): return members.contains { look($0.value, path + [$0.name]) }
      case .list(let items):
        return items.enumerated().contains { look($0.element, path + [String($0.offset)]) }
      default: return false
      }
    }
    return values[name].map { look($0, [name]) } ?? false
  }

  private func input(
    _ name: String,
    _ value: Value,
    _ defaulted: [JSONPointer],
    isOfHost: Bool
  ) -> CallExplanation.Input {
    let mine = defaulted.filter { $0.tokens.first == name }
    let origin: CallExplanation.Origin
    if mine.contains(where: { $0.tokens.count == 1 }) {
      origin = .schema
    } else if let path = inputs.attached[name] {
      origin = .attached(path)
    } else if isAllGiven || inputs.given.contains(name) {
      origin = .call
    } else {
      origin = .stored(inputs.stored?.location(ofInput: JSONPointer([name])))
    }
    var result = CallExplanation.Input(name: name, value: value, origin: origin)
    result.isPartlyDefaulted = origin != .schema && !mine.isEmpty
    result.isOfHost = isOfHost
    if inputs.attached[name] == nil {
      let places = (wanted?.references.places ?? []).filter { place in
        place.pointer.tokens.first == name && place.template.plainText == nil
      }
      for reference in places.flatMap(\.template.references) {
        let text = reference.description
        if !result.references.contains(text) { result.references.append(text) }
      }
    }
    return result
  }
}
