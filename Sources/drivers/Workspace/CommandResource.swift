import DriverHost

/// What the commands `connector` and `vault` have in common: one works with connectors, the other one with vault
/// configurations.
protocol CommandResource: WorkspaceResource {
  /// What messages call one.
  static var word: String { get }
  /// The command's name.
  static var command: String { get }
  /// What JSON documents call several.
  static var plural: String { get }
  /// An action that its type must have; nil: none.
  static var neededAction: String? { get }
  /// Where a workspace has them.
  static func store(in workspace: Workspace) -> ResourceStore<Self>

  /// One with nothing but a name and a type.
  init(name: String, type: String)

  var type: String { get set }
  var summary: String? { get set }
  /// What there is beside name, type, description and value, as documents show it.
  var facts: ValueMap { get }
}

extension Connector: CommandResource {
  static var word: String { "connector" }
  static var command: String { "connector" }
  static var plural: String { "connectors" }
  static var neededAction: String? { nil }
  static func store(in workspace: Workspace) -> ResourceStore<Connector> { workspace.connectors }

  init(name: String, type: String) { self.init(name: name, type: type, summary: nil) }

  var facts: ValueMap {
    ["vault_secrets": .list(vaultSecrets.map { .string($0.description) })]
  }
}

extension VaultConfiguration: CommandResource {
  static var word: String { "vault configuration" }
  static var command: String { "vault" }
  static var plural: String { "vaults" }
  static var neededAction: String? { "secret" }
  static func store(in workspace: Workspace) -> ResourceStore<VaultConfiguration> {
    workspace.vaults
  }

  init(name: String, type: String) { self.init(name: name, type: type, summary: nil) }

  var facts: ValueMap { ["cache_seconds": cacheSeconds.map { .double($0) } ?? .null] }
}
