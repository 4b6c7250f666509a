/// Writes the schema of one action as one document, for people and forms.
///
/// It says of every input what `InputSchema` does, which is asked what the host closes.
struct InputDocument {
  private let descriptor: Descriptor
  /// The places in the descriptor that the host closes.
  private let closed: Set<JSONPointer>
  /// What references in tests mean, where what they mean is closed and they see it open.
  private let opened: [JSONPointer: JSONPointer]
  /// For each action whether the host refuses inputs that it does not describe.
  private let isClosed: [Bool]
  /// Whether an input that is not described is one of an action's all the same.
  private let isOpen: [Bool]

  /// The parts of the document that keep their own references.
  private enum Part {
    case type
    case action(Int)
  }

  /// The document for the actions of a descriptor.
  init(_ descriptor: Descriptor) {
    self.descriptor = descriptor
    let parts = InputSchemaParts(descriptor)
    guard parts.faults.isEmpty else {
      // The host refuses the driver, so that nothing is closed by it.
      closed = []
      opened = [:]
      isClosed = descriptor.actions.map { _ in true }
      isOpen = descriptor.actions.map { _ in false }
      return
    }
    let closures = parts.closures
    closed = closures.places
    opened = closures.opened
    isOpen = parts.roots.map(parts.takesOthers)
    isClosed = zip(parts.roots, isOpen).map { parts.isClosed($0) || !$1 }
  }

  /// The schema of an action's inputs: the type's and its own.
  ///
  /// Where the two parts would mean something else together they stay apart, as two embedded
  /// documents.
  func schema(of action: Descriptor.Action) -> Value {
    let index = descriptor.actions.firstIndex { $0.name == action.name } ?? 0
    let title = "\(descriptor.title): \(action.title)"
    var schema: ValueMap = [
      "$schema": .string(MetaSchema.address), "title": .string(title), "type": "object",
    ]
    let (type, own) = (part(.type), part(.action(index)))
    let isJoined = InputDocument.canJoin(type, own) && opened.isEmpty
    var conditions: [Value] = []
    if isJoined {
      conditions = join(type, own, into: &schema)
    } else {
      conditions = [embedded(type, .type), embedded(own, .action(index))]
    }
    if isOpen[index] {
      let reserved = InputSchema.reservedNames.sorted().map { Value.string($0) }
      conditions.append(["propertyNames": ["not": ["enum": .list(reserved)]]])
    }
    if !conditions.isEmpty { schema["allOf"] = .list(conditions) }
    if let definitions = schema["$defs"] {
      schema["$defs"] = nil
      schema["$defs"] = definitions
    }
    if isClosed[index] { schema["unevaluatedProperties"] = false }
    return .map(schema)
  }
}

// MARK: - Parts

extension InputDocument {
  private func part(_ part: Part) -> ValueMap {
    let schema: Value
    switch part {
    case .type: schema = written(descriptor.inputs, at: pointer(to: part), isOpen: false)
    case .action(let index):
      schema = written(
        descriptor.actions[index].inputs,
        at: pointer(to: part),
        isOpen: false
      )
    }
    var keywords = schema.mapValue ?? [:]
    // A part alone would refuse the members of the other.
    for name in ["additionalProperties", "unevaluatedProperties"] where keywords[name] == false {
      keywords[name] = nil
    }
    return keywords
  }

  private func pointer(to part: Part) -> JSONPointer {
    switch part {
    case .type: JSONPointer(["inputs"])
    case .action(let index): JSONPointer(["actions", String(index), "inputs"])
    }
  }

  private func address(of part: Part) -> String {
    switch part {
    case .type: "driver:/inputs"
    case .action(let index): "driver:/actions/\(descriptor.actions[index].name)"
    }
  }

  private func embedded(_ keywords: ValueMap, _ part: Part) -> Value {
    var keywords = keywords
    if keywords["$id"] == nil { keywords["$id"] = .string(address(of: part)) }
    let root = pointer(to: part)
    var definitions = keywords["$defs"]?.mapValue ?? [:]
    for target in Set(opened.values) where target.tokens.starts(with: root.tokens) {
      guard let value = value(at: target) else { continue }
      definitions[openName(of: target, in: root)] = written(value, at: target, isOpen: true)
    }
    if !definitions.isEmpty { keywords["$defs"] = .map(definitions) }
    return .map(keywords)
  }

  private func value(at pointer: JSONPointer) -> Value? {
    switch pointer.tokens.first {
    case "inputs": return descriptor.inputs[JSONPointer(Array(pointer.tokens.dropFirst()))]
    case "actions":
      guard let index = pointer.tokens.dropFirst().first.flatMap({ Int($0) }) else { return nil }
      return descriptor.actions[index].inputs[JSONPointer(Array(pointer.tokens.dropFirst(3)))]
    default: return nil
    }
  }

  /// The name of a definition that is what another schema is, with nothing closed.
  private func openName(of target: JSONPointer, in root: JSONPointer) -> String {
    "open:" + JSONPointer(Array(target.tokens.dropFirst(root.tokens.count))).description
  }

