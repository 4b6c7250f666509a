/// What a driver's inputs may be, compiled once: completes and checks the inputs of each call.
package final class InputSchema: Sendable {
  /// Names that belong to the host on every connection, which no driver may declare.
  package static let reservedNames: Set<String> = [
    "action", "connector_type", "max_concurrency", "max_runtime", "name", "rate_limit", "retry",
    "run", "vault_secrets",
  ]

  private struct Action: Sendable {
    var index: Int
    var schema: JSONSchema
    var plan: InputPlan
    var names: Set<String>
    /// Names whose schema allows null, which therefore is a value and unsets nothing.
    var nullable: Set<String>
  }

  private let typeName: String
  private let actions: [String: Action]
  private let allNames: Set<String>
  /// Names that are part of a session's identity.
  private let sessionNames: Set<String>

  /// Compiles the schemas of a descriptor.
  ///
  /// - Throws: At the stage `.driver`, all that is wrong with them.
  package init(_ descriptor: Descriptor) throws(HostError) {
    typeName = descriptor.name
    let typeNames = InputSchema.names(in: descriptor.inputs)
    var names = Set(typeNames)
    var faults = InputSchema.clashes(descriptor)
    var actions: [String: Action] = [:]
    var session = InputSchema.sessionNames(in: descriptor.inputs)
    for (index, action) in descriptor.actions.enumerated() {
      let own = InputSchema.names(in: action.inputs)
      names.formUnion(own)
      session.formUnion(InputSchema.sessionNames(in: action.inputs))
      do {
        let schema = try JSONSchema(
          InputDocument.schema(type: descriptor.inputs, action: action.inputs),
          assertsFormats: true
        )
        actions[action.name] = Action(
          index: index,
          schema: schema,
          plan: InputSchema.plan(descriptor.inputs, action.inputs),
          names: Set(typeNames).union(own),
          nullable: InputSchema.nullable(in: descriptor.inputs)
            .union(InputSchema.nullable(in: action.inputs))
        )
      } catch {
        faults += error.faults.map { fault in
          var fault = fault
          fault.message = "the schema of the action `\(action.name)` is wrong: \(fault.message)"
          fault.pointer = JSONPointer(["actions", String(index), "inputs"])
          return fault
        }
      }
    }
    guard faults.isEmpty else {
      var error = HostError(faults: faults, of: "the descriptor of \(descriptor.name)")
      error.stage = .driver
      throw error
    }
    self.actions = actions
    allNames = names
    sessionNames = session
  }

  /// Completes the inputs of one call: drops what belongs to other actions, adds defaults, checks
  /// everything at once, and gives every value the kind that the schema names.
  ///
  /// - Parameters:
  ///   - inputs: As they were given.
  ///   - action: An action of the descriptor.
  ///   - nullsUnset: Whether a null that the schema does not allow takes its key away; that is so for
  ///     inputs given at a call.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Returns: What the driver gets, and what the host must know of it.
  /// - Throws: All faults, at the stage `.input`.
  package func complete(
    _ inputs: ValueMap,
    action: String,
    nullsUnset: Bool = true,
    locations: ((JSONPointer) -> SourceLocation?)? = nil
  ) throws(HostError) -> CompleteInputs {
    guard let compiled = actions[action] else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "\(typeName) has no action `\(action)`"
      )
    }
    var faults: [Fault] = []
    var dropped: [String] = []
    var unset: [String] = []
    var values = ValueMap()
    values.reserveCapacity(inputs.count + 4)
    for (name, value) in inputs {
      if !compiled.names.contains(name) {
        if allNames.contains(name) {
          dropped.append(name)
        } else {
          faults.append(unknown(name, compiled.names, locations))
        }
      } else if case .null = value, nullsUnset, !compiled.nullable.contains(name) {
        unset.append(name)
      } else {
        values[name] = value
      }
    }
    var completion = InputCompletion()
    completion.addDefaults(compiled.plan, to: &values)
    let subject = values.withBytesAsText
    if !compiled.schema.isValid(subject) {
      faults += compiled.schema.inputFaults(in: subject) { locations?($0) }
        .map { InputDocument.inDescriptor($0, action: compiled.index) }
    }
    if faults.isEmpty {
      completion.convert([compiled.plan], &values)
      faults = completion.faults
    }
    guard faults.isEmpty else {
      throw HostError(
        faults: faults.map { located($0, locations) },
        of: "the input for \(typeName)"
      )
    }
    return CompleteInputs(
      values: values,
      secrets: completion.secrets,
      dropped: dropped,
      unset: unset,
      defaulted: completion.defaulted,
      sinks: completion.sinks,
      sources: completion.sources,
      sessionInputs: session(values, completion.secrets)
    )
  }

  private func session(_ values: ValueMap, _ secrets: [JSONPointer]) -> CompleteInputs.Session {
    guard !sessionNames.isEmpty else { return .init(values: [:], secrets: []) }
    var members = ValueMap()
    for (name, value) in values where sessionNames.contains(name) { members[name] = value }
    return .init(
      values: members,
      secrets: secrets.filter { sessionNames.contains($0.tokens.first ?? "") }
    )
  }

  private func unknown(
    _ name: String,
    _ known: Set<String>,
    _ locations: ((JSONPointer) -> SourceLocation?)?
  ) -> Fault {
    let pointer = JSONPointer([name])
    let nearest = NearestName.of(name, among: known.sorted())
    let hint =
      if InputSchema.reservedNames.contains(name) {
        "; it is an option of the connection, not an input of the driver"
      } else if let nearest {
        "; did you mean `\(nearest)`?"
      } else {
        "; `drivers describe \(typeName)` lists them"
      }
    return Fault(
      .extra,
      at: pointer,
      "unknown input `\(name)`\(hint)",
      nearest: nearest,
      location: locations?(pointer)
    )
  }

  private func located(
    _ fault: Fault,
    _ locations: ((JSONPointer) -> SourceLocation?)?
  ) -> Fault {
    guard fault.location == nil, let locations else { return fault }
    var fault = fault
    fault.location = locations(fault.pointer)
    return fault
  }
}

extension ValueMap {
  /// As JSON Schema sees it: bytes are the base64 text that they are in JSON.
  fileprivate var withBytesAsText: Value {
    Value.map(self).holdsBytes ? Value.map(self).withBytesAsText : .map(self)
  }
}

extension Value {
  fileprivate var holdsBytes: Bool {
    switch self {
    case .bytes: true
    case .list(let items): items.contains(where: \.holdsBytes)
    case .map(let members): members.contains(where: \.value.holdsBytes)
    default: false
    }
  }

  fileprivate var withBytesAsText: Value {
    switch self {
    case .bytes(let bytes): .string(Base64.encode(bytes))
    case .list(let items): .list(items.map(\.withBytesAsText))
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: $0.name, value: $0.value.withBytesAsText) }))
    default: self
    }
  }
}
