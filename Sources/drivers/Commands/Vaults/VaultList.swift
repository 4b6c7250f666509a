import ArgumentParser
import DriverHost

/// `drivers vault list`: what there is.
struct VaultList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the vault configurations of the workspace.",
    discussion: """
      With --json: {"version": 1, "workspace", "vaults": [{"name", "connector_type", "description", \
      "cache_seconds", "path", "error"}]}; error is null, or what is wrong with the file, as \
      `drivers run --help` describes it.
      """
  )

  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    try ResourceListing<VaultConfiguration>(
      workspace: workspace,
      check: options.check(in: workspace)
    ).list(asJSON: options.json)
  }
}
