/// Checks of single answers.
extension Form {
  /// The schemas that a field's come from.
  func facts(of field: FormField) -> InputFactsTable {
    field.isOfHost ? hostFacts : schema.schemas
  }

  /// What is wrong with a value of one field, on its own.
  ///
  /// What a reference to a vault stands for is not known here, so nothing is wrong with one. What
  /// fields ask of each other is checked with the whole value, by `InputSchema`.
  ///
  /// - Parameters:
  ///   - value: A value for the field.
  ///   - field: A field of this form.
  /// - Returns: The faults, with pointers from the value on, free of secrets; empty if it may be
  ///   taken.
  package func faults(in value: Value, of field: FormField) -> [Fault] {
    let facts = self.facts(of: field)
    guard let node = field.input.schema.node else { return [] }
    var evaluation = Evaluation(facts.program, collecting: FaultReport(isOfInputs: true))
    _ = evaluation.run(node, value)
    var report = evaluation.report
    if report.entries.isEmpty {
      // Base64 that is none, and the like, is found when values are converted.
      var conversion = InputConversion(facts, channels: [])
      _ = conversion.converted(field.name, value, at: node)
      for var finding in conversion.findings {
        finding.path = Array(finding.path.dropFirst())
        report.add(finding, in: value)
      }
    }
    var secrets = self.secrets(in: value, of: field)
    if field.isSecret { secrets.insert([]) }
    let context = FaultReport.Context(
      places: facts.program.places,
      secrets: secrets,
      locations: { _ in nil }
    )
    return report.faults(context).filter { fault in
      !(value[fault.pointer].map { ReferenceText.isIn($0) } ?? false)
    }
  }

  /// The form that a value has: the one that its discriminator selects, else the first that holds.
  ///
  /// - Parameters:
  ///   - union: A union of this form.
  ///   - whole: A connector's value.
  ///   - field: The field that the union is of; nil for that of all inputs together.
  /// - Returns: The index of the branch; nil if it has none.
  func selected(_ union: FormUnion, in whole: Value?, of field: FormField?) -> Int? {
    guard let pointer = union.pointer, let value = whole?[pointer] else { return nil }
    return branch(of: union, for: value, in: field)
  }

  /// The form that a value has: the one that its discriminator selects, else the first that holds.
  ///
  /// - Parameters:
  ///   - union: A union of this form.
  ///   - value: A value that has one of the forms.
  ///   - field: The field that the union is of; nil for that of all inputs together.
  /// - Returns: The index of the branch; nil if it has none.
  package func branch(of union: FormUnion, for value: Value, in field: FormField?) -> Int? {
    if let name = union.discriminator, let members = value.mapValue {
      guard let selecting = members[name] else { return nil }
      return union.branches.firstIndex { $0.values.contains(selecting) }
    }
    let facts = field.map { self.facts(of: $0) } ?? schema.schemas
    return union.branches.firstIndex { branch in
      var evaluation = Evaluation(facts.program)
      return branch.input.schema.node.map { evaluation.run($0, value) } ?? false
    }
  }
}
