/// How one kind of resource is written down.
struct ResourceKind<Resource: WorkspaceResource>: Sendable {
  /// The folder in the workspace.
  let folder: String
  /// What messages call one: `connector`.
  let word: String
  /// Signs that a name may not have beside those that no name may have.
  let forbidden: String
  /// The names in a file, in the order in which they are written.
  let keys: [String]
  /// Makes one of a file's members, which are of the right kinds.
  let make: @Sendable (_ name: String, _ reader: inout ResourceReader) -> Resource
  /// The members of its file; those that are null are left out.
  let members: @Sendable (Resource) -> ValueMap
}

extension ResourceKind<Connector> {
  static let connector = ResourceKind(
    folder: "connectors",
    word: "connector",
    // The host's own names have it: those of the look-ups in vaults.
    forbidden: ":",
    keys: ["connector_type", "description", "value", "vault_secrets"],
    make: { name, reader in
      Connector(
        name: name,
        type: reader.type(),
        summary: reader.text("description"),
        value: reader.map("value"),
        vaultSecrets: reader.secretPaths("vault_secrets")
      )
    },
    members: { connector in
      let paths = connector.vaultSecrets.map { Value.string($0.description) }
      return [
        "connector_type": .string(connector.type),
        "description": connector.summary.map { .string($0) } ?? .null,
        "value": .map(connector.value),
        "vault_secrets": paths.count == 1 ? paths[0] : paths.isEmpty ? .null : .list(paths),
      ]
    }
  )
}

extension ResourceKind<VaultConfiguration> {
  static let vault = ResourceKind(
    folder: "vaults",
    word: "vault configuration",
    // A reference names it: the colon ends its name there, the others would need a backslash.
    forbidden: ":()\\",
    keys: ["connector_type", "description", "value", "cache_seconds"],
    make: { name, reader in
      VaultConfiguration(
        name: name,
        type: reader.type(),
        summary: reader.text("description"),
        value: reader.map("value"),
        cacheSeconds: reader.seconds("cache_seconds")
      )
    },
    members: { vault in
      [
        "connector_type": .string(vault.type),
        "description": vault.summary.map { .string($0) } ?? .null,
        "value": .map(vault.value),
        "cache_seconds": vault.cacheSeconds.map(ResourceKind.number) ?? .null,
      ]
    }
  )

  /// Whole numbers without a fraction, as people write them.
  private static func number(_ number: Double) -> Value {
    Int64(exactly: number).map { .int($0) } ?? .double(number)
  }
}

/// Reads the members of a resource's document, and collects what is wrong with them.
struct ResourceReader {
  let document: ParsedDocument
  let word: String
  private let members: ValueMap
  private(set) var faults: [Fault] = []

  /// - Parameters:
  ///   - document: What stands in the file.
  ///   - word: What messages call the resource.
  ///   - keys: The names that it may have.
  init(_ document: ParsedDocument, word: String, keys: [String]) {
    self.document = document
    self.word = word
    members = document.value.mapValue ?? [:]
    guard document.value.mapValue != nil else {
      add(
        .invalid,
        JSONPointer(),
        "a \(word) is a map with `connector_type` and `value`, not \(document.value.kindInWords)"
      )
      return
    }
    for (name, _) in members where !keys.contains(name) {
      let nearest = NearestName.of(name, among: keys)
      let hint =
        nearest.map { "; did you mean `\($0)`?" }
        ?? "; a \(word) has \(keys.joined(separator: ", ")), and inputs stand in its `value`"
      add(
        .extra,
        JSONPointer([name]),
        "unknown key \(FaultText.name(name))\(hint)",
        nearest: nearest
      )
    }
  }

  mutating func type() -> String {
    guard document.value.mapValue != nil else { return "" }
    guard let type = text("connector_type") else {
      if members["connector_type"]?.isNull ?? true {
        add(
          .missing,
          JSONPointer(["connector_type"]),
          "`connector_type` is missing; `drivers list` shows the types"
        )
      }
      return ""
    }
    if type.isEmpty {
      add(
        .invalid,
        JSONPointer(["connector_type"]),
        "`connector_type` is empty; `drivers list` shows the types"
      )
    }
    return type
  }

  mutating func text(_ name: String) -> String? {
    guard let value = members[name], !value.isNull else { return nil }
    if let text = value.stringValue { return text }
    add(.invalid, JSONPointer([name]), "`\(name)` must be text, not \(value.kindInWords)")
    return nil
  }

  mutating func map(_ name: String) -> ValueMap {
    guard let value = members[name], !value.isNull else { return [:] }
    if let map = value.mapValue { return map }
    add(
      .invalid,
      JSONPointer([name]),
      "`\(name)` must be a map of inputs, not \(value.kindInWords)"
    )
    return [:]
  }

  mutating func seconds(_ name: String) -> Double? {
    guard let value = members[name], !value.isNull else { return nil }
    if let seconds = value.doubleValue, seconds >= 0, seconds < 1e9 { return seconds }
    add(.invalid, JSONPointer([name]), "`\(name)` must be a number of seconds, 0 or more")
    return nil
  }

  mutating func secretPaths(_ name: String) -> [SecretPath] {
    guard let value = members[name], !value.isNull else { return [] }
    let place = JSONPointer([name])
    let items = value.listValue.map { items in
      items.enumerated().map { (place.appending($0), $1) }
    }
    var paths: [SecretPath] = []
    for (place, item) in items ?? [(place, value)] {
      if let path = item.stringValue.flatMap({ SecretPath(text: $0) }) {
        paths.append(path)
      } else {
        add(
          .invalid,
          place,
          "expected CONFIG:PATH, the name of a vault configuration and a path in it"
        )
      }
    }
    return paths
  }

  private mutating func add(
    _ kind: Fault.Kind,
    _ place: JSONPointer,
    _ message: String,
    nearest: String? = nil
  ) {
    faults.append(
      Fault(
        kind,
        at: place,
        message,
        nearest: nearest,
        location: kind == .extra
          ? document.locations.key(at: place) : document.locations.nearest(to: place)
      )
    )
  }
}
