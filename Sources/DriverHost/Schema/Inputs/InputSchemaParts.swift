/// The schemas of a descriptor, put together, and what is wrong with them.
struct InputSchemaParts {
  /// The schema of one place in the descriptor.
  private struct Part {
    var node: Int
    var place: String
    var definitions: Value
  }

  let program: SchemaProgram
  /// The type's inputs, and for each action the type's and its own together.
  let typeRoot: Int
  let roots: [Int]
  /// What the compiler finds wrong.
  let faults: [Fault]

  private let descriptor: Descriptor
  private let parts: [Part]

  init(_ descriptor: Descriptor) {
    self.descriptor = descriptor
    var compiler = SchemaCompiler(
      resources: SchemaResources(),
      options: SchemaCompiler.Options(assertsFormats: true, closesObjects: true)
    )
    // Both keep their own `$defs`; `/inputs#/$defs/x` in an action means the type's.
    let typeRoot = compiler.add(
      descriptor.inputs,
      at: "driver:/inputs",
      origin: JSONPointer(["inputs"]),
      role: .inPlace
    )
    var parts = [
      Part(node: typeRoot, place: "the type", definitions: descriptor.inputs["$defs"])
    ]
    var roots: [Int] = []
    for (index, action) in descriptor.actions.enumerated() {
      let origin = JSONPointer(["actions", String(index), "inputs"])
      let node = compiler.add(
        action.inputs,
        at: "driver:/actions/\(action.name)",
        origin: origin,
        role: .inPlace
      )
      parts.append(
        Part(
          node: node,
          place: "the action `\(action.name)`",
          definitions: action.inputs["$defs"]
        )
      )
      roots.append(compiler.merge([typeRoot, node], location: "#\(origin)"))
    }
    self.typeRoot = typeRoot
    self.roots = roots
    self.parts = parts
    (program, faults) = compiler.finish()
  }

  /// The names of the type and of all its actions.
  var allNames: [String] {
    var seen: Set<String> = []
    return roots.flatMap(names).filter { seen.insert($0).inserted }
  }

  private func names(of root: Int) -> [String] {
    var seen: Set<String> = []
    return members(of: root).map(\.name).filter { seen.insert($0).inserted }
  }

  /// The members that a schema names, itself or in what applies with it.
  private func members(of root: Int) -> [(name: String, node: Int)] {
    program.placeClosure(of: root).flatMap { program.nodes[$0].object?.properties ?? [] }
  }

  /// An action as a call uses it.
  func action(
    _ root: Int,
    _ channels: [Descriptor.Channel],
    _ defaults: InputDefaults,
    _ schemas: InputFactsTable
  ) -> InputAction {
    let names = names(of: root)
    let members = members(of: root)
    var evaluation = Evaluation(program)
    let allowsNull = names.map { name in
      members.contains { $0.name == name && evaluation.test($0.node, .null) }
    }
    let isOpen = program.placeClosure(of: root).contains { index in
      guard let keywords = program.nodes[index].object else { return false }
      let takesOthers = keywords.additional.map { program.nodes[$0].always != false } ?? false
      return takesOthers || !keywords.patterns.isEmpty
    }
    return InputAction(
      root: root,
      listed: names,
      allowsNull: allowsNull,
      isOpen: isOpen,
      channels: channels,
      flat: FlatInputs(program.nodes[root], names: names, defaults, schemas)
    )
  }

  /// The names whose values a session is opened with: those marked `x-session`, or that may hold a
  /// secret.
  ///
  /// A secret of one action only is none of a session's, which serves all of them.
  func sessionNames() -> Set<String> {
    let marked = program.nodes.indices.filter { program.nodes[$0].source["x-session"] == true }
    let secret = program.nodes.indices.filter { program.nodes[$0].isSecret }
    let ofAnyPart = program.nodes(leadingTo: marked)
    let ofType = program.nodes(leadingTo: marked + secret)
    var names: Set<String> = []
    for part in parts {
      let isOfSession = part.node == typeRoot ? ofType : ofAnyPart
      for (name, node) in members(of: part.node) where isOfSession[node] { names.insert(name) }
    }
    return names
  }
}

// MARK: - Faults of the descriptor

extension InputSchemaParts {
  /// Names that the host keeps for itself, names that mean two things, inputs that are no map, and
  /// paths for channels that there are not.
  func faultsOfNames() -> [Fault] {
    var faults: [Fault] = []
    var known: [String: (schema: Value, part: Part)] = [:]
    for part in parts {
      let root = program.nodes[part.node]
      if !root.types.contains(.object) || root.always == false {
        faults.append(fault(root, "the inputs are a map: the type must be `object`", "type"))
      }
      for (name, index) in members(of: part.node) {
        let node = program.nodes[index]
        let schema = node.always.map { .bool($0) } ?? Value.map(node.source)
        if InputSchema.reservedNames.contains(name) {
          faults.append(
            fault(
              node,
              """
              the input `\(name)` belongs to the host on every connection: give it another name
              """
            )
          )
        } else if let first = known[name] {
          guard first.part.node != part.node, !isSame(first, (schema, part)) else { continue }
          faults.append(
            fault(
              node,
              """
              the input `\(name)` has another schema in \(first.part.place): one name means one \
              schema
              """
            )
          )
        } else {
          known[name] = (schema, part)
        }
      }
    }
    return faults + faultsOfChannels()
  }

  /// Whether two schemas are the same, with what they may refer to.
  private func isSame(
    _ one: (schema: Value, part: Part),
    _ other: (schema: Value, part: Part)
  ) -> Bool {
    guard one.schema == other.schema else { return false }
    return !one.schema.holdsReference || one.part.definitions == other.part.definitions
  }

  private func faultsOfChannels() -> [Fault] {
    let channels = descriptor.actions.flatMap(\.channels)
    let keywords: [(name: String, direction: Descriptor.Channel.Direction, word: String)] = [
      ("x-sink", .output, "output"), ("x-source", .input, "input"),
    ]
    var faults: [Fault] = []
    for node in program.nodes {
      for keyword in keywords {
        guard let value = node.source[keyword.name] else { continue }
        guard let name = value.stringValue else {
          faults.append(fault(node, "`\(keyword.name)` is the name of a channel", keyword.name))
          continue
        }
        if channels.contains(where: { $0.name == name && $0.direction == keyword.direction }) {
          continue
        }
        faults.append(
          fault(node, "no action has an \(keyword.word) channel `\(name)`", keyword.name)
        )
      }
    }
    return faults
  }

  /// Defaults that their own schema refuses: every call would fail for an input that nobody gave.
  func faults(of defaults: InputDefaults) -> [Fault] {
    var faults = defaults.faults
    for (index, node) in program.nodes.enumerated() {
      guard let written = node.source["default"] else { continue }
      var evaluation = Evaluation(program, collecting: FaultReport())
      guard !evaluation.run(index, defaults.values[index] ?? written) else { continue }
      let reasons = evaluation.report.faults { _ in nil }.map(\.description)
      faults.append(
        fault(
          node,
          "the default does not fit its own schema: \(reasons.joined(separator: "; "))",
          "default"
        )
      )
    }
    var seen: Set<Fault> = []
    return faults.filter { seen.insert($0).inserted }
  }

  private func fault(_ node: SchemaNode, _ message: String, _ keyword: String? = nil) -> Fault {
    let place = InputSchema.pointer(of: node.location)
    return Fault(
      .schema,
      at: keyword.map { place.appending($0) } ?? place,
      message,
      keyword: keyword,
      schemaLocation: node.location + (keyword.map { "/" + $0 } ?? "")
    )
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
