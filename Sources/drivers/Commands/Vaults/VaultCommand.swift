import ArgumentParser

/// `drivers vault`: where a workspace's secrets come from.
struct VaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault",
    abstract: "List, show, change and test the vault configurations of a workspace.",
    discussion: """
      A vault configuration is a file, vaults/NAME.yaml: its connector_type, which is any that has \
      the action `secret`, a description, its value, and cache_seconds, for how long a secret is used \
      again. Inputs of connectors refer to its secrets with vault.secret(NAME:PATH.KEY).

      No command shows a secret.
      """,
    subcommands: [
      VaultList.self, VaultShow.self, VaultSet.self, VaultTest.self, VaultRead.self,
      VaultRemove.self,
    ]
  )
}
