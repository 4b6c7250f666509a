import ArgumentParser
import DriverHost

/// `drivers vault remove`: a vault configuration less.
struct VaultRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a vault configuration.",
    discussion: """
      Asks on a terminal; elsewhere --yes is needed. With --json: {"version": 1, "name", "path", \
      "removed": true}.
      """
  )

  @OptionGroup var argument: VaultArgument
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try ResourceRemoval<VaultConfiguration>(
      name: argument.name,
      workspace: workspaceOptions.opened()
    ).run(confirmation, asJSON: output.json)
  }
}
