/// A JSON Schema 2020-12, compiled once and used by any number of threads.
///
/// Nothing is ever fetched: what `$ref` names must stand in the document or in the resources.
package struct JSONSchema: Sendable {
  let program: SchemaProgram
  let root: Int

  /// Compiles a schema.
  ///
  /// - Parameters:
  ///   - document: The schema.
  ///   - uri: The address that relative references and ids are resolved against.
  ///   - resources: Other documents that it may refer to.
  ///   - assertsFormats: Whether `format` is checked although the meta-schema does not ask for it.
  /// - Throws: All that is wrong with the schema.
  package init(
    _ document: Value,
    at uri: String = "",
    resources: SchemaResources = SchemaResources(),
    assertsFormats: Bool = false
  ) throws(HostError) {
    try self.init(
      document,
      at: uri,
      resources: resources,
      options: SchemaCompiler.Options(assertsFormats: assertsFormats)
    )
  }

  /// Compiles a meta-schema, which is not checked against its own.
  init(trusted document: Value, at uri: String, resources: SchemaResources) throws(HostError) {
    try self.init(
      document,
      at: uri,
      resources: resources,
      options: SchemaCompiler.Options(checksMetaSchema: false)
    )
  }

  private init(
    _ document: Value,
    at uri: String,
    resources: SchemaResources,
    options: SchemaCompiler.Options
  ) throws(HostError) {
    var compiler = SchemaCompiler(resources: resources, options: options)
    root = compiler.add(document, at: uri)
    let (program, faults) = compiler.finish()
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the schema") }
    self.program = program
  }

  /// The meta-schema of 2020-12, which schemas are checked against.
  static let standard: JSONSchema = {
    do {
      return try JSONSchema(
        trusted: MetaSchema.document(at: MetaSchema.address) ?? .null,
        at: MetaSchema.address,
        resources: SchemaResources()
      )
    } catch {
      // A constant of this module, which every schema that is compiled is checked against.
      fatalError("the built-in meta-schema is at fault: \(error)")
    }
  }()

  /// Whether a value is valid; false as well where that cannot be told within the limits.
  package func isValid(_ value: Value) -> Bool {
    var evaluation = Evaluation(program)
    let isValid = evaluation.run(root, value)
    guard evaluation.needsRoom else { return isValid }
    return DeepStack.run {
      var evaluation = Evaluation(program, in: .deepStack)
      return evaluation.run(root, value)
    } ?? false
  }

  /// All that is wrong with a value, in document order; nothing if it is valid.
  ///
  /// - Parameters:
  ///   - value: What to check.
  ///   - locations: Where in a file a place of the value stands.
  /// - Returns: The faults; not all of them are listed if there are very many.
  package func faults(
    in value: Value,
    locations: @escaping (JSONPointer) -> SourceLocation? = { _ in nil }
  ) -> [Fault] {
    let (report, context) = report(on: value, locations)
    return report.faults(context)
  }

  /// What is wrong with a value, as far as it is listed, and how much more there is.
  func listedFaults(in value: Value) -> (faults: [Fault], unlisted: Int) {
    let (report, context) = report(on: value) { _ in nil }
    return (report.listedFaults(context), report.unlisted)
  }

  private func report(
    on value: Value,
    _ locations: @escaping (JSONPointer) -> SourceLocation?
  ) -> (FaultReport, FaultReport.Context) {
    var context = FaultReport.Context(places: program.places, locations: locations)
    if isValid(value) { return (FaultReport(), context) }
    context.secrets = SecretFinder.places(in: value, at: root, of: program)
    let (report, needsRoom) = report(on: value, in: .callersStack)
    guard needsRoom else { return (report, context) }
    return (DeepStack.run { self.report(on: value, in: .deepStack).report } ?? report, context)
  }

  private func report(
    on value: Value,
    in room: Evaluation.Room
  ) -> (report: FaultReport, needsRoom: Bool) {
    var evaluation = Evaluation(program, collecting: FaultReport(), in: room)
    _ = evaluation.run(root, value)
    return (evaluation.report, evaluation.needsRoom)
  }
}
