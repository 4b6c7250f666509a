/// Holds what a connector or a vault configuration stores against the schemas of its type.
///
/// A stored value is a part of what a call is made with: what is missing may come at the call, and which action it is
/// for is not known. So each key must be an input of the type or of one of its actions, or one of the host's, and its
/// value must be one that the input may have. What a reference to a secret stands for is not known either: a text that
/// has one is right everywhere.
package struct ConnectorValidation: Sendable {
  private let form: Form
  /// What each name may be: more than one schema where several forms of all inputs have it.
  private let nodes: [ExactName: [Int]]
  private let isOpen: Bool

  private var schema: InputSchema { form.schema }

  /// What holds for the resources of a type.
  ///
  /// - Parameter descriptor: The type's descriptor.
  /// - Throws: At the stage `.driver`, what is wrong with its schemas.
  package init(_ descriptor: Descriptor) throws(HostError) {
    form = try Form(descriptor)
    let program = form.schema.schemas.program
    var nodes: [ExactName: [Int]] = [:]
    for action in descriptor.actions {
      guard let root = form.schema.actions[action.name]?.root else { continue }
      for (name, node) in program.members(of: root)
      where !nodes[ExactName(name), default: []].contains(node) {
        nodes[ExactName(name), default: []].append(node)
      }
    }
    self.nodes = nodes
    isOpen = form.schema.actions.values.contains(where: \.isOpen)
  }

  // MARK: - Faults

  /// All that is wrong with a stored value, in its order; free of secrets.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - locations: Where in a file a place of it stands.
  /// - Returns: The faults; empty where it may be stored.
  package func faults(
    in value: ValueMap,
    locations: (JSONPointer) -> SourceLocation? = { _ in nil }
  ) -> [Fault] {
    let references = SecretReferences(in: value)
    let excused = Excused(references)
    var faults = references.malformed.map { Fault(.invalid, at: $0.pointer, $0.message) }
    var own = ValueMap()
    for (name, input) in value {
      if HostInputs.names.contains(name) {
        own[name] = input
      } else {
        faults += self.faults(of: name, input, beside: value).filter { !excused.holds($0) }
      }
    }
    faults += HostInputs.take(from: &own).1.filter { !excused.holds($0) }
    return faults.enumerated()
      .sorted { left, right in
        let places = [left, right].map { fault in
          fault.element.pointer.tokens.first.flatMap { value.position(of: $0) } ?? .max
        }
        return (places[0], left.offset) < (places[1], right.offset)
      }
      .map { _, fault in
        var fault = fault
        // What is wrong with an unknown input is its name.
        fault.location = locations(fault.kind == .extra ? fault.pointer.name : fault.pointer)
        return fault
      }
  }

  private func faults(of name: String, _ input: Value, beside others: ValueMap) -> [Fault] {
    if InputSchema.isReserved(name) {
      return [
        Fault(
          .extra,
          at: JSONPointer([name]),
          "unknown input `\(name)`; it is an option of the connection, not an input that is stored"
        )
      ]
    }
    guard let schemas = nodes[ExactName(name)] else {
      return isOpen ? [] : [unknown(name, others)]
    }
    var first: [Fault]?
    for node in schemas {
      let faults = faults(of: name, input, at: node)
      if faults.isEmpty { return [] }
      first = first ?? faults
    }
    return first ?? []
  }

  private func unknown(_ name: String, _ others: ValueMap) -> Fault {
    let known = schema.allNames + HostInputs.names
    let nearest = NearestName.of(name, among: known.lazy.filter { others[$0] == nil })
    let hint =
      nearest.map { "; did you mean \(FaultText.name($0))?" }
      ?? "; `drivers describe \(form.typeName)` lists them"
    return Fault(
      .extra,
      at: JSONPointer([name]),
      "unknown input \(FaultText.name(name))\(hint)",
      nearest: nearest
    )
  }

  /// What is wrong with one input, with pointers from the top on.
  private func faults(of name: String, _ input: Value, at node: Int) -> [Fault] {
    let facts = schema.schemas
    var evaluation = Evaluation(facts.program, collecting: FaultReport(isOfInputs: true))
    _ = evaluation.run(node, input)
    var report = evaluation.report
    if report.entries.isEmpty {
      // Base64 that is none, and the like, is found when values are converted.
      var conversion = InputConversion(facts, channels: [])
      _ = conversion.converted(name, input, at: node)
      for var finding in conversion.findings {
        finding.path = Array(finding.path.dropFirst())
        report.add(finding, in: input)
      }
    }
    let context = FaultReport.Context(
      places: facts.program.places,
      secrets: SecretFinder.places(in: input, at: node, of: facts.program),
      locations: { _ in nil }
    )
    return report.faults(context).map { fault in
      var fault = fault
      fault.pointer = JSONPointer([name] + fault.pointer.tokens)
      return fault
    }
  }

  /// What is no fault of a stored value although its schema does not hold.
  private struct Excused {
    /// What the other values around it decide.
    private static let ofWhole: Set<String> = [
      "oneOf", "anyOf", "not", "if", "then", "else", "const", "enum", "contains", "uniqueItems",
      "dependentSchemas",
    ]
    private let references: [JSONPointer]

    init(_ references: SecretReferences) {
      // Of one that is malformed nothing more needs to be said.
      self.references =
        references.places.filter { $0.template.plainText == nil }.map(\.pointer)
        + references.malformed.map(\.pointer)
    }

    func holds(_ fault: Fault) -> Bool {
      if fault.kind == .missing { return true }
      let place = fault.pointer.tokens
      return references.contains { reference in
        guard reference.tokens.starts(with: place) else { return false }
        return reference.tokens.count == place.count
          || fault.keyword.map { Excused.ofWhole.contains($0) } ?? false
      }
    }
  }
}

