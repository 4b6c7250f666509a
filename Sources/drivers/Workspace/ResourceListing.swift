import DriverHost

/// The resources of a workspace as lists and documents show them, secrets masked.
struct ResourceListing<Resource: CommandResource> {
  let workspace: Workspace
  let check: ResourceCheck

  // MARK: - All

  /// Prints all of them.
  func list(asJSON: Bool) throws {
    let store = Resource.store(in: workspace)
    let entries = try store.names().map { name in
      (name, Result { () throws(HostError) in try store.load(name) })
    }
    if asJSON {
      Console.output(
        json: [
          "version": 1, "workspace": .string(workspace.folder),
          .init(stringLiteral: Resource.plural): .list(entries.map { entry($0.0, $0.1, store) }),
        ]
      )
      return
    }
    guard !entries.isEmpty else {
      Console.output(Console.plain("\(store.folder) has no \(Resource.word)"))
      return
    }
    var table = TextTable(["NAME", "TYPE", "DESCRIPTION"])
    for (name, stored) in entries {
      switch stored {
      case .success(let stored):
        table.add([name, stored.resource.type, stored.resource.summary ?? ""])
      case .failure(let error):
        let line = error.description.split(separator: "\n").first ?? ""
        table.add([name, "?", "cannot be read: \(line)"])
      }
    }
    Console.output(table.text)
  }

  private func entry(
    _ name: String,
    _ stored: Result<StoredResource<Resource>, HostError>,
    _ store: ResourceStore<Resource>
  ) -> Value {
    var object: ValueMap = ["name": .string(name)]
    switch stored {
    case .success(let stored):
      object["connector_type"] = .string(stored.resource.type)
      object["description"] = Value(stored.resource.summary)
      for (name, value) in stored.resource.facts { object[name] = value }
      object["path"] = .string(stored.path)
      object["error"] = .null
    case .failure(let error):
      object["path"] = Value(try? store.path(of: name))
      object["error"] = Failure.object(error)
    }
    return .map(object)
  }

  // MARK: - One

  /// Prints one of them.
  func show(_ name: String, asJSON: Bool) throws {
    let stored = try Resource.store(in: workspace).load(name)
    let resource = stored.resource
    let (value, isKnown) = shown(resource)
    if !isKnown {
      Console.warn(
        "no driver says what is secret in a \(resource.type): all values are masked"
      )
    }
    if asJSON {
      var object: ValueMap = [
        "version": 1, "name": .string(name), "path": .string(stored.path),
        "connector_type": .string(resource.type), "description": Value(resource.summary),
        "value": .map(value),
      ]
      for (name, value) in resource.facts { object[name] = value }
      Console.output(json: .map(object))
      return
    }
    var document: ValueMap = ["connector_type": .string(resource.type)]
    if let summary = resource.summary { document["description"] = .string(summary) }
    document["value"] = .map(value)
    for (name, value) in resource.facts where !value.isNull && value.listValue?.isEmpty != true {
      // As it stands in the file.
      document[name] = value.listValue?.count == 1 ? value[0] : value
    }
    Console.output(
      Console.plain(try YAML.text(.map(document)), keepsLines: true),
      newline: false
    )
  }

  /// The value with its secrets masked, and whether it is known what is secret in it.
  private func shown(_ resource: Resource) -> (value: ValueMap, isKnown: Bool) {
    if let validation = try? check.validation(of: resource.type) {
      return (validation.masked(resource.value), true)
    }
    return (ConnectorValidation.maskedAll(.map(resource.value)).mapValue ?? [:], false)
  }
}
