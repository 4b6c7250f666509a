/// What a reference means: JSON Schema core, 8.2.3.
extension SchemaRegistry {
  /// The schema that a reference in a resource refers to.
  mutating func resolve(
    _ text: String,
    in resource: Int
  ) throws(Unresolved) -> (target: Target, fragment: String) {
    let uri = URIReference(text).resolved(against: resources[resource].uri)
    let found = try self.resource(uri.document.description)
    guard let fragment = URIReference.percentDecoded(uri.fragment ?? "") else {
      throw Unresolved(reason: "\(FaultText.name(text)) has a broken `%` escape")
    }
    guard !fragment.isEmpty, fragment.utf8.first != UInt8(ascii: "/") else {
      return (try follow(fragment, from: found, text), fragment)
    }
    guard let place = resources[found].anchors[ExactName(fragment)] else {
      let hint = hint(for: fragment, among: resources[found].anchors.keys.lazy.map(\.text))
      throw Unresolved(
        reason: "\(FaultText.name(text)): there is no `$anchor` of that name\(hint)"
      )
    }
    guard let value = value(at: place, of: found) else {
      throw Unresolved(reason: "\(FaultText.name(text)) refers to nothing")
    }
    return (
      Target(place: place, value: value, resource: resourcesByPlace[place] ?? found), fragment
    )
  }

  /// The target of a `$dynamicAnchor`; nil if the resource has none of that name.
  func dynamicTarget(_ anchor: ExactName, in resource: Int) -> Target? {
    guard let place = resources[resource].dynamicAnchors[anchor] else { return nil }
    return value(at: place, of: resource).map {
      Target(place: place, value: $0, resource: resource)
    }
  }

  private func value(at place: SchemaPlace, of resource: Int) -> Value? {
    documents[resources[resource].document][JSONPointer(places.tokens(of: place))]
  }

  private mutating func resource(_ uri: String) throws(Unresolved) -> Int {
    if let known = resourcesByURI[ExactName(uri)] { return known }
    let found: Value?
    do {
      found = try document(at: uri)
    } catch {
      throw Unresolved(reason: "\(FaultText.name(uri)) cannot be read: \(error.message)")
    }
    guard let found else {
      throw Unresolved(reason: "\(FaultText.name(uri)): \(SchemaRegistry.unknown(uri))")
    }
    return add(referred: found, at: uri)
  }

  /// The document of an address, built in or given; nil if it is not known.
  func document(at uri: String) throws(HostError) -> Value? {
    if let builtIn = MetaSchema.document(at: uri) { return builtIn }
    return try external.document(at: uri)
  }

  /// Why an address that is not known is a fault, and the cure.
  static func unknown(_ uri: String) -> String {
    """
    no document is known under that address, and nothing is fetched; give the folder that holds \
    it with --resources URI=FOLDER
    """
  }

  /// Walks a JSON pointer from a resource's root.
  private mutating func follow(
    _ pointer: String,
    from resource: Int,
    _ text: String
  ) throws(Unresolved) -> Target {
    var place = resources[resource].place
    var current = resource
    guard var value = value(at: place, of: resource) else {
      throw Unresolved(reason: "\(FaultText.name(text)) refers to nothing")
    }
    for token in JSONPointer(text: pointer)?.tokens ?? [] {
      guard let (_, next) = value.child(token) else {
        let there = FaultText.line(places.location(of: place), upTo: 200)
        let hint = hint(for: token, among: value.mapValue?.names ?? [])
        throw Unresolved(
          reason: "\(FaultText.name(text)): there is no \(FaultText.name(token)) in \(there)\(hint)"
        )
      }
      value = next
      place = places.child(token, of: place)
      if let inner = resourcesByPlace[place] { current = inner }
    }
    return Target(place: place, value: value, resource: current)
  }

  /// What somebody may have meant, unless nobody will read it.
  private func hint(for name: String, among known: some Sequence<String>) -> String {
    faults.isFull ? "" : NearestName.hint(for: name, among: known)
  }
}
