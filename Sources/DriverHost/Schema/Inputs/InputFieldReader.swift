/// Reads the inputs that schemas describe.
struct InputFieldReader {
  let program: SchemaProgram
  let defaults: InputDefaults
  /// The schemas on the way, so that those which lead back to themselves end.
  private var visiting: [Int] = []
  private var count = 0

  /// How many inputs a form may have, and how deep they may stand in each other: schemas that are
  /// made of each other twice have more than anybody could show.
  private static let maximumCount = 10_000
  private static let maximumDepth = 64
  private var depth = 0

  init(_ program: SchemaProgram, _ defaults: InputDefaults) {
    self.program = program
    self.defaults = defaults
  }

  /// The members that a schema describes, but for those of a union's branches.
  mutating func fields(of node: Int) -> [InputField] {
    let always = program.alwaysClosure(of: node)
    let certain = Set(always)
    let required = Set(
      always.flatMap { program.nodes[$0].object?.required ?? [] }.map(ExactName.init)
    )
    let branches = Set(program.placeClosure(of: always.flatMap { program.branches(of: $0) }))
    let conditions = conditions(among: always)
    var fields: [InputField] = []
    var seen: Set<ExactName> = []
    for index in program.placeClosure(of: [node]) where !branches.contains(index) {
      for (name, property) in program.nodes[index].object?.properties ?? []
      where seen.insert(ExactName(name)).inserted {
        var field = field(name, property)
        field.isConditional = !certain.contains(index)
        field.condition = field.isConditional ? conditions[index] : nil
        field.isRequired = field.defaultValue == nil && required.contains(ExactName(name))
        fields.append(field)
      }
    }
    return InputFieldReader.inOrder(fields)
  }

  /// Fields by their `x-order`; equals stay as they are.
  static func inOrder(_ fields: [InputField]) -> [InputField] {
    fields.enumerated()
      .sorted { ($0.element.order ?? .max, $0.offset) < ($1.element.order ?? .max, $1.offset) }
      .map(\.element)
  }

  /// The member of a map, by its schema.
  mutating func field(_ name: String, _ node: Int) -> InputField {
    var field = InputField(name: name, type: type(of: node))
    field.schema.node = node
    field.kinds = kinds(of: node)
    field.bounds = bounds(of: node)
    field.unit = annotation("x-unit", node)?.stringValue
    field.order = annotation("x-order", node)?.intValue
    field.title = annotation("title", node)?.stringValue
    field.summary = annotation("description", node)?.stringValue
    field.limits = limits(of: node)
    field.pattern = pattern(of: node)
    field.allowed = allowed(by: node)
    field.defaultValue = defaults.values[node]
    field.examples = annotation("examples", node)?.listValue ?? []
    field.isSecret = program.alwaysClosure(of: node).contains { program.nodes[$0].isSecret }
    field.isAdvanced = annotation("x-advanced", node) == true
    field.isMultiline = annotation("x-multiline", node) == true
    field.isDeprecated = annotation("deprecated", node) == true
    field.group = annotation("x-group", node)?.stringValue
    field.address = annotation("x-address", node)?.stringValue
    field.suggestions = annotation("x-suggest", node)?.stringValue
    field.sink = annotation("x-sink", node)?.stringValue
    field.source = annotation("x-source", node)?.stringValue
    let always = program.alwaysClosure(of: node)
    count += 1
    let isTooMuch =
      count > InputFieldReader.maximumCount || depth >= InputFieldReader.maximumDepth
    guard !isTooMuch, !always.contains(where: visiting.contains) else {
      field.isRecursive = true
      return field
    }
    visiting += always
    depth += 1
    field.fields = fields(of: node)
    field.elements = elements(of: node)
    field.unions = unions(of: node)
    depth -= 1
    visiting.removeLast(always.count)
    return field
  }

  /// The schema of items, or of members without a name.
  private mutating func elements(of node: Int) -> [InputField] {
    for index in program.alwaysClosure(of: node) {
      let schema = program.nodes[index]
      let element =
        schema.array?.items ?? schema.object?.patterns.first?.node ?? schema.object?.additional
        ?? schema.unevaluatedProperties ?? schema.unevaluatedItems
      if let element, program.nodes[element].always == nil { return [field("", element)] }
    }
    return []
  }

  /// The forms that a value may have.
  mutating func unions(of node: Int) -> [InputUnion] {
    let types = program.nodes[node].allowedTypes
    var unions: [InputUnion] = []
    for index in program.alwaysClosure(of: node) {
      guard let keywords = program.nodes[index].inPlace else { continue }
      for (branches, discriminator) in [
        (keywords.oneOf, keywords.oneOfDiscriminator),
        (keywords.anyOf, keywords.anyOfDiscriminator),
      ] where branches.count > 1 {
        let branches = branches.enumerated().map { number, branch in
          self.branch(branch, number, discriminator, of: types)
        }
        unions.append(InputUnion(discriminator: discriminator?.name, branches: branches))
      }
    }
    return unions
  }

  private mutating func branch(
    _ node: Int,
    _ number: Int,
    _ discriminator: Discriminator?,
    of outer: JSONTypes
  ) -> InputUnion.Branch {
    var branch = InputUnion.Branch(type: type(of: node, within: outer))
    branch.values = discriminator?.choices.filter { $0.branch == number }.map(\.value) ?? []
    branch.title = annotation("title", node)?.stringValue
    branch.summary = annotation("description", node)?.stringValue
    branch.schema.node = node
    branch.kinds = kinds(of: node, within: outer)
    branch.limits = limits(of: node)
    branch.bounds = bounds(of: node)
    branch.pattern = pattern(of: node)
    branch.allowed = allowed(by: node)
    let always = program.alwaysClosure(of: node)
    branch.required = always.flatMap { program.nodes[$0].object?.required ?? [] }
      .filter { $0 != discriminator?.name }
    var effect = CallEffect()
    for part in always {
      if let own = CallEffect(program.nodes[part].source) { effect.formUnion(own) }
    }
    branch.effect = effect.effect
    branch.isIdempotent = effect.isIdempotent
    guard !visiting.contains(node) else { return branch }
    visiting.append(node)
    let fields = fields(of: node)
    branch.fields = fields.filter { $0.name != discriminator?.name }
    branch.selector = fields.first { $0.name == discriminator?.name }
    branch.elements = elements(of: node)
    branch.unions = unions(of: node)
    visiting.removeLast()
    return branch
  }
}
