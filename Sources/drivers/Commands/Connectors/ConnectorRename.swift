import ArgumentParser
import DriverHost

/// `drivers connector rename`: another name for a connector.
struct ConnectorRename: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Give a connector another name.",
    discussion: #"With --json: {"version": 1, "name", "path", "renamed_from"}."#
  )

  @OptionGroup var argument: ConnectorArgument

  @Argument(help: "The new name.")
  var newName: String

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try workspaceOptions.opened().connectors
    try store.rename(argument.name, to: newName)
    let path = try store.path(of: newName)
    if output.json {
      Console.output(
        json: [
          "version": 1, "name": .string(newName), "path": .string(path),
          "renamed_from": .string(argument.name),
        ]
      )
    } else {
      Console.output(Console.plain("connector \(argument.name) is \(newName) now, in \(path)"))
    }
  }
}
