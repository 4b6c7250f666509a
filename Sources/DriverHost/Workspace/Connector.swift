/// A connector: a named set of inputs for one connector type, with the secrets that belong to it.
public struct Connector: Sendable, Hashable {
  /// Its name, which is its file's.
  public var name: String
  /// The connector type, `TYPE` or `TYPE@id`.
  public var type: String
  /// What it is for; nil where nobody said.
  public var summary: String?
  /// The stored inputs; texts in them may refer to secrets (`vault.secret(CONFIG:PATH.KEY)`).
  public var value: ValueMap
  /// The secrets that are attached to it: each key that is the name of an input overrides the stored one, those of
  /// later paths those of earlier ones.
  public var vaultSecrets: [SecretPath]

  /// A connector.
  public init(
    name: String,
    type: String,
    summary: String? = nil,
    value: ValueMap = [:],
    vaultSecrets: [SecretPath] = []
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    self.value = value
    self.vaultSecrets = vaultSecrets
  }
}

/// A vault configuration: where secrets come from, and how to get at them.
///
/// Any connector type will do that has the action `secret`.
public struct VaultConfiguration: Sendable, Hashable {
  /// Its name, which is its file's.
  public var name: String
  /// The connector type, `TYPE` or `TYPE@id`.
  public var type: String
  /// What it is for; nil where nobody said.
  public var summary: String?
  /// The inputs of the type; texts in them may refer to secrets of other configurations.
  public var value: ValueMap
  /// How many seconds a secret is used again without another look; nil: as long as the host says.
  ///
  /// A lease that is shorter wins.
  public var cacheSeconds: Double?

  /// A vault configuration.
  public init(
    name: String,
    type: String,
    summary: String? = nil,
    value: ValueMap = [:],
    cacheSeconds: Double? = nil
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    self.value = value
    self.cacheSeconds = cacheSeconds
  }
}

/// What a workspace keeps in a folder of its own, one file each.
public protocol WorkspaceResource: Sendable, Hashable {
  /// Its name, which is its file's.
  var name: String { get set }
  /// The connector type.
  var type: String { get }
  /// The inputs that it stores.
  var value: ValueMap { get set }
  /// The secrets that are attached to it.
  var attachedSecrets: [SecretPath] { get }
}

extension Connector: WorkspaceResource {
  /// Its `vaultSecrets`.
  public var attachedSecrets: [SecretPath] { vaultSecrets }
}

extension VaultConfiguration: WorkspaceResource {
  /// None: what opens a vault is written down or referred to by name.
  public var attachedSecrets: [SecretPath] { [] }
}
