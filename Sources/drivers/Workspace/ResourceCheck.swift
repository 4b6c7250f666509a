import DriverHost

/// Holds what a workspace stores against the types of the drivers that are found.
final class ResourceCheck {
  let workspace: Workspace
  let catalog: Catalog
  private var validations: [String: Result<ConnectorValidation, HostError>] = [:]

  init(_ workspace: Workspace, _ catalog: Catalog) {
    self.workspace = workspace
    self.catalog = catalog
  }

  /// The descriptor of a type, whose resources may be of a kind.
  ///
  /// - Throws: What is wrong with the type.
  func descriptor<Resource: CommandResource>(
    of type: String,
    for kind: Resource.Type
  ) throws(HostError) -> Descriptor {
    let descriptor = try catalog.driver(for: type).descriptor
    if let action = Resource.neededAction, descriptor.action(action) == nil {
      throw HostError(
        .invalidInput,
        stage: .input,
        "\(type) has no action `\(action)`, which a \(Resource.word) needs; drivers actions \(type) lists what it has"
      )
    }
    return descriptor
  }

  /// What holds for values of a type.
  func validation(of type: String) throws(HostError) -> ConnectorValidation {
    let known =
      validations[type]
      ?? Result { () throws(HostError) in
        try ConnectorValidation(try catalog.driver(for: type).descriptor)
      }
    validations[type] = known
    return try known.get()
  }

  // MARK: - Faults

  /// All that is wrong with a resource.
  ///
  /// - Parameters:
  ///   - resource: The resource.
  ///   - places: Where its document has its members and its inputs.
  /// - Returns: The faults; empty where it may be stored.
  func faults<Resource: CommandResource>(
    in resource: Resource,
    _ places: ResourcePlaces
  ) -> [Fault] {
    do throws(HostError) {
      _ = try descriptor(of: resource.type, for: Resource.self)
      return try validation(of: resource.type).faults(in: resource.value, locations: places.input)
    } catch {
      let place = JSONPointer(["connector_type"])
      // Where drivers were looked for is of no use to whoever misspelt a type.
      let message = error.message.split(separator: "\n").first ?? ""
      return [Fault(.invalid, at: place, String(message), location: places.member(place))]
    }
  }

  /// The references of a resource to vault configurations that are not there, or that need the resource itself to be
  /// opened.
  func unusableVaults(
    of resource: some CommandResource,
    _ places: ResourcePlaces
  ) -> [Fault] {
    let known = (try? workspace.vaults.names()) ?? []
    let chain = VaultChain(workspace)
    func fault(_ pointer: JSONPointer, _ name: String, _ location: SourceLocation?) -> Fault? {
      if resource is VaultConfiguration, let way = chain.way(from: name, to: resource.name) {
        let circle = ([resource.name] + way).map { Console.plain($0) }.joined(separator: " → ")
        return Fault(
          .invalid,
          at: pointer,
          "this secret is needed to open the vault that it is taken from (\(circle)); write it down here, or take it from another vault",
          location: location
        )
      }
      guard !known.contains(name) else { return nil }
      return Fault(
        .invalid,
        at: pointer,
        "there is no vault configuration \(Console.plain(name))"
          + (NearestName.hint(for: name, among: known)),
        location: location
      )
    }
    let referred = ConnectorValidation.vaultConfigurations(in: resource.value).compactMap {
      fault($0.pointer, $0.configuration, places.input($0.pointer))
    }
    let place = JSONPointer(["vault_secrets"])
    return referred
      + resource.attachedSecrets.compactMap {
        fault(place, $0.configuration, places.member(place))
      }
  }

  // MARK: - Warnings

  /// What an operator should know of a resource that may be stored all the same.
  ///
  /// - Parameters:
  ///   - resource: The resource.
  ///   - file: A file that holds it and that others may read; nil: none.
  /// - Returns: The warnings, free of secrets.
  func warnings(of resource: some CommandResource, readableFile file: String?) -> [String] {
    guard let validation = try? validation(of: resource.type) else { return [] }
    let literals = validation.literalSecrets(in: resource.value)
    guard !literals.isEmpty else { return [] }
    // What opens a vault cannot come out of it.
    let chain = VaultChain(workspace)
    let vaults = ((try? workspace.vaults.names()) ?? []).filter {
      !(resource is VaultConfiguration) || chain.way(from: $0, to: resource.name) == nil
    }
    let vault = vaults.first ?? "CONFIG"
    var warnings = literals.map { place in
      let key = place.tokens.last { Int($0) == nil } ?? "KEY"
      let reference = ConnectorValidation.reference(
        to: key,
        at: SecretPath(configuration: vault, path: "PATH")
      )
      return
        "\(place): a secret is written down here; keep it in a vault and write \(reference) instead"
    }
    if let file {
      warnings.append(
        "\(file) holds a secret and may be read by others: `chmod 600 \(file)` takes that away"
      )
    }
    return warnings
  }
}

/// Where a resource's document has its members and inputs.
struct ResourcePlaces {
  /// Where a member of the document stands.
  var member: (JSONPointer) -> SourceLocation? = { _ in nil }
  /// Where an input stands.
  var input: (JSONPointer) -> SourceLocation? = { _ in nil }

  /// Nowhere.
  init() {}

  /// In a file, but for inputs that the command line gives.
  init<Resource>(_ stored: StoredResource<Resource>, without names: Set<String> = []) {
    member = { stored.location(of: $0) }
    input = { pointer in
      names.contains(pointer.tokens.first ?? "") ? nil : stored.inputs.location(ofInput: pointer)
    }
  }
}
