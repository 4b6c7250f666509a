import ArgumentParser
import DriverHost

/// `drivers connector show`: one connector.
struct ConnectorShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a connector, with its secrets masked.",
    discussion: """
      What the type's schema marks as secret is shown as ***, a reference to a vault as it is \
      written. Without the type's driver every value is masked.

      With --json: {"version": 1, "name", "path", "connector_type", "description", "value", \
      "vault_secrets"}.
      """
  )

  @OptionGroup var argument: ConnectorArgument
  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    try ResourceListing<Connector>(workspace: workspace, check: options.check(in: workspace))
      .show(argument.name, asJSON: options.json)
  }
}
