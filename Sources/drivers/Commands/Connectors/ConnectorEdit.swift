import ArgumentParser
import DriverHost

/// `drivers connector edit`: a connector in an editor.
struct ConnectorEdit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Change a connector with an editor.",
    discussion: """
      Opens VISUAL or EDITOR on a copy in a private folder. What it leaves is stored if it is valid; on a \
      terminal you are asked whether to edit again where it is not. The copy is removed, unless somebody \
      else has changed the connector meanwhile: then nothing is stored, and you are told where it is.

      With --json: as `drivers connector set`.
      """
  )

  @OptionGroup var argument: ConnectorArgument
  @OptionGroup var options: ResourceOptions

  func run() throws {
    try ResourceEditor<Connector>(name: argument.name, options: options).run()
  }
}
