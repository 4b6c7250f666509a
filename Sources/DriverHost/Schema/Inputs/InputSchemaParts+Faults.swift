/// What is wrong with a descriptor's schemas although each is a schema.
extension InputSchemaParts {
  /// Names that the host keeps for itself, names that mean two things, inputs that are no map,
  /// paths for channels that there are not, and effects that are none.
  func faultsOfNames() -> [Fault] {
    var faults = SchemaFaults()
    var known: [ExactName: (schema: Value, part: Part)] = [:]
    for part in parts {
      let root = program.nodes[part.node]
      if !root.types.contains(.object) || root.always == false {
        faults.add(fault(root, "the inputs are a map: the type must be `object`", "type"))
      }
      for (name, index) in program.members(of: part.node) {
        let node = program.nodes[index]
        let schema = node.always.map { .bool($0) } ?? Value.map(node.source)
        if InputSchema.isReserved(name) {
          var fault = fault(
            node,
            "the input `\(name)` belongs to the host on every connection: give it another name"
          )
          fault.rule = "DESC-9"
          faults.add(fault)
        } else if let first = known[ExactName(name)] {
          guard first.part.node != part.node, !isSame(first, (schema, part)) else { continue }
          faults.add(
            fault(
              node,
              """
              the input \(FaultText.name(name)) has another schema in \(first.part.place): one \
              name means one schema
              """
            )
          )
        } else {
          known[ExactName(name)] = (schema, part)
        }
      }
    }
    addFaultsOfChannels(to: &faults)
    addFaultsOfEffects(to: &faults)
    return faults.all
  }

  /// Whether two schemas are the same, with what they may refer to.
  private func isSame(
    _ one: (schema: Value, part: Part),
    _ other: (schema: Value, part: Part)
  ) -> Bool {
    guard one.schema == other.schema else { return false }
    return !one.schema.holdsReference || one.part.definitions == other.part.definitions
  }

  private func addFaultsOfChannels(to faults: inout SchemaFaults) {
    let channels = descriptor.actions.flatMap(\.channels)
    let keywords: [(name: String, direction: Descriptor.Channel.Direction, word: String)] = [
      ("x-sink", .output, "output"), ("x-source", .input, "input"),
    ]
    for node in program.nodes {
      for keyword in keywords {
        guard let value = node.source[keyword.name] else { continue }
        guard let name = value.stringValue else {
          faults.add(fault(node, "`\(keyword.name)` is the name of a channel", keyword.name))
          continue
        }
        let isThere = channels.contains {
          // Where a newer host knows the direction, it may be this one.
          $0.name == name && ($0.direction == keyword.direction || $0.direction == nil)
        }
        if isThere { continue }
        faults.add(
          fault(
            node,
            "no action has an \(keyword.word) channel \(FaultText.name(name))",
            keyword.name
          )
        )
      }
    }
  }

  /// What says `effect` or `idempotent` and is no branch of a union, or says something else.
  private func addFaultsOfEffects(to faults: inout SchemaFaults) {
    let nodes = program.nodes.filter { node in
      node.source["effect"] != nil || node.source["idempotent"] != nil
    }
    if nodes.isEmpty { return }
    let branches = program.nodes.flatMap { ($0.inPlace?.oneOf ?? []) + ($0.inPlace?.anyOf ?? []) }
    let allowed = Set(
      NodeSet.closure(of: branches) { program.nodes[$0].inPlace?.always ?? [] }
    )
    for node in nodes {
      let keyword = node.source["effect"] != nil ? "effect" : "idempotent"
      if let problem = CallEffect.problem(in: node.source) {
        faults.add(
          fault(node, "`\(problem.keyword)` must be \(problem.expected)", problem.keyword)
        )
      } else if !allowed.contains(node.index) {
        faults.add(
          fault(
            node,
            """
            `\(keyword)` stands on an action, or on a branch of a union of its inputs \
            (`oneOf`, `anyOf`) that differs from it, and not here
            """,
            keyword
          )
        )
      }
    }
  }

  private func fault(_ node: SchemaNode, _ message: String, _ keyword: String? = nil) -> Fault {
    guard let place = node.place else { return Fault(.schema, message) }
    return program.places.fault(at: place, message, keyword: keyword)
  }
}

// MARK: - Defaults

extension InputSchemaParts {
  /// Defaults that cannot be used: every call would fail for an input that nobody gave.
  func faults(of defaults: InputDefaults) -> [Fault] {
    var faults = SchemaFaults()
    for fault in defaults.faults { faults.add(fault) }
    let schemas = InputFactsTable(program)
    let properties = Set(program.nodes.flatMap { $0.object?.properties.map(\.node) ?? [] })
    for node in program.nodes {
      let written = node.source["default"]
      let isUsed = written != nil || properties.contains(node.index)
      guard isUsed, let value = defaults.values[node.index] ?? written else { continue }
      let reasons = reasons(against: value, node.index, schemas)
      if reasons.isEmpty { continue }
      faults.add(
        fault(
          node,
          "the default does not fit its own schema: \(reasons.joined(separator: "; "))",
          written == nil ? nil : "default"
        )
      )
    }
    return faults.all
  }

  /// Why a value cannot be one of a schema.
  private func reasons(
    against value: Value,
    _ node: Int,
    _ schemas: InputFactsTable
  ) -> [String] {
    var evaluation = Evaluation(program, collecting: FaultReport())
    if evaluation.run(node, value), schemas.mustConvert(value, at: node) {
      var conversion = InputConversion(schemas, channels: [])
      _ = conversion.converted("", value, at: node)
      for var finding in conversion.findings {
        // Texts with U+0000 may be allowed around it.
        if finding.keyword == "x-nul", isInsideOfNul(node) { continue }
        finding.path.removeFirst(min(1, finding.path.count))
        evaluation.report.add(finding, in: value)
      }
    }
    let context = FaultReport.Context(places: program.places)
    return evaluation.report.faults(context).map(\.description)
  }

  /// Whether a schema is part of one that says `x-nul`.
  private func isInsideOfNul(_ node: Int) -> Bool {
    let allowing = program.nodes.filter { $0.source["x-nul"] == true }.map(\.index)
    let inside = NodeSet.closure(of: allowing) {
      program.nodes[$0].parts(program.dynamicAnchors)
    }
    return inside.contains(node)
  }
}

extension Value {
  /// Whether a schema refers to another one.
  fileprivate var holdsReference: Bool {
    switch self {
    case .map(let members):
      members["$ref"] != nil || members["$dynamicRef"] != nil
        || members.contains(where: \.value.holdsReference)
    case .list(let items): items.contains(where: \.holdsReference)
    default: false
    }
  }
}
