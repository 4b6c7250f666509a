import ArgumentParser
import DriverHost

/// `drivers connector create`: a new connector, asked for field by field.
struct ConnectorCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a connector by answering questions at a terminal.",
    discussion: """
      Asks for each input of the type, in the order and groups of its form; what is wrong is asked \
      for again. Secrets are not shown while they are typed; a reference to a vault can be written \
      in their place. Nothing is stored before the last answer. Without a terminal: `drivers \
      connector set NAME --type TYPE key=value`.

      With --json: as `drivers connector set`.
      """
  )

  @OptionGroup var argument: ConnectorArgument

  @Option(
    name: .long,
    help: ArgumentHelp("The connector type, as `drivers list` shows it.", valueName: "type"),
    completion: TypeArgument.completion
  )
  var type: String

  @Option(name: .long, help: ArgumentHelp("What it is for.", valueName: "text"))
  var description: String?

  @Option(
    name: .customLong("vault-secret"),
    help: ArgumentHelp(
      "Attach the secrets of a path; may be given several times.",
      valueName: "config:path"
    )
  )
  var vaultSecrets: [String] = []

  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    let check = options.check(in: workspace)
    let store = workspace.connectors
    let path = try store.path(of: argument.name)
    guard try !store.names().contains(argument.name) else {
      throw HostError(
        .conflict,
        stage: .input,
        "there is a connector \(Console.plain(argument.name)) already; change it with `drivers connector set` or `edit`, or choose another name"
      )
    }
    var connector = Connector(
      name: argument.name,
      type: type,
      summary: description,
      vaultSecrets: try VaultSecretText.paths(vaultSecrets)
    )
    connector.value = try ask(check, connector)
    try store.write(connector, if: .isNew)
    var report = StoringReport(resource: connector, path: path)
    report.warnings = check.warnings(of: connector, readableFile: nil)
    report.warnings += check.unusableVaults(of: connector, ResourcePlaces()).map(\.description)
    report.show(asJSON: options.json)
  }

  /// Asks until the whole value is right.
  private func ask(_ check: ResourceCheck, _ connector: Connector) throws -> ValueMap {
    let form = try Form(try check.descriptor(of: type, for: Connector.self))
    var connector = connector
    while true {
      do throws(HostError) {
        // For as long as it asks it takes the signals.
        let terminal = try TerminalHandle()
        var prompt = FormPrompt(form, at: terminal)
        connector.value = try prompt.ask(from: connector.value)
      } catch {
        throw Failure(error, asJSON: options.json, exitCode: error.status)
      }
      let faults = check.faults(in: connector, ResourcePlaces())
      if faults.isEmpty { return connector.value }
      Failure(HostError(faults: faults, of: "the connector \(argument.name)"), asJSON: false)
        .report()
      guard Terminal.agrees("Answer again?", otherwise: true) else {
        throw HostError(.invalidInput, stage: .input, "nothing was stored")
      }
    }
  }
}
