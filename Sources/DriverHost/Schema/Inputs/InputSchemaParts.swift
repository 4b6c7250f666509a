/// The schemas of a descriptor, put together, and what is wrong with them.
struct InputSchemaParts {
  /// The schema of one place in the descriptor.
  struct Part {
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

  let descriptor: Descriptor
  let parts: [Part]
  private let references: [SchemaCompiler.Reference]

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
      roots.append(compiler.merge([typeRoot, node]))
    }
    self.typeRoot = typeRoot
    self.roots = roots
    self.parts = parts
    (program, faults) = compiler.finish()
    references = compiler.references
  }

  /// The names of the type and of all its actions.
  var allNames: [String] {
    var seen: Set<ExactName> = []
    return roots.flatMap { program.members(of: $0) }.map(\.name)
      .filter { seen.insert(ExactName($0)).inserted }
  }

  /// An action as a call uses it.
  func action(
    _ root: Int,
    _ channels: [Descriptor.Channel],
    _ defaults: InputDefaults,
    _ schemas: InputFactsTable
  ) -> InputAction {
    var names: [String] = []
    var allowsNull: [ExactName: Bool] = [:]
    for (name, node) in program.members(of: root) {
      let known = allowsNull[ExactName(name)]
      if known == nil { names.append(name) }
      // Null is soon looked at, but for schemas that no call gets through either.
      var evaluation = Evaluation(program, maximumWork: 100_000)
      if known != true { allowsNull[ExactName(name)] = evaluation.test(node, .null) }
    }
    return InputAction(
      root: root,
      listed: names,
      allowsNull: names.map { allowsNull[ExactName($0)] ?? false },
      isOpen: takesOthers(root),
      channels: channels,
      flat: FlatInputs(program.nodes[root], names: names, channels, defaults, schemas)
    )
  }

  /// Whether a schema takes members that it does not name.
  func takesOthers(_ root: Int) -> Bool {
    program.placeClosure(of: [root]).contains { index in
      guard let keywords = program.nodes[index].object else { return false }
      let takesOthers = keywords.additional.map { program.nodes[$0].always != false } ?? false
      return takesOthers || !keywords.patterns.isEmpty
    }
  }

  /// The names whose values tell sessions apart: those marked `x-session`, or that may hold a
  /// secret.
  ///
  /// A secret of one action only is none of a session's, which serves all of them. A type that says
  /// nothing of sessions, and marks nothing, has no such names: its calls are all alike.
  func sessionNames() -> Set<ExactName> {
    let marked = program.nodes.indices.filter { program.nodes[$0].source["x-session"] == true }
    guard descriptor.session != nil || !marked.isEmpty else { return [] }
    let secret = program.nodes.indices.filter { program.nodes[$0].isSecret }
    let graph = program.graph
    let ofAnyPart = graph.leading(to: marked)
    let ofType = graph.leading(to: marked + secret)
    var names: Set<ExactName> = []
    for part in parts {
      let isOfSession = part.node == typeRoot ? ofType : ofAnyPart
      for (name, node) in program.members(of: part.node) where isOfSession[node] {
        names.insert(ExactName(name))
      }
    }
    return names
  }
}

// MARK: - What the host closes

extension InputSchemaParts {
  /// What the host closes, by places in the descriptor.
  struct Closures {
    /// The schemas that refuse members which they do not describe.
    var places: Set<JSONPointer> = []
    /// References in tests to what is, or leads to, one of them, with what they refer to: a test
    /// sees it with nothing closed.
    var opened: [JSONPointer: JSONPointer] = [:]
  }

  /// Whether the host, and no keyword, refuses members that a schema does not describe.
  func isClosed(_ index: Int) -> Bool {
    let node = program.nodes[index]
    return [node.object?.additional, node.unevaluatedProperties].contains { forbidding in
      forbidding.map { program.nodes[$0].place == nil } ?? false
    }
  }

  /// What the host closes, but for the roots of actions.
  var closures: Closures {
    let closed = program.nodes.filter { isClosed($0.index) && !roots.contains($0.index) }
    let leads = program.graph.leading(to: closed.map(\.index))
    let leading = Set(program.nodes.filter { leads[$0.index] }.compactMap(\.place))
    let places = program.places
    var closures = Closures()
    closures.places = Set(closed.compactMap(\.place).map { places.pointer(to: $0) })
    for reference in references where reference.isOpen && leading.contains(reference.target) {
      let origin = places.pointer(to: reference.origin)
      closures.opened[origin] = places.pointer(to: reference.target)
    }
    return closures
  }
}
