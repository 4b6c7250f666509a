import ArgumentParser
import DriverHost

/// `drivers connector remove`: a connector less.
struct ConnectorRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a connector.",
    discussion: """
      Asks on a terminal; elsewhere --yes is needed. With --json: {"version": 1, "name", "path", \
      "removed": true}.
      """
  )

  @OptionGroup var argument: ConnectorArgument
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try ResourceRemoval<Connector>(name: argument.name, workspace: workspaceOptions.opened())
      .run(confirmation, asJSON: output.json)
  }
}
