/// Turns schemas into a program, and finds all that is wrong with them.
struct SchemaCompiler {
  /// How schemas are to be read.
  struct Options {
    /// Whether `format` is asserted whatever the meta-schema says.
    var assertsFormats = false
    /// Whether objects that list their members take no others, as for a driver's inputs.
    var closesObjects = false
    /// Whether the caller's documents are checked against their meta-schema.
    var checksMetaSchema = true
  }

  /// A schema with the way it is used: one inside a test (`not`, `if`, …) is never closed.
  private struct Key: Hashable {
    var place: SchemaPlace
    var isOpen: Bool
  }

  /// Where the reader of a schema is.
  struct Frame {
    var place: SchemaPlace
    var resource: Int
    var dialect: Dialect
    var isOpen: Bool
    var depth: Int
  }

  /// How a schema is reached, which decides whether the host closes it.
  enum Role {
    /// It stands for a value of its own: a member, an item, a root.
    case place
    /// It applies to the same value as the schema around it, or is only referred to.
    case inPlace
    /// It only tells values apart.
    case test
  }

  /// A reference, and what it refers to.
  struct Reference {
    var origin: SchemaPlace
    /// Whether it stands in a test.
    var isOpen: Bool
    var target: SchemaPlace
  }

  let options: Options
  var registry: SchemaRegistry
  var drafts: [SchemaDraft] = []
  /// Kept where objects are closed, for those who write that down.
  private(set) var references: [Reference] = []

  private var indices: [Key: Int] = [:]
  private var pending: [(target: SchemaRegistry.Target, isOpen: Bool, index: Int)] = []
  private var dynamicNames: Set<ExactName> = []

  init(resources: SchemaResources, options: Options) {
    self.options = options
    registry = SchemaRegistry(external: resources)
  }

  /// Adds a schema of the caller.
  ///
  /// - Parameters:
  ///   - document: The schema.
  ///   - uri: The address that relative references and ids in it are resolved against.
  ///   - origin: Where the schema stands in the document that the caller's users know.
  ///   - role: `inPlace` for a part that is only valid together with others.
  /// - Returns: The index of its node.
  mutating func add(
    _ document: Value,
    at uri: String,
    origin: JSONPointer = JSONPointer(),
    role: Role = .place
  ) -> Int {
    let resource = registry.add(document, at: uri, origin: origin)
    let place = registry.resources[resource].place
    if options.checksMetaSchema { checkAgainstMetaSchema(document, at: place) }
    let root = compile(
      document,
      at: place,
      resource: resource,
      role: role,
      isOpen: !options.closesObjects,
      depth: 0
    )
    drain()
    return root
  }

  /// The program of all that was added, and all that is wrong with it: a program with faults must
  /// not be run.
  mutating func finish() -> (program: SchemaProgram, faults: [Fault]) {
    let order = checkedOrder()
    let faults = registry.faults.all
    if faults.isEmpty {
      // What follows goes along references without an end to its steps.
      findTypes(in: order)
      findDiscriminators(in: order)
      if options.closesObjects { closeObjects(in: order) }
    }
    let program = SchemaProgram(
      nodes: drafts.enumerated().map { SchemaNode($1, index: $0) },
      places: registry.places.forReading(),
      dynamicAnchors: dynamicAnchors()
    )
    return (program, faults)
  }

  private func dynamicAnchors() -> [[ExactName: Int]] {
    guard !dynamicNames.isEmpty else { return [] }
    return registry.resources.indices.map { resource in
      var nodes: [ExactName: Int] = [:]
      for name in dynamicNames {
        guard let target = registry.dynamicTarget(name, in: resource) else { continue }
        nodes[name] = indices[Key(place: target.place, isOpen: !options.closesObjects)]
      }
      return nodes
    }
  }
}

// MARK: - Schemas

extension SchemaCompiler {
  /// Compiles the schema at a place once; the index of its node.
  mutating func compile(
    _ value: Value,
    at place: SchemaPlace,
    resource: Int,
    role: Role,
    isOpen: Bool,
    depth: Int
  ) -> Int {
    let isOpen = isOpen || role == .test
    let key = Key(place: place, isOpen: isOpen)
    if let known = indices[key] {
      if role == .place, !isOpen { drafts[known].isPlace = true }
      return known
    }
    let index = drafts.count
    indices[key] = index
    let resource = registry.resource(at: place) ?? resource
    drafts.append(SchemaDraft(place: place, resource: resource))
    fill(index, value, at: place, resource: resource, role: role, isOpen: isOpen, depth: depth)
    return index
  }

  private mutating func fill(
    _ index: Int,
    _ value: Value,
    at place: SchemaPlace,
    resource: Int,
    role: Role,
    isOpen: Bool,
    depth: Int
  ) {
    let draft = drafts[index]
    switch value {
    case .bool(let truth): draft.always = truth
    case .map(let members):
      // Deeper ones were reported when the document was scanned.
      guard depth < SchemaRegistry.maximumDepth else { return }
      draft.source = members
      if role == .place, !isOpen { draft.isPlace = true }
      let frame = Frame(
        place: place,
        resource: resource,
        dialect: registry.resources[resource].dialect,
        isOpen: isOpen,
        depth: depth
      )
      for (keyword, value) in members { read(keyword, value, into: draft, frame) }
      finishKeywords(draft, frame)
    default:
      reportUnlessKnown(at: place, "a schema is a map or a boolean, not \(value.kindInWords)")
    }
  }

