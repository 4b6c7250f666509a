/// Values of a connector as a form shows them.
extension Form {
  /// What stands for a secret that is never shown.
  ///
  /// - Parameter isSet: Whether there is one.
  /// - Returns: A map `{"secret": true, "is_set": …}`.
  package static func mark(isSet: Bool) -> Value {
    ["secret": true, "is_set": .bool(isSet)]
  }

  /// A connector's value with every secret in it masked.
  package struct Shown: Sendable {
    /// The value, with a mark in the place of each secret.
    package var value: ValueMap
    /// Where the marks stand.
    package var secrets: [JSONPointer]
  }

  /// A connector's value with every secret in it masked.
  ///
  /// What is secret says the schema of any action. A text that is a reference to a vault, and
  /// nothing else, is no secret.
  ///
  /// - Parameter value: The value as it is stored.
  /// - Returns: The value that may be shown, and where something is masked.
  package func shown(_ value: ValueMap) -> Shown {
    let program = schema.schemas.program
    let whole = Value.map(value)
    let places = schema.actions.values.map { action in
      SecretFinder.places(in: whole, at: action.root, of: program)
    }
    var masking = SecretMasking(places: places)
    let masked = masking.masked(whole)
    return Shown(value: masked.mapValue ?? [:], secrets: masking.found)
  }

  /// A value of one field with every secret in it masked.
  package func shown(_ value: Value, of field: FormField) -> Value {
    var places = SecretPlaces()
    if field.isSecret { places.insert([]) }
    let inside = secrets(in: value, of: field)
    var masking = SecretMasking(places: [places, inside])
    return masking.masked(value)
  }

  /// Whether a field may hold secrets beside others.
  package func mayHoldSecrets(_ field: FormField) -> Bool {
    guard let node = field.input.schema.node else { return field.isSecret }
    let leading = facts(of: field).program.leadsToSecret
    return field.isSecret || !leading.isEmpty && leading[node]
  }

  /// What a member of a map is that the schema does not name, as far as it says so.
  ///
  /// - Parameters:
  ///   - name: The member's name.
  ///   - field: The field whose value is the map.
  /// - Returns: A field without a place, secret if a member of that name is.
  package func member(_ name: String, of field: FormField) -> FormField {
    let program = facts(of: field).program
    let always = field.input.schema.node.map(program.alwaysClosure) ?? []
    let schema = always.lazy.compactMap { program.nodes[$0].object?.schema(ofMember: name) }.first
    var input = InputField(name: name, type: "any value")
    input.kinds = InputKind.any
    if let schema, !field.isOfHost {
      var reader = InputFieldReader(program, self.schema.defaults)
      input = reader.field(name, schema)
    }
    let places = secrets(in: .map([name: ""]), of: field)
    input.isSecret = input.isSecret || field.isSecret || places.depth(on: [name]) != nil
    return FormField(item: input, like: field)
  }

  /// The places in a field's value that its schema says are secret.
  func secrets(in value: Value, of field: FormField) -> SecretPlaces {
    guard let node = field.input.schema.node else { return SecretPlaces() }
    return SecretFinder.places(in: value, at: node, of: facts(of: field).program)
  }
}

/// Replaces secrets by marks.
private struct SecretMasking {
  let places: [SecretPlaces]
  private(set) var found: [JSONPointer] = []
  private var path: [String] = []

  init(places: [SecretPlaces]) { self.places = places }

  mutating func masked(_ value: Value) -> Value {
    let value = value.resolved
    if places.contains(where: { $0.depth(on: path) != nil }) {
      if let text = value.stringValue, ReferenceText.isWhole(text) { return value }
      found.append(JSONPointer(path))
      return Form.mark(isSet: !value.isNull)
    }
    switch value {
    case .map(var members):
      for (name, member) in members { members[name] = masked(member, below: name) }
      return .map(members)
    case .list(let items):
      return .list(items.enumerated().map { masked($1, below: String($0)) })
    default: return value
    }
  }

  private mutating func masked(_ value: Value, below token: String) -> Value {
    path.append(token)
    defer { path.removeLast() }
    return masked(value)
  }
}

extension ObjectKeywords {
  /// The schema of a member; nil where nothing is said of it.
  fileprivate func schema(ofMember name: String) -> Int? {
    if let property = names.index(of: name) { return properties[property].node }
    var work = Evaluation.maximumWork
    let matching = patterns.first { $0.pattern.match(name, work: &work) == .matched }
    return matching?.node ?? additional
  }
}
