/// The documents that a compilation has to do with: what they identify, and what a reference means.
struct SchemaRegistry {
  /// A document whose schemas take part.
  struct Document {
    var value: Value
    /// What a location in it begins with: `#`, or the document's address and `#`.
    var display: String
    /// What a pointer into the caller's document begins with; nil for documents that are not his.
    var origin: JSONPointer?
  }

  /// A schema with an address of its own: a document's root, or one with `$id` inside.
  struct Resource {
    var uri: URIReference
    var document: Int
    /// Where it stands in the document.
    var pointer: String
    var dialect: Dialect
    /// The places of `$anchor` and `$dynamicAnchor`.
    var anchors: [String: String] = [:]
    var dynamicAnchors: [String: String] = [:]
  }

  /// A place in one of the documents.
  struct Place: Hashable {
    var document: Int
    var pointer: String
  }

  /// What a reference means.
  struct Target {
    var place: Place
    var value: Value
    var resource: Int
  }

  /// Why a reference means nothing, in words.
  struct Unresolved: Error {
    var reason: String
  }

  var documents: [Document] = []
  private(set) var resources: [Resource] = []
  /// What is wrong with the documents' own names.
  var faults: [Fault] = []

  private(set) var resourcesByURI: [String: Int] = [:]
  private(set) var resourcesByPlace: [Place: Int] = [:]
  private var scanned: Set<Place> = []
  let external: SchemaResources

  /// How deep schemas may nest.
  static let maximumDepth = 400

  init(external: SchemaResources) {
    self.external = external
  }

  /// Adds a document of the caller; the index of its resource.
  mutating func add(_ value: Value, at uri: String, origin: JSONPointer) -> Int {
    documents.append(Document(value: value, display: "#\(origin)", origin: origin))
    return register(documents.count - 1, at: URIReference(uri).document)
  }

  mutating func register(_ document: Int, at uri: URIReference) -> Int {
    let value = documents[document].value
    resources.append(Resource(uri: uri, document: document, pointer: "", dialect: .standard))
    let index = resources.count - 1
    resourcesByURI[uri.description] = index
    resourcesByPlace[Place(document: document, pointer: "")] = index
    scan(value, at: Place(document: document, pointer: ""), resource: index, depth: 0)
    return index
  }

  /// The address of a place for messages: `#/properties/port`.
  func location(_ place: Place) -> String {
    documents[place.document].display + place.pointer
  }

  /// The resource that begins at a place; nil if none does.
  func resource(at place: Place) -> Int? {
    resourcesByPlace[place]
  }

  /// A fault of a schema at a place, in the caller's terms.
  func fault(at place: Place, _ message: String, keyword: String? = nil) -> Fault {
    let location = location(place) + (keyword.map { "/" + JSONPointer.escaped($0) } ?? "")
    var pointer = JSONPointer()
    var text = message
    if let origin = documents[place.document].origin {
      let own = JSONPointer(text: place.pointer)?.tokens ?? []
      pointer = JSONPointer(origin.tokens + own + (keyword.map { [$0] } ?? []))
    } else {
      text += " (in \(location))"
    }
    return Fault(.schema, at: pointer, text, keyword: keyword, schemaLocation: location)
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
  private mutating func scan(_ value: Value, at place: Place, resource: Int, depth: Int) {
    scanned.insert(place)
    guard case .map(let members) = value else { return }
    guard depth < SchemaRegistry.maximumDepth else {
      faults.append(
        fault(at: place, "schemas nest deeper than \(SchemaRegistry.maximumDepth) levels")
      )
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
      resources[resource].dynamicAnchors[anchor] = place.pointer
    }
    for (keyword, inner) in members {
      switch SchemaKeyword.shape(of: keyword) {
      case .none: continue
      case .schema: scan(inner, at: place / keyword, resource: resource, depth: depth + 1)
      case .list:
        for (index, item) in (inner.listValue ?? []).enumerated() {
          scan(item, at: place / keyword / "\(index)", resource: resource, depth: depth + 1)
        }
      case .map:
        for (name, item) in inner.mapValue ?? [:] {
          scan(item, at: place / keyword / name, resource: resource, depth: depth + 1)
        }
      }
    }
  }

  private mutating func identify(_ id: String, at place: Place, in outer: Int) -> Int {
    let uri = URIReference(id).resolved(against: resources[outer].uri).document
    if place == Place(document: resources[outer].document, pointer: resources[outer].pointer) {
      // A document's root: it is found under both the address it was given and its own.
      claim(uri, for: outer, at: place)
      resources[outer].uri = uri
      return outer
    }
    resources.append(
      Resource(
        uri: uri,
        document: place.document,
        pointer: place.pointer,
        dialect: resources[outer].dialect
      )
    )
    let index = resources.count - 1
    resourcesByPlace[place] = index
    claim(uri, for: index, at: place)
    return index
  }

  private mutating func claim(_ uri: URIReference, for resource: Int, at place: Place) {
    let text = uri.description
    if let other = resourcesByURI[text], other != resource {
      let there = location(
        Place(document: resources[other].document, pointer: resources[other].pointer)
      )
      faults.append(
        fault(at: place, "another schema has the address `\(text)`: \(there)", keyword: "$id")
      )
      return
    }
    resourcesByURI[text] = resource
  }

  private mutating func addAnchor(
    _ name: String,
    _ keyword: String,
    _ place: Place,
    _ resource: Int
  ) {
    if let other = resources[resource].anchors[name], other != place.pointer {
      let there = location(Place(document: place.document, pointer: other))
      faults.append(
        fault(at: place, "another schema has the anchor `\(name)`: \(there)", keyword: keyword)
      )
      return
    }
    resources[resource].anchors[name] = place.pointer
  }

  private mutating func dialect(_ name: String, at place: Place) -> Dialect {
    let uri = URIReference(name).document.description
    if uri == MetaSchema.address { return .standard }
    do {
      guard let metaSchema = try document(at: uri) else {
        let reason =
          name.contains("json-schema.org")
          ? "only JSON Schema 2020-12 is known: `\(MetaSchema.address)`"
          : SchemaRegistry.unknown(uri)
        faults.append(fault(at: place, "`$schema` names `\(name)`: \(reason)", keyword: "$schema"))
        return .standard
      }
      return try Dialect(metaSchema: metaSchema)
    } catch let error as HostError {
      faults.append(
        fault(at: place, "`$schema` names `\(name)`: \(error.message)", keyword: "$schema")
      )
    } catch let error as Dialect.Refusal {
      faults.append(
        fault(at: place, "`$schema` names `\(name)`: \(error.reason)", keyword: "$schema")
      )
    } catch {
      faults.append(fault(at: place, "`$schema` names `\(name)`: \(error)", keyword: "$schema"))
    }
    return .standard
  }
}

extension SchemaRegistry.Place {
  /// The place of a member or an item below another.
  static func / (place: SchemaRegistry.Place, token: String) -> SchemaRegistry.Place {
    SchemaRegistry.Place(
      document: place.document,
      pointer: place.pointer + "/" + JSONPointer.escaped(token)
    )
  }
}
