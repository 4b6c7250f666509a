import ArgumentParser
import DriverHost

/// `drivers vault show`: one vault configuration.
struct VaultShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a vault configuration, with its secrets masked.",
    discussion: """
      With --json: {"version": 1, "name", "path", "connector_type", "description", "value", \
      "cache_seconds"}.
      """
  )

  @OptionGroup var argument: VaultArgument
  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    try ResourceListing<VaultConfiguration>(
      workspace: workspace,
      check: options.check(in: workspace)
    ).show(argument.name, asJSON: options.json)
  }
}
