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
  /// Names that are part of a session's identity; empty for drivers without sessions.
  let sessionNames: Set<String>

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
    sessionNames = descriptor.session == nil ? [] : parts.sessionNames()
    actions = Dictionary(
      zip(descriptor.actions, parts.roots).map { action, root in
        (action.name, parts.action(root, action.channels, defaults, schemas))
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// A place of the descriptor, from a schema's location in it.
  static func pointer(of location: String) -> JSONPointer {
    guard location.hasPrefix("#") else { return JSONPointer() }
    return JSONPointer(text: String(location.dropFirst())) ?? JSONPointer()
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
  ///   - nullsUnset: Whether a null that the schema does not allow takes its key away; that is so
  ///     for inputs given at a call.
  ///   - secrets: Places that are secret whatever the schema says: what a vault supplied.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Returns: The inputs as the driver gets them.
  /// - Throws: All faults, at the stage `.input`.
  package func complete(
    _ inputs: ValueMap,
    action: String,
    nullsUnset: Bool = true,
    secrets: [JSONPointer] = [],
    locations: ((JSONPointer) -> SourceLocation?)? = nil
  ) throws(HostError) -> CompleteInputs {
    guard let action = actions[action] else {
      throw Descriptor.unknownAction(action, of: typeName, among: actions.keys.sorted())
    }
    if let flat = action.flat,
      let complete = complete(inputs, action, flat, nullsUnset: nullsUnset)
    {
      return adding(secrets, to: complete)
    }
    return try completeThoroughly(inputs, action, nullsUnset, secrets, locations)
  }

  /// Completes any inputs, and finds all that is wrong with them.
  private func completeThoroughly(
    _ inputs: ValueMap,
    _ action: InputAction,
    _ nullsUnset: Bool,
    _ secrets: [JSONPointer],
    _ locations: ((JSONPointer) -> SourceLocation?)?
  ) throws(HostError) -> CompleteInputs {
    let sorted = sort(inputs, action, nullsUnset: nullsUnset)
    var values = sorted.values
    let defaulted = defaults.add(to: &values, at: action.root)
    var evaluation = Evaluation(schemas.program)
    let isValid = evaluation.run(action.root, .map(values)) && sorted.unknown.isEmpty
    // Also where the inputs are not valid: what it finds is reported with the rest.
    let checked = values
    var conversion = InputConversion(schemas, channels: action.channels)
    conversion.convert(&values, at: action.root)
    guard isValid, conversion.findings.isEmpty else {
      throw InputFaults(schemas.program, action, inputs, checked, secrets)
        .error(sorted.unknown, conversion.findings, among: self, locations)
    }
    let complete = CompleteInputs(
      values: values,
      secrets: conversion.secrets,
      dropped: sorted.dropped,
      unset: sorted.unset,
      defaulted: defaulted,
      sinks: conversion.sinks,
      sources: conversion.sources,
      sessionInputs: session(values, conversion.secrets)
    )
    return adding(secrets, to: complete)
  }

  /// The inputs with more secrets than the schema knows of.
  private func adding(_ secrets: [JSONPointer], to complete: CompleteInputs) -> CompleteInputs {
    guard !secrets.isEmpty else { return complete }
    var complete = complete
    let known = Set(complete.secrets)
    complete.secrets += secrets.filter {
      !known.contains($0) && Value.map(complete.values)[$0] != nil
    }
    complete.sessionInputs = session(complete.values, complete.secrets)
    return complete
  }

  /// What was given, by what becomes of it.
  private struct Sorted {
    var values: ValueMap
    var dropped: [String] = []
    var unset: [String] = []
    var unknown: [String] = []
  }

  private func sort(_ inputs: ValueMap, _ action: InputAction, nullsUnset: Bool) -> Sorted {
    var sorted = Sorted(values: inputs)
    for position in 0..<inputs.count {
      let (name, value) = inputs[position]
      if let index = action.names.index(of: name) {
        if nullsUnset, case .null = value, !action.allowsNull[index] { sorted.unset.append(name) }
      } else if allNamesTable.index(of: name) != nil {
        sorted.dropped.append(name)
      } else if !action.isOpen || InputSchema.reservedNames.contains(name) {
        sorted.unknown.append(name)
      }
    }
    for name in sorted.unset + sorted.dropped + sorted.unknown { sorted.values.remove(name) }
    return sorted
  }

  func session(_ values: ValueMap, _ secrets: [JSONPointer]) -> CompleteInputs.Session {
    guard !sessionNames.isEmpty else { return CompleteInputs.Session(values: [:], secrets: []) }
    var members = ValueMap()
    for (name, value) in values where sessionNames.contains(name) { members[name] = value }
    return CompleteInputs.Session(
      values: members,
      secrets: secrets.filter { sessionNames.contains($0.tokens.first ?? "") }
    )
  }
}
