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
      throw Unresolved(reason: "`\(text)` has a broken `%` escape")
    }
    let root = resources[found]
    guard !fragment.isEmpty, !fragment.hasPrefix("/") else {
      return (try follow(fragment, from: found, text), fragment)
    }
    guard let pointer = root.anchors[fragment] else {
      let hint = NearestName.hint(for: fragment, among: Array(root.anchors.keys))
      throw Unresolved(reason: "`\(text)`: there is no `$anchor` of that name\(hint)")
    }
    let place = Place(document: root.document, pointer: pointer)
    guard let value = value(at: place) else {
      throw Unresolved(reason: "`\(text)` refers to nothing")
    }
    return (
      Target(place: place, value: value, resource: resourcesByPlace[place] ?? found), fragment
    )
  }

  /// The target of a `$dynamicAnchor`; nil if the resource has none of that name.
  func dynamicTarget(_ anchor: String, in resource: Int) -> Target? {
    guard let pointer = resources[resource].dynamicAnchors[anchor] else { return nil }
    let place = Place(document: resources[resource].document, pointer: pointer)
    return value(at: place).map { Target(place: place, value: $0, resource: resource) }
  }

  private func value(at place: Place) -> Value? {
    JSONPointer(text: place.pointer).flatMap { documents[place.document].value[$0] }
  }

  private mutating func resource(_ uri: String) throws(Unresolved) -> Int {
    if let known = resourcesByURI[uri] { return known }
    let found: Value?
    do {
      found = try document(at: uri)
    } catch {
      throw Unresolved(reason: "`\(uri)` cannot be read: \(error.message)")
    }
    guard let found else {
      throw Unresolved(reason: "`\(uri)`: \(SchemaRegistry.unknown(uri))")
    }
    documents.append(Document(value: found, display: uri + "#", origin: nil))
    return register(documents.count - 1, at: URIReference(uri))
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
  private func follow(
    _ pointer: String,
    from resource: Int,
    _ text: String
  ) throws(Unresolved) -> Target {
    let root = resources[resource]
    var place = Place(document: root.document, pointer: root.pointer)
    var current = resource
    guard var value = value(at: place) else {
      throw Unresolved(reason: "`\(text)` refers to nothing")
    }
    for token in JSONPointer(text: pointer)?.tokens ?? [] {
      guard let next = value[JSONPointer([token])] else {
        let hint = NearestName.hint(for: token, among: value.mapValue?.names ?? [])
        throw Unresolved(
          reason: "`\(text)`: there is no `\(token)` in \(location(place))\(hint)"
        )
      }
      value = next
      place = place / token
      if let inner = resourcesByPlace[place] { current = inner }
    }
    return Target(place: place, value: value, resource: current)
  }
}
