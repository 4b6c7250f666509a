/// Puts everything that is wrong with the inputs of a call into one error.
struct InputFaults {
  private let program: SchemaProgram
  private let action: InputAction
  /// The inputs as they were given, and as they were checked.
  private let given: ValueMap
  private let checked: ValueMap
  private let secrets: [JSONPointer]

  init(
    _ program: SchemaProgram,
    _ action: InputAction,
    _ given: ValueMap,
    _ checked: ValueMap,
    _ secrets: [JSONPointer]
  ) {
    self.program = program
    self.action = action
    self.given = given
    self.checked = checked
    self.secrets = secrets
  }

  /// All faults in the order of the inputs.
  ///
  /// - Parameters:
  ///   - unknown: Names that the type does not know.
  ///   - findings: What is wrong with values whose schema holds.
  ///   - schema: The type's inputs.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Returns: The error, at the stage `.input`.
  func error(
    _ unknown: [String],
    _ findings: [InputConversion.Finding],
    among schema: InputSchema,
    _ locations: ((JSONPointer) -> SourceLocation?)?
  ) -> HostError {
    let report = FaultReport(isOfInputs: true, secrets: secrets)
    var evaluation = Evaluation(program, collecting: report)
    _ = evaluation.run(action.root, .map(checked))
    for finding in findings { evaluation.report.add(finding, in: .map(checked)) }
    for name in unknown { evaluation.report.add(problem(name, schema), member: name, "") }
    // What was left out has moved the rest.
    let positions = Dictionary(
      zip(given.names + checked.names.filter { given[$0] == nil }, 0...),
      uniquingKeysWith: { first, _ in first }
    )
    evaluation.report.reorder { positions[$0] }
    let faults = evaluation.report.faults { locations?($0) }
    return HostError(faults: faults, of: "the input for \(schema.typeName)")
  }

  private func problem(_ name: String, _ schema: InputSchema) -> FaultReport.Problem {
    var problem = FaultReport.Problem(kind: .unknown, keyword: "properties")
    if InputSchema.reservedNames.contains(name) {
      problem.hint = "; it is an option of the connection, not an input of the driver"
      return problem
    }
    let known = action.listed + schema.allNames + InputSchema.reservedNames.sorted()
    problem.nearest = NearestName.of(name, among: known.filter { given[$0] == nil })
    problem.hint = "; `drivers describe \(schema.typeName)` lists them"
    return problem
  }
}

extension FaultReport {
  /// Adds what was found wrong with a value, unless a fault there says something already.
  fileprivate mutating func add(_ finding: InputConversion.Finding, in value: Value) {
    guard !entries.contains(where: { $0.tokens == finding.path }) else { return }
    var here = value
    var path: [Step] = []
    for token in finding.path {
      var position = 0
      if case .map(let members) = here { position = members.position(of: token) ?? 0 }
      if case .list = here { position = Int(token) ?? 0 }
      // A secret's own keys are not to be shown.
      path.append(Step(token: token, position: position, isDeclared: Int(token) != nil))
      here = here[JSONPointer([token])] ?? .null
    }
    entries.append(Entry(problem: finding.problem, path: path, schemaLocation: finding.location))
  }

  fileprivate mutating func add(_ problem: Problem, member name: String, _ location: String) {
    let step = Step(token: name, position: 0, isDeclared: false)
    entries.append(Entry(problem: problem, path: [step], schemaLocation: location))
  }

  /// Sets where the members at the top stand.
  fileprivate mutating func reorder(_ position: (String) -> Int?) {
    for index in entries.indices where !entries[index].path.isEmpty {
      // What is missing stays at the end.
      guard let position = position(entries[index].path[0].token) else { continue }
      entries[index].path[0].position = position
    }
  }
}
