import ArgumentParser
import DriverHost

/// `drivers connector set`: a new connector, or changes of one.
struct ConnectorSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Store a connector, or change one.",
    discussion: """
      Examples:
        drivers connector set shop --file shop.yaml
        drivers connector set shop --type TYPE url=https://shop.example/api
        drivers connector set shop authentication.password='vault.secret(prod:shop.password)'

      The inputs are held against the type's schema first: each must be known to the type or to one \
      of its actions, or be max_runtime, retry, rate_limit or max_concurrency, and have a value that \
      it may have. What is missing may come at the call. Where anything is wrong, nothing is stored \
      and the exit code is 2.

      Comments and other lines that carry no data are discarded, and named. A secret that is written \
      down is stored, with a warning that names the reference to write instead.

      With --json: {"version": 1, "name", "path", "changed", "discarded_lines", \
      "discarded_comments", "warnings"}; discarded_lines carried no data, discarded_comments are the \
      lines that ended in a comment.
      """
  )

  @OptionGroup var argument: ConnectorArgument
  @OptionGroup var change: SetOptions

  @Option(
    name: .customLong("vault-secret"),
    help: ArgumentHelp(
      "Attach the secrets of a path, in place of those that are; may be given several times.",
      discussion:
        "Each of their keys that is the name of an input overrides the stored one at a call.",
      valueName: "config:path"
    )
  )
  var vaultSecrets: [String] = []

  @Flag(help: "Attach no secrets any more.")
  var noVaultSecrets = false

  @OptionGroup var options: ResourceOptions

  func validate() throws {
    guard vaultSecrets.isEmpty || !noVaultSecrets else {
      throw ValidationError("--vault-secret and --no-vault-secrets contradict each other")
    }
    guard change.file == nil || (vaultSecrets.isEmpty && !noVaultSecrets) else {
      throw ValidationError("--file stores a whole document: leave the other changes away")
    }
    guard !change.isEmpty || !vaultSecrets.isEmpty || noVaultSecrets else {
      throw ValidationError("there is nothing to store: give key=value, or a document with --file")
    }
  }

  func run() throws {
    let paths = try VaultSecretText.paths(vaultSecrets)
    try ResourceSetter<Connector>(name: argument.name, options: options, change: change) {
      if noVaultSecrets { $0.vaultSecrets = [] }
      if !paths.isEmpty { $0.vaultSecrets = paths }
    }.run()
  }
}

/// Texts of a command line that name secrets.
enum VaultSecretText {
  /// The paths of `CONFIG:PATH` texts.
  ///
  /// - Throws: All that are none.
  static func paths(_ texts: [String]) throws(HostError) -> [SecretPath] {
    var faults: [Fault] = []
    var paths: [SecretPath] = []
    for text in texts {
      if let path = SecretPath(text: text) {
        paths.append(path)
      } else {
        faults.append(
          Fault(
            .invalid,
            "\(Console.plain(text)) is no secret: write CONFIG:PATH, the name of a vault configuration and a path in it"
          )
        )
      }
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the command line") }
    return paths
  }
}