// MARK: - Secrets

extension ConnectorValidation {
  /// The places of secrets that are written down in a value, where a reference to a vault could be.
  package func literalSecrets(in value: ValueMap) -> [JSONPointer] {
    form.shown(value).secrets.filter { place in
      Value.map(value)[place].map(ConnectorValidation.holdsLiteral) ?? false
    }
  }

  private static func holdsLiteral(_ value: Value) -> Bool {
    switch value.resolved {
    case .null, .bool: false
    case .string(let text): !text.isEmpty && !ReferenceText.isIn(text)
    case .list(let items): items.contains(where: holdsLiteral)
    case .map(let members): members.contains { holdsLiteral($0.value) }
    default: true
    }
  }

  /// The value as it may be shown: secrets are masked, and what is no input, which may be one too.
  package func masked(_ value: ValueMap) -> ValueMap {
    let unknown = value.names.filter { name in
      nodes[ExactName(name)] == nil && !HostInputs.names.contains(name)
    }
    return value.masking(form.shown(value).secrets + unknown.map { JSONPointer([$0]) })
  }

  /// A value of which nothing is known, as it may be shown: all but references is masked.
  package static func maskedAll(_ value: Value) -> Value {
    switch value.resolved {
    case .null: .null
    case .string(let text): .string(ReferenceText.isWhole(text) ? text : Redactor.mask)
    case .list(let items): .list(items.map { maskedAll($0) })
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: $0.name, value: maskedAll($0.value)) }))
    default: .string(Redactor.mask)
    }
  }

  /// A reference to a secret, as people write it.
  package static func reference(to key: String, at path: SecretPath) -> String {
    SecretTemplate.text(of: SecretTemplate.Reference(path: path, key: key))
  }

  /// The vault configurations that references in a value name, with their places.
  package static func vaultConfigurations(
    in value: ValueMap
  ) -> [(pointer: JSONPointer, configuration: String)] {
    SecretReferences(in: value).places.flatMap { place in
      place.template.references.compactMap { reference in
        reference.path.map { (place.pointer, $0.configuration) }
      }
    }
  }
}
