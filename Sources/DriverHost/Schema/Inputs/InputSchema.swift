/// What a driver's inputs may be, compiled once: completes and checks the inputs of each call.
///
/// An action's schema is the type's inputs and its own. The host closes it: see
/// `SchemaCompiler.closeObjects`. Formats are always checked.
package final class InputSchema: Sendable {
  /// Names that belong to the host on every connection, which no driver may declare.
  package static let reservedNames: Set<String> = [
    "action", "connector_type", "max_concurrency", "max_runtime", "name", "rate_limit", "retry",
    "run", "vault_secrets",
  ]

  let typeName: String
  let schemas: InputFactsTable
  let defaults: InputDefaults
  let actions: [String: InputAction]
  /// The schema of the type's own inputs.
  let typeRoot: Int
  /// The names of the type and of all its actions.
  let allNames: [String]
  let allNamesTable: NameTable
  /// The names of inputs that tell sessions apart: see `CompleteInputs.sessionInputs`.
  let sessionNames: Set<ExactName>

  /// Compiles the schemas of a descriptor.
  ///
  /// - Parameter descriptor: A driver's descriptor.
  /// - Throws: At the stage `.driver`, all that is wrong with them.
  package init(_ descriptor: Descriptor) throws(HostError) {
    let parts = InputSchemaParts(descriptor)
    var faults = parts.faults
    // A program with faults must not be run, so its defaults are not looked at.
    let defaults = faults.isEmpty ? InputDefaults(parts.program) : nil
    if let defaults { faults += parts.faults(of: defaults) }
    faults += parts.faultsOfNames()
    guard faults.isEmpty, let defaults else {
      var error = HostError(faults: faults, of: "the descriptor of \(descriptor.name)")
      error.stage = .driver
      throw error
    }
    typeName = descriptor.name
    let schemas = InputFactsTable(parts.program)
    self.schemas = schemas
    self.defaults = defaults
    typeRoot = parts.typeRoot
    allNames = parts.allNames
    allNamesTable = NameTable(parts.allNames)
    sessionNames = parts.sessionNames()
    actions = Dictionary(
      zip(descriptor.actions, parts.roots).map { action, root in
        (action.name, parts.action(root, action.channels, defaults, schemas))
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Whether the type, or one of its actions, has an input of that name.
  package func hasInput(_ name: String) -> Bool { allNamesTable.index(of: name) != nil }

  /// Whether a name belongs to the host.
  static func isReserved(_ name: String) -> Bool {
    // They are ASCII, so that Swift takes nothing else for equal.
    reservedNames.contains(name)
  }
}

// MARK: - One call

extension InputSchema {
  /// Completes the inputs of one call: drops what belongs to other actions, adds defaults, checks
  /// everything at once, and gives every value the kind that its schema names.
  ///
  /// - Parameters:
  ///   - inputs: As they were given.
  ///   - action: An action of the descriptor.
  ///   - nullsUnset: Which keys a null that the schema does not allow takes away.
  ///   - secrets: Places that are secret whatever the schema says: what a vault supplied.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Returns: The inputs as the driver gets them.
  /// - Throws: All faults, at the stage `.input`.
  package func complete(
    _ inputs: ValueMap,
    action: String,
    nullsUnset: UnsetNulls = .all,
    secrets: [JSONPointer] = [],
    locations: ((JSONPointer) -> SourceLocation?)? = nil
  ) throws(HostError) -> CompleteInputs {
    guard let action = actions[action] else {
      throw Descriptor.unknownAction(action, of: typeName, among: actions.keys.sorted())
    }
    if let flat = action.flat,
      let complete = complete(inputs, action, flat, nullsUnset: nullsUnset)
    {
      return secrets.isEmpty ? complete : adding(secrets, to: complete)
    }
    func completeThoroughly(in room: Evaluation.Room) -> Thorough {
      do throws(HostError) {
        return try self.completeThoroughly(inputs, action, nullsUnset, secrets, locations, in: room)
      } catch {
        return Thorough(result: .failure(error), needsRoom: false)
      }
    }
    let thorough = completeThoroughly(in: .callersStack)
    guard thorough.needsRoom else { return try thorough.result.get() }
    return try (DeepStack.run { completeThoroughly(in: .deepStack) } ?? thorough).result.get()
  }

  /// What completing any inputs has come to.
  struct Thorough {
    var result: Result<CompleteInputs, HostError>
    /// Whether it would have come to something else with more room on the stack.
    var needsRoom: Bool
  }

  /// Completes any inputs, and finds all that is wrong with them.
  func completeThoroughly(
    _ inputs: ValueMap,
    _ action: InputAction,
    _ nullsUnset: UnsetNulls,
    _ secrets: [JSONPointer],
    _ locations: ((JSONPointer) -> SourceLocation?)?,
    in room: Evaluation.Room
  ) throws(HostError) -> Thorough {
    let sorted = sort(inputs, action, nullsUnset: nullsUnset)
    var values = sorted.values
    guard let defaulted = defaults.add(to: &values, at: action.root) else {
      throw HostError(
        .invalidInput,
        stage: .input,
        """
        the input for \(typeName) takes too long to be completed with its defaults; give fewer or \
        smaller inputs
        """
      )
    }
    var evaluation = Evaluation(schemas.program, in: room)
    let isValid = evaluation.run(action.root, .map(values)) && sorted.unknown.isEmpty
    // Also where the inputs are not valid: what it finds is reported with the rest.
    let checked = values
    var conversion = InputConversion(schemas, channels: action.channels, in: room)
    conversion.convert(&values, at: action.root)
    guard isValid, conversion.findings.isEmpty else {
      let faults = InputFaults(schemas.program, action, inputs, checked, secrets)
      let (error, needsRoom) = faults.error(
        sorted.unknown,
        conversion,
        among: self,
        locations,
        in: room
      )
      return Thorough(result: .failure(error), needsRoom: needsRoom)
    }
    let complete = CompleteInputs(
      values: values,
      secrets: conversion.secrets,
      dropped: sorted.dropped,
      unset: sorted.unset,
      partlyDefaulted: defaulted,
      sinks: conversion.sinks,
      sources: conversion.sources,
      effect: conversion.effect.effect,
      isIdempotent: conversion.effect.isIdempotent,
      schema: self
    )
    return Thorough(result: .success(adding(secrets, to: complete)), needsRoom: false)
  }

  /// The inputs with more secrets than the schema knows of.
  private func adding(_ secrets: [JSONPointer], to complete: CompleteInputs) -> CompleteInputs {
    guard !secrets.isEmpty else { return complete }
    var complete = complete
    let known = Set(complete.secrets)
    let added = secrets.filter { !known.contains($0) && Value.map(complete.values)[$0] != nil }
    complete.secrets += added
    complete.countFromVaultOnly = added.count
    return complete
  }

  /// What was given, by what becomes of it.
  private struct Sorted {
    var values: ValueMap
    var dropped: [String] = []
    var unset: [String] = []
    var unknown: [String] = []
  }

  private func sort(_ inputs: ValueMap, _ action: InputAction, nullsUnset: UnsetNulls) -> Sorted {
    var sorted = Sorted(values: inputs)
    sorted.values.removeAll { name, value in
      if let index = action.names.index(of: name) {
        guard case .null = value, !action.allowsNull[index], nullsUnset.unsets(name) else {
          return false
        }
        sorted.unset.append(name)
      } else if allNamesTable.index(of: name) != nil {
        sorted.dropped.append(name)
      } else if !action.isOpen || InputSchema.isReserved(name) {
        sorted.unknown.append(name)
      } else {
        return false
      }
      return true
    }
    return sorted
  }
}