  /// Compiles a schema below the one that is being read.
  mutating func compile(
    _ value: Value,
    _ keyword: String,
    _ token: String? = nil,
    role: Role,
    _ frame: Frame
  ) -> Int {
    var place = registry.places.child(keyword, of: frame.place)
    if let token { place = registry.places.child(token, of: place) }
    return compile(
      value,
      at: place,
      resource: frame.resource,
      role: role,
      isOpen: frame.isOpen,
      depth: frame.depth + 1
    )
  }

  /// The node of what a reference refers to, compiled later, so that loops do no harm.
  private mutating func schedule(_ target: SchemaRegistry.Target, isOpen: Bool) -> Int {
    let key = Key(place: target.place, isOpen: isOpen)
    if let known = indices[key] { return known }
    registry.scanIfNew(target)
    let index = drafts.count
    indices[key] = index
    let resource = registry.resource(at: target.place) ?? target.resource
    drafts.append(SchemaDraft(place: target.place, resource: resource))
    pending.append((target, isOpen, index))
    return index
  }

  private mutating func drain() {
    repeat {
      while let (target, isOpen, index) = pending.popLast() {
        let resource = registry.resource(at: target.place) ?? target.resource
        // A whole document or resource describes a value; what stands under `$defs` only helps.
        fill(
          index,
          target.value,
          at: target.place,
          resource: resource,
          role: .inPlace,
          isOpen: isOpen,
          depth: 0
        )
      }
      // Any resource may turn out to be on the way to a `$dynamicRef`.
      for resource in registry.resources.indices {
        for name in dynamicNames {
          if let target = registry.dynamicTarget(name, in: resource) {
            _ = schedule(target, isOpen: !options.closesObjects)
          }
        }
      }
    } while !pending.isEmpty
  }

  /// Reads `$ref`; nil, and a fault, if it refers to nothing.
  mutating func reference(_ text: String, _ frame: Frame) -> Int? {
    do {
      let (target, _) = try registry.resolve(text, in: frame.resource)
      if options.closesObjects {
        references.append(
          Reference(origin: frame.place, isOpen: frame.isOpen, target: target.place)
        )
      }
      return schedule(target, isOpen: frame.isOpen)
    } catch {
      registry.report(at: frame.place, "`$ref`: \(error.reason)", keyword: "$ref")
      return nil
    }
  }

  /// Reads `$dynamicRef` (JSON Schema core, 8.2.3.2).
  mutating func dynamicReference(_ text: String, _ frame: Frame) -> DynamicReference? {
    do {
      let (target, fragment) = try registry.resolve(text, in: frame.resource)
      let initial = schedule(target, isOpen: frame.isOpen)
      let anchor = ExactName(fragment)
      guard registry.resources[target.resource].dynamicAnchors[anchor] == target.place else {
        return DynamicReference(initial: initial, anchor: nil)
      }
      dynamicNames.insert(anchor)
      return DynamicReference(initial: initial, anchor: anchor)
    } catch {
      registry.report(at: frame.place, "`$dynamicRef`: \(error.reason)", keyword: "$dynamicRef")
      return nil
    }
  }
}

// MARK: - Faults

extension SchemaCompiler {
  /// Reports a keyword's value that is of the wrong kind.
  mutating func reportMalformed(_ keyword: String, expected: String, _ frame: Frame) {
    reportUnlessKnown(at: frame.place, "`\(keyword)` must be \(expected)", keyword: keyword)
  }

  /// Reports what is wrong with a schema, unless the meta-schema said so already.
  private mutating func reportUnlessKnown(
    at place: SchemaPlace,
    _ message: String,
    keyword: String? = nil
  ) {
    let pointer = registry.places.pointer(to: place, keyword: keyword)
    if registry.places.isOfCaller(place), registry.faults.holdsFault(at: pointer) { return }
    registry.report(at: place, message, keyword: keyword)
  }

  private mutating func checkAgainstMetaSchema(_ document: Value, at place: SchemaPlace) {
    let origin = registry.places.pointer(to: place)
    do {
      let (faults, unlisted) = try metaSchema(of: document).listedFaults(in: document)
      for var fault in faults {
        fault.pointer = JSONPointer(origin.tokens + fault.pointer.tokens)
        registry.faults.add(fault)
      }
      registry.faults.addUnlisted(unlisted)
    } catch {
      registry.report(
        at: place,
        "the meta-schema cannot be used: \(error.message)",
        keyword: "$schema"
      )
    }
  }

  private func metaSchema(of document: Value) throws(HostError) -> JSONSchema {
    guard let name = document.mapValue?["$schema"]?.stringValue,
      URIReference(name).document.description != MetaSchema.address,
      let custom = try registry.document(at: URIReference(name).document.description)
    else { return JSONSchema.standard }
    return try JSONSchema(
      trusted: custom,
      at: URIReference(name).document.description,
      resources: registry.external
    )
  }
}
