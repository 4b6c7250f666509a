import DriverHost

/// What a command line asks of one connection, before anything is read.
struct CallRequest {
  /// What it goes to.
  var target: ConnectionTarget
  /// A file of inputs; nil: none.
  var input: String?
  /// Inputs, `key=value`.
  var arguments: [String] = []
  /// Secrets to attach, `CONFIG:PATH`; empty: those of the connector.
  var vaultSecrets: [String] = []
  /// The time limit.
  var timeout: Duration?

  /// What a call is made with, read from everywhere.
  struct Prepared {
    var target: ConnectionTarget
    /// The connector type.
    var type: String
    var descriptor: Descriptor
    var action: Descriptor.Action
    var inputs: ValueMap
    var options: CallOptions
    /// The file of `--input`.
    var document: ParsedDocument?
    /// What the connector stores.
    var stored: StoredValue?
  }

  /// What a connector or a vault configuration stores, whichever it is.
  struct StoredValue {
    var type: String
    var inputs: StoredInputs

    init(_ stored: StoredResource<some WorkspaceResource>) {
      type = stored.resource.type
      inputs = stored.inputs
    }
  }

  /// Reads the connector, the file and the arguments.
  ///
  /// - Parameters:
  ///   - action: The action; nil: the driver's default one.
  ///   - catalog: The drivers that there are.
  ///   - workspace: Where connectors are; nil where there is none.
  /// - Returns: What the call is made with.
  /// - Throws: What is wrong with any of them.
  func prepare(
    _ action: String?,
    _ catalog: Catalog,
    _ workspace: Workspace?
  ) throws(HostError) -> Prepared {
    let stored = try stored(in: workspace)
    let type: String
    switch target {
    case .type(let name): type = name
    case .connector, .vault: type = stored?.type ?? ""
    }
    let descriptor = try catalog.driver(for: type).descriptor
    let action = try descriptor.existingAction(action)
    let document: ParsedDocument? = try input.map { path throws(HostError) in
      try Document.input(path, descriptor, action)
    }
    var inputs = try CallRequest.reader(descriptor, action).read(
      arguments,
      over: document,
      changing: stored?.inputs.values ?? [:]
    )
    var options = CallOptions()
    options.action = action.name
    options.timeout = timeout
    // What an operator types is the operator's; nobody else could ask for a secret by it.
    options.resolvesReferences = true
    options.vaultSecrets = try attached(&inputs)
    options.locations = locations(document, stored?.inputs)
    return Prepared(
      target: target,
      type: type,
      descriptor: descriptor,
      action: action,
      inputs: inputs,
      options: options,
      document: document,
      stored: stored
    )
  }

  /// Reads arguments for an action.
  static func reader(_ descriptor: Descriptor, _ action: Descriptor.Action) -> InputArguments {
    InputArguments(
      hints: InputHints([descriptor.inputs, action.inputs]),
      // Asked only where something is wrong: the schema is compiled for it.
      isShown: { InputSecrecy(descriptor, action: action.name).isShown($0) }
    )
  }

  private func stored(in workspace: Workspace?) throws(HostError) -> StoredValue? {
    switch target {
    case .type: return nil
    case .connector(let name):
      return try workspace.map { workspace throws(HostError) in
        StoredValue(try workspace.connectors.load(name))
      }
    case .vault(let name):
      return try workspace.map { workspace throws(HostError) in
        StoredValue(try workspace.vaults.load(name))
      }
    }
  }

  /// The secrets that are attached in place of those of the connector, taken out of the inputs.
  private func attached(_ inputs: inout ValueMap) throws(HostError) -> [SecretPath]? {
    var texts = vaultSecrets
    if let value = inputs.remove("vault_secrets") {
      let items = value.resolved.listValue ?? [value]
      for item in items {
        guard let text = item.stringValue else {
          throw HostError(
            .invalidInput,
            stage: .input,
            "`vault_secrets`: expected CONFIG:PATH, the name of a vault configuration and a path in it"
          )
        }
        texts.append(text)
      }
    }
    return texts.isEmpty ? nil : try VaultSecretText.paths(texts)
  }

  /// Tells where an input of the call stands; nil where nothing is to be told from it.
  ///
  /// Beside a connector's file the command line is a place too: otherwise a fault would be looked for in the file.
  private func locations(
    _ document: ParsedDocument?,
    _ stored: StoredInputs?
  ) -> (@Sendable (JSONPointer) -> SourceLocation?)? {
    let map = document?.locations
    guard let stored else {
      guard let map else { return nil }
      return { map.nearest(to: $0) }
    }
    let paths = InputArguments.paths(arguments)
    let inFile = Set(document?.value.mapValue?.names ?? [])
    // Of a key that an argument reaches into the rest is a copy of what is stored.
    let whole = Set(paths.filter { $0.count == 1 }.map { $0[0] })
    let commandLine = SourceLocation(file: "<command line>")
    return { pointer in
      let name = pointer.tokens.first ?? ""
      if paths.contains(where: { pointer.tokens.starts(with: $0) }) { return commandLine }
      if inFile.contains(name) { return map?.nearest(to: pointer) }
      let isCopied = !whole.contains(name) && paths.contains { $0[0] == name }
      return isCopied ? stored.location(ofInput: pointer) : commandLine
    }
  }
}