  private func openReference(to target: JSONPointer) -> Value {
    let index = target.tokens.dropFirst().first.flatMap { Int($0) } ?? 0
    let part: Part = target.tokens.first == "inputs" ? .type : .action(index)
    let place = JSONPointer(["$defs", openName(of: target, in: pointer(to: part))])
    let base = URIReference(address(of: part))
    let id = value(at: pointer(to: part))?["$id"].stringValue
    let address = id.map { URIReference($0).resolved(against: base) } ?? base
    return .string("\(address.document)#\(URIReference.percentEncoded(place.description))")
  }
}

// MARK: - Closing

extension InputDocument {
  /// A schema as the host reads it: what it closes is closed.
  private func written(_ schema: Value, at pointer: JSONPointer, isOpen: Bool) -> Value {
    guard case .map(var keywords) = schema else { return schema }
    for (keyword, value) in keywords {
      let place = pointer.appending(keyword)
      let isOpen = isOpen || SchemaKeyword.isTest(keyword)
      switch (SchemaKeyword.shape(of: keyword), value) {
      case (.schema, _): keywords[keyword] = written(value, at: place, isOpen: isOpen)
      case (.list, .list(let items)):
        keywords[keyword] = .list(
          items.enumerated().map { written($1, at: place.appending($0), isOpen: isOpen) }
        )
      case (.map, .map(var members)):
        for (name, member) in members {
          members[name] = written(member, at: place.appending(name), isOpen: isOpen)
        }
        keywords[keyword] = .map(members)
      default: continue
      }
    }
    if isOpen {
      if let target = opened[pointer] { keywords["$ref"] = openReference(to: target) }
    } else if closed.contains(pointer) {
      keywords["unevaluatedProperties"] = false
    }
    return .map(keywords)
  }
}

// MARK: - Joining

extension InputDocument {
  /// Keywords that a joined document has once, or that mean nothing in it.
  private static let joinedKeywords: Set = [
    "$comment", "$defs", "$schema", "additionalProperties", "default", "description", "examples",
    "properties", "required", "title", "type",
  ]

  /// Whether both parts mean the same in one document: they refer only to their definitions, of
  /// which none means two things, and neither says what members without a name are.
  private static func canJoin(_ type: ValueMap, _ own: ValueMap) -> Bool {
    [type, own].allSatisfy { part in
      refersToDefinitionsOnly(.map(part))
        && (part["additionalProperties"].map { $0 == true } ?? true)
        && part["unevaluatedProperties"] == nil
    }
      && ["$defs", "properties"].allSatisfy { keyword in
        let (one, other) = (type[keyword]?.mapValue ?? [:], own[keyword]?.mapValue ?? [:])
        return one.allSatisfy { name, value in other[name].map { $0 == value } ?? true }
      }
  }

  private static func refersToDefinitionsOnly(_ schema: Value) -> Bool {
    guard case .map(let keywords) = schema else { return true }
    return keywords.allSatisfy { keyword, value in
      switch (keyword, SchemaKeyword.shape(of: keyword)) {
      case ("$ref", _): value.stringValue?.utf8.starts(with: "#/$defs/".utf8) ?? false
      case ("$id", _), ("$anchor", _), ("$dynamicAnchor", _), ("$dynamicRef", _): false
      case (_, .none): true
      case (_, .schema): refersToDefinitionsOnly(value)
      case (_, .list): (value.listValue ?? []).allSatisfy(refersToDefinitionsOnly)
      case (_, .map):
        (value.mapValue ?? [:]).allSatisfy { refersToDefinitionsOnly($0.value) }
      }
    }
  }

  /// Puts both parts into one schema; what must hold beside it.
  private func join(
    _ type: ValueMap,
    _ own: ValueMap,
    into schema: inout ValueMap
  ) -> [Value] {
    for keyword in ["properties", "$defs"] {
      var members = type[keyword]?.mapValue ?? [:]
      for (name, value) in own[keyword]?.mapValue ?? [:] { members[name] = value }
      if keyword == "properties" || !members.isEmpty { schema[keyword] = .map(members) }
    }
    var required = type["required"]?.listValue ?? []
    for name in own["required"]?.listValue ?? [] where !required.contains(name) {
      required.append(name)
    }
    if !required.isEmpty { schema["required"] = .list(required) }
    if [type, own].contains(where: { $0["additionalProperties"] == true }) {
      schema["additionalProperties"] = true
    }
    let rests = [type, own].map { part in
      var rest = part
      rest.removeAll { name, _ in InputDocument.joinedKeywords.contains(name) }
      return rest
    }
    .filter { !$0.isEmpty }
    // Keywords such as `if` and `then` belong together, so each part's stay together.
    guard rests.count == 1 else { return rests.map { .map($0) } }
    for (name, value) in rests[0] where name != "allOf" { schema[name] = value }
    return rests[0]["allOf"]?.listValue ?? []
  }
}
