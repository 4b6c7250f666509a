import ArgumentParser
import DriverHost

/// `drivers connector list`: what there is.
struct ConnectorList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the connectors of the workspace.",
    discussion: """
      With --json: {"version": 1, "workspace", "connectors": [{"name", "connector_type", \
      "description", "vault_secrets", "path", "error"}]}; error is null, or what is wrong with the \
      file, as `drivers run --help` describes it.
      """
  )

  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    try ResourceListing<Connector>(workspace: workspace, check: options.check(in: workspace))
      .list(asJSON: options.json)
  }
}
