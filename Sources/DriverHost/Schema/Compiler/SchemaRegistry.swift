/// The documents that a compilation has to do with: what they identify, and what a reference means.
struct SchemaRegistry {
  /// A schema with an address of its own: a document's root, or one with `$id` inside.
  struct Resource {
    var uri: URIReference
    var document: Int
    /// Where it stands in the document.
    var place: SchemaPlace
    var dialect: Dialect
    /// The places of `$anchor` and `$dynamicAnchor`.
    var anchors: [ExactName: SchemaPlace] = [:]
    var dynamicAnchors: [ExactName: SchemaPlace] = [:]
  }

  /// What a reference means.
  struct Target {
    var place: SchemaPlace
    var value: Value
    var resource: Int
  }

  /// Why a reference means nothing, in words.
  struct Unresolved: Error {
    var reason: String
  }

  /// The documents whose schemas take part.
  private(set) var documents: [Value] = []
  private(set) var resources: [Resource] = []
  var places = SchemaPlaces()
  var faults = SchemaFaults()

  private(set) var resourcesByURI: [ExactName: Int] = [:]
  private(set) var resourcesByPlace: [SchemaPlace: Int] = [:]
  private var scanned: Set<SchemaPlace> = []
  let external: SchemaResources

  /// How deep schemas may nest.
  static let maximumDepth = 400

  init(external: SchemaResources) {
    self.external = external
  }

  /// Adds a document of the caller; the index of its resource.
  mutating func add(_ value: Value, at uri: String, origin: JSONPointer) -> Int {
    register(value, at: URIReference(uri).document, display: "#\(origin)", origin: origin)
  }

  /// Adds a document that others refer to; the index of its resource.
  mutating func add(referred value: Value, at uri: String) -> Int {
    register(value, at: URIReference(uri), display: uri + "#", origin: nil)
  }

  private mutating func register(
    _ value: Value,
    at uri: URIReference,
    display: String,
    origin: JSONPointer?
  ) -> Int {
    let root = places.addDocument(display: display, origin: origin)
    documents.append(value)
    resources.append(
      Resource(uri: uri, document: documents.count - 1, place: root, dialect: .standard)
    )
    let index = resources.count - 1
    resourcesByURI[ExactName(uri.description)] = index
    resourcesByPlace[root] = index
    scan(value, at: root, resource: index, depth: 0)
    return index
  }

  /// The resource that begins at a place; nil if none does.
  func resource(at place: SchemaPlace) -> Int? {
    resourcesByPlace[place]
  }

  /// Reports what is wrong with a schema at a place.
  mutating func report(at place: SchemaPlace, _ message: String, keyword: String? = nil) {
    let places = places
    faults.add(places.fault(at: place, message, keyword: keyword))
  }
}

// MARK: - What a document identifies

extension SchemaRegistry {
  /// Makes sure that a place which no keyword of JSON Schema leads to was looked at.
  mutating func scanIfNew(_ target: Target) {
    guard !scanned.contains(target.place) else { return }
    scan(target.value, at: target.place, resource: target.resource, depth: 0)
  }

  /// Finds `$id`, `$anchor` and `$dynamicAnchor` wherever a schema stands.
  private mutating func scan(
    _ value: Value,
    at place: SchemaPlace,
    resource: Int,
    depth: Int
  ) {
    scanned.insert(place)
    guard case .map(let members) = value else { return }
    guard depth < SchemaRegistry.maximumDepth else {
      report(at: place, "schemas nest deeper than \(SchemaRegistry.maximumDepth) levels")
      return
    }
    var resource = resource
    if let id = members["$id"]?.stringValue {
      resource = identify(id, at: place, in: resource)
    }
    if let name = members["$schema"]?.stringValue, resourcesByPlace[place] == resource {
      resources[resource].dialect = dialect(name, at: place)
    }
    if let anchor = members["$anchor"]?.stringValue {
      addAnchor(anchor, "$anchor", place, resource)
    }
    if let anchor = members["$dynamicAnchor"]?.stringValue {
      addAnchor(anchor, "$dynamicAnchor", place, resource)
      resources[resource].dynamicAnchors[ExactName(anchor)] = place
    }
    for (keyword, inner) in members {
      let shape = SchemaKeyword.shape(of: keyword)
      if case .none = shape { continue }
      let outer = places.child(keyword, of: place)
      switch shape {
      case .none: continue
      case .schema: scan(inner, at: outer, resource: resource, depth: depth + 1)
      case .list:
        for (index, item) in (inner.listValue ?? []).enumerated() {
          let place = places.child(String(index), of: outer)
          scan(item, at: place, resource: resource, depth: depth + 1)
        }
      case .map:
        for (name, item) in inner.mapValue ?? [:] {
          let place = places.child(name, of: outer)
          scan(item, at: place, resource: resource, depth: depth + 1)
        }
      }
    }
  }

  private mutating func identify(_ id: String, at place: SchemaPlace, in outer: Int) -> Int {
    let uri = URIReference(id).resolved(against: resources[outer].uri).document
    if place == resources[outer].place {
      // A document's root: it is found under both the address it was given and its own.
      claim(uri, for: outer, at: place)
      resources[outer].uri = uri
      return outer
    }
    resources.append(
      Resource(
        uri: uri,
        document: resources[outer].document,
        place: place,
        dialect: resources[outer].dialect
      )
    )
    let index = resources.count - 1
    resourcesByPlace[place] = index
    claim(uri, for: index, at: place)
    return index
  }

  private mutating func claim(_ uri: URIReference, for resource: Int, at place: SchemaPlace) {
    let text = uri.description
    if let other = resourcesByURI[ExactName(text)], other != resource {
      let there = FaultText.line(places.location(of: resources[other].place), upTo: 200)
      report(
        at: place,
        "another schema has the address \(FaultText.name(text)): \(there)",
        keyword: "$id"
      )
      return
    }
    resourcesByURI[ExactName(text)] = resource
  }

  private mutating func addAnchor(
    _ name: String,
    _ keyword: String,
    _ place: SchemaPlace,
    _ resource: Int
  ) {
    if let other = resources[resource].anchors[ExactName(name)], other != place {
      let there = FaultText.line(places.location(of: other), upTo: 200)
      report(
        at: place,
        "another schema has the anchor \(FaultText.name(name)): \(there)",
        keyword: keyword
      )
      return
    }
    resources[resource].anchors[ExactName(name)] = place
  }

  private mutating func dialect(_ name: String, at place: SchemaPlace) -> Dialect {
    let uri = URIReference(name).document.description
    if uri == MetaSchema.address { return .standard }
    let reason: String
    do {
      if let metaSchema = try document(at: uri) { return try Dialect(metaSchema: metaSchema) }
      reason =
        name.contains("json-schema.org")
        ? "only JSON Schema 2020-12 is known: `\(MetaSchema.address)`"
        : SchemaRegistry.unknown(uri)
    } catch let error as HostError {
      reason = error.message
    } catch let error as Dialect.Refusal {
      reason = error.reason
    } catch {
      reason = "\(error)"
    }
    report(
      at: place,
      "`$schema` names \(FaultText.name(name)): \(reason)",
      keyword: "$schema"
    )
    return .standard
  }
}
