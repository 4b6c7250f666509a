/// Finds the places in a value that messages must not show.
///
/// It goes along every schema that could say `x-secret` of a place, whether that one applies or
/// not: a value that is at fault may be the secret of a branch that it was meant for. Only the
/// branch that a discriminator selects is certain. A scalar that stands where a map or a list with
/// secrets in it belongs is taken for one of them.
struct SecretFinder {
  private let program: SchemaProgram
  private var places = SecretPlaces()
  private var path: [String] = []
  private var remaining = Evaluation.maximumWork

  /// The secret places in a value of a schema.
  static func places(in value: Value, at root: Int, of program: SchemaProgram) -> SecretPlaces {
    var finder = SecretFinder(program)
    guard !program.leadsToSecret.isEmpty else { return finder.places }
    finder.look(at: value, [root])
    // What was not looked at may be anything.
    if finder.remaining < 0 { finder.places.insert([]) }
    return finder.places
  }

  private init(_ program: SchemaProgram) {
    self.program = program
  }

  private mutating func look(at value: Value, _ schemas: [Int]) {
    let value = value.resolved
    let nodes = applying(schemas, to: value)
    if nodes.isEmpty { return }
    if nodes.contains(where: { program.nodes[$0].isSecret })
      || path.count >= Evaluation.maximumLevel
    {
      places.insert(path)
      return
    }
    switch value {
    case .null: return
    case .map(let members):
      for (name, value) in members { look(at: value, member(name, nodes), below: name) }
    case .list(let items):
      for (index, item) in items.enumerated() {
        look(at: item, self.item(index, nodes), below: String(index))
      }
    default: places.insert(path)
    }
  }

  private mutating func look(at value: Value, _ schemas: [Int], below token: String) {
    if schemas.isEmpty { return }
    path.append(token)
    look(at: value, schemas)
    path.removeLast()
  }

  /// Some schemas and all that may apply with them, as far as they lead to secrets.
  private mutating func applying(_ schemas: [Int], to value: Value) -> [Int] {
    var set = NodeSet()
    var open = schemas
    while let index = open.popLast() {
      guard remaining >= 0, program.leadsToSecret[index], set.insert(index) else { continue }
      remaining -= 1
      guard let keywords = program.nodes[index].inPlace else { continue }
      let single = [keywords.not, keywords.condition, keywords.then, keywords.otherwise]
      open += single.compactMap(\.self) + keywords.always + keywords.dependentSchemas.map(\.node)
      if let reference = keywords.dynamicReference {
        open += [reference.initial] + program.targets(of: reference)
      }
      open += SecretFinder.branches(keywords.anyOf, keywords.anyOfDiscriminator, value)
      open += SecretFinder.branches(keywords.oneOf, keywords.oneOfDiscriminator, value)
    }
    return set.nodes
  }

  private static func branches(
    _ branches: [Int],
    _ discriminator: Discriminator?,
    _ value: Value
  ) -> [Int] {
    guard let discriminator, case .map(let members) = value,
      let branch = members[discriminator.name].flatMap(discriminator.branch)
    else { return branches }
    return [branches[branch]]
  }

  private mutating func member(_ name: String, _ nodes: [Int]) -> [Int] {
    var found: [Int] = []
    for index in nodes {
      remaining -= 1
      let node = program.nodes[index]
      var isNamed = false
      if let keywords = node.object {
        if let property = keywords.names.index(of: name) {
          isNamed = true
          found.append(keywords.properties[property].node)
        }
        for (pattern, schema) in keywords.patterns where program.leadsToSecret[schema] {
          guard pattern.match(name, work: &remaining) != .notMatched else { continue }
          found.append(schema)
        }
        if !isNamed, let additional = keywords.additional { found.append(additional) }
      }
      if !isNamed, let unevaluated = node.unevaluatedProperties { found.append(unevaluated) }
    }
    return found.filter { program.leadsToSecret[$0] }
  }

  private mutating func item(_ index: Int, _ nodes: [Int]) -> [Int] {
    var found: [Int?] = []
    for number in nodes {
      remaining -= 1
      let node = program.nodes[number]
      if let keywords = node.array {
        let isFirst = index < keywords.prefix.count
        found += [isFirst ? keywords.prefix[index] : keywords.items, keywords.contains]
      }
      found.append(node.unevaluatedItems)
    }
    return found.compactMap(\.self).filter { program.leadsToSecret[$0] }
  }
}
