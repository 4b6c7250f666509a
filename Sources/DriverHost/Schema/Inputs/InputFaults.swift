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
  ///   - conversion: What has found what is wrong with values whose schema holds.
  ///   - schema: The type's inputs.
  ///   - locations: Where in a file a place of the inputs stands.
  ///   - room: How much room there is on the stack.
  /// - Returns: The error, at the stage `.input`, and whether it is one of room on the stack.
  func error(
    _ unknown: [String],
    _ conversion: InputConversion,
    among schema: InputSchema,
    _ locations: ((JSONPointer) -> SourceLocation?)?,
    in room: Evaluation.Room
  ) -> (error: HostError, needsRoom: Bool) {
    let value = Value.map(checked)
    var evaluation = Evaluation(program, collecting: FaultReport(isOfInputs: true), in: room)
    _ = evaluation.run(action.root, value)
    var report = evaluation.report
    var known = Set(report.entries.map { JSONPointer($0.path.map(\.token)) })
    for finding in conversion.findings where known.insert(JSONPointer(finding.path)).inserted {
      report.add(finding, in: value)
    }
    report.add([], unlisted: conversion.unlisted)
    for name in unknown {
      report.enter(name, position: 0, isDeclared: false)
      report.add(problem(name, schema), schema: nil)
      report.leave()
    }
    // What was left out has moved the rest.
    report.reorder { name in
      given.position(of: name) ?? checked.position(of: name).map { given.count + $0 }
    }
    let error = HostError(
      faults: report.faults(context(value, locations)),
      of: "the input for \(schema.typeName)"
    )
    return (error, evaluation.needsRoom || conversion.evaluation.needsRoom)
  }

  private func context(
    _ value: Value,
    _ locations: ((JSONPointer) -> SourceLocation?)?
  ) -> FaultReport.Context {
    var hidden = SecretFinder.places(in: value, at: action.root, of: program)
    for place in secrets { hidden.insert(place.tokens) }
    return FaultReport.Context(
      places: program.places,
      secrets: hidden,
      locations: locations ?? { _ in nil }
    )
  }

  private func problem(_ name: String, _ schema: InputSchema) -> FaultReport.Problem {
    var problem = FaultReport.Problem(kind: .unknown, keyword: "properties")
    if InputSchema.isReserved(name) {
      problem.hint = { "; it is an option of the connection, not an input of the driver" }
      return problem
    }
    problem.nearest = { [action, given] in
      let known = [action.listed, schema.allNames, InputSchema.reservedNames.sorted()].joined()
      return NearestName.of(name, among: known.lazy.filter { given[$0] == nil })
    }
    problem.hint = { "; `drivers describe \(schema.typeName)` lists them" }
    return problem
  }
}

extension FaultReport {
  /// Adds what was found wrong with a value whose schema holds.
  mutating func add(_ finding: InputConversion.Finding, in value: Value) {
    var here = value
    var path: [Step] = []
    for token in finding.path {
      let child = here.child(token)
      // A secret's own keys are not to be shown.
      let isIndex = here.listValue != nil
      path.append(Step(token: token, position: child?.position ?? 0, isDeclared: isIndex))
      here = child?.value ?? .null
    }
    let entry = Entry(
      problem: finding.problem,
      path: path,
      schema: finding.schema,
      keyword: finding.keyword
    )
    add([entry])
  }
}
