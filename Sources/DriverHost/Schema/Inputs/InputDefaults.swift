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
    let builder = Builder(program)
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
  /// - Returns: The places of the defaults.
  func add(to members: inout ValueMap, at node: Int) -> [JSONPointer] {
    guard giving[node] else { return [] }
    var filler = Filler(program, giving) { values[$0] }
    filler.fill(&members, at: node)
    return filler.places
  }
}

extension InputDefaults {
  /// Adds the defaults inside one member.
  ///
  /// - Parameters:
  ///   - value: The member's value, changed only if it gets a default.
  ///   - name: The member's name.
  ///   - node: Its schema.
  /// - Returns: The places of the defaults.
  func add(inside value: inout Value, of name: String, at node: Int) -> [JSONPointer] {
    var filler = Filler(program, giving, path: [name]) { values[$0] }
    filler.fill(&value, at: node)
    return filler.places
  }
}

// MARK: - Adding them to a value

extension InputDefaults {
  /// Walks a value and adds what is missing.
  struct Filler {
    private let program: SchemaProgram
    private let giving: [Bool]
    /// The complete default of a node.
    private let value: (Int) -> Value?
    private(set) var places: [JSONPointer] = []
    private var path: [String]

    init(
      _ program: SchemaProgram,
      _ giving: [Bool],
      path: [String] = [],
      value: @escaping (Int) -> Value?
    ) {
      self.path = path
      self.program = program
      self.giving = giving
      self.value = value
    }

    /// Adds the defaults inside a value, which is changed only if it gets one.
    mutating func fill(_ value: inout Value, at node: Int) {
      guard giving[node] else { return }
      let before = places.count
      switch value {
      case .map(var members):
        fill(&members, at: node)
        if places.count > before { value = .map(members) }
      case .list(var items):
        fill(&items, at: node)
        if places.count > before { value = .list(items) }
      default: return
      }
    }

    /// Adds the defaults of a map's members: its own, then those of the branch that it selects.
    mutating func fill(_ members: inout ValueMap, at node: Int) {
      guard giving[node] else { return }
      let schema = program.nodes[node]
      for (name, property) in schema.object?.properties ?? [] {
        path.append(name)
        if members[name] != nil {
          fillMember(name, of: &members, at: [property])
        } else if let value = value(property) {
          members[name] = value
          places.append(JSONPointer(path))
        }
        path.removeLast()
      }
      fillUnnamed(&members, schema)
      for part in schema.inPlace?.always ?? [] { fill(&members, at: part) }
      guard let union = schema.inPlace, let discriminator = union.oneOfDiscriminator,
        let branch = members[discriminator.name].flatMap(discriminator.branch)
      else { return }
      fill(&members, at: union.oneOf[branch])
    }

    private mutating func fillMember(_ name: String, of members: inout ValueMap, at nodes: [Int]) {
      guard nodes.contains(where: { giving[$0] }), var value = members[name] else { return }
      let before = places.count
      for node in nodes { fill(&value, at: node) }
      if places.count > before { members[name] = value }
    }

    /// Members that the schema describes without naming them.
    private mutating func fillUnnamed(_ members: inout ValueMap, _ schema: SchemaNode) {
      guard let keywords = schema.object else { return }
      let described = keywords.patterns.map(\.node) + [keywords.additional].compactMap(\.self)
      guard described.contains(where: { giving[$0] }) else { return }
      for name in members.names {
        path.append(name)
        var work = Evaluation.maximumPatternWork
        var nodes = keywords.patterns
          .filter { $0.pattern.match(name, work: &work) == .matched }.map(\.node)
        if nodes.isEmpty, keywords.names.index(of: name) == nil {
          nodes = [keywords.additional].compactMap(\.self)
        }
        fillMember(name, of: &members, at: nodes)
        path.removeLast()
      }
    }

    private mutating func fill(_ items: inout [Value], at node: Int) {
      let schema = program.nodes[node]
      if let keywords = schema.array {
        for index in items.indices {
          let isFirst = index < keywords.prefix.count
          guard let item = isFirst ? keywords.prefix[index] : keywords.items else { continue }
          path.append(String(index))
          fill(&items[index], at: item)
          path.removeLast()
        }
      }
      for part in schema.inPlace?.always ?? [] { fill(&items, at: part) }
    }
  }
}

// MARK: - Making them

extension InputDefaults {
  /// Completes each default with those inside it, once.
  private final class Builder {
    private enum State { case new, open, done }

    let program: SchemaProgram
    private(set) var values: [Value?]
    private(set) var giving: [Bool]
    private(set) var faults: [Fault] = []
    private let own: [Value?]
    private var states: [State]

    init(_ program: SchemaProgram) {
      self.program = program
      let count = program.nodes.count
      values = Array(repeating: nil, count: count)
      giving = Array(repeating: false, count: count)
      states = Array(repeating: .new, count: count)
      own = program.nodes.indices.map { Builder.ownDefault(of: $0, in: program) }
      findGiving()
    }

    /// The default that stands in a schema, or in what always applies with it.
    private static func ownDefault(of start: Int, in program: SchemaProgram) -> Value? {
      var seen: Set<Int> = [start]
      var open = [start]
      while let index = open.popLast() {
        let node = program.nodes[index]
        if let value = node.source["default"] { return value }
        for next in (node.inPlace?.always ?? []).reversed() where seen.insert(next).inserted {
          open.append(next)
        }
      }
      return nil
    }

    /// Marks what has a default somewhere below: until nothing changes any more, since schemas may
    /// refer to each other in circles.
    private func findGiving() {
      var isChanged = true
      while isChanged {
        isChanged = false
        for (index, node) in program.nodes.enumerated() where !giving[index] {
          let parts =
            node.membersAndItems + (node.inPlace?.always ?? []) + (node.inPlace?.selected ?? [])
          let gives =
            parts.contains { giving[$0] }
            || (node.object?.properties ?? []).contains { own[$0.node] != nil }
          if gives {
            giving[index] = true
            isChanged = true
          }
        }
      }
    }

    /// The default of a node with those inside it.
    func complete(_ node: Int) -> Value? {
      guard var value = own[node] else { return nil }
      switch states[node] {
      case .done: return values[node]
      case .open:
        // It is needed inside itself.
        faults.append(endless(node))
        return nil
      case .new: break
      }
      states[node] = .open
      var filler = Filler(program, giving) { [unowned self] in complete($0) }
      filler.fill(&value, at: node)
      values[node] = value
      states[node] = .done
      return value
    }

    private func endless(_ node: Int) -> Fault {
      let location = program.nodes[node].location
      return Fault(
        .schema,
        at: InputSchema.pointer(of: location).appending("default"),
        "the default holds itself: completing it would never end",
        keyword: "default",
        schemaLocation: location + "/default"
      )
    }
  }
}
