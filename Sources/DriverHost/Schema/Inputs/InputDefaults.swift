/// The defaults of a program's schemas, each complete in itself.
///
/// A member's own default comes first, then those of the `oneOf` branch that its discriminator
/// selects. What may or may not apply gives none: `anyOf`, `if`, `not`, `dependentSchemas`.
struct InputDefaults: Sendable {
  let program: SchemaProgram
  /// For each node the default of a member that has this schema, with the defaults inside it.
  let values: [Value?]
  /// For each node whether a value of it may get defaults inside.
  let giving: [Bool]
  /// What is wrong with the defaults.
  let faults: [Fault]

  /// Finds the defaults of a program without faults.
  init(_ program: SchemaProgram) {
    let builder = InputDefaultsBuilder(program)
    for node in program.nodes.indices { _ = builder.complete(node) }
    self.program = program
    values = builder.values
    giving = builder.giving
    faults = builder.faults
  }

  /// Adds the defaults of a map's members, and those inside them.
  ///
  /// - Parameters:
  ///   - members: The members, as they were given.
  ///   - node: The schema of the map.
  /// - Returns: The places of the defaults; nil if finding them takes too many steps.
  func add(to members: inout ValueMap, at node: Int) -> [JSONPointer]? {
    var value = Value.map(members)
    guard let places = add(inside: &value, at: node, path: []) else { return nil }
    if !places.isEmpty, case .map(let filled) = value { members = filled }
    return places
  }

  /// Adds the defaults inside one member.
  ///
  /// - Parameters:
  ///   - value: The member's value, changed only if it gets a default.
  ///   - name: The member's name.
  ///   - node: Its schema.
  /// - Returns: The places of the defaults; nil if finding them takes too many steps.
  func add(inside value: inout Value, of name: String, at node: Int) -> [JSONPointer]? {
    add(inside: &value, at: node, path: [name])
  }

  private func add(inside value: inout Value, at node: Int, path: [String]) -> [JSONPointer]? {
    guard giving[node] else { return [] }
    var filler = InputDefaultsFiller(
      program,
      giving,
      path: path,
      steps: Evaluation.maximumWork
    ) { values[$0] }
    filler.fill(&value, at: [node])
    return filler.steps < 0 ? nil : filler.places
  }
}
