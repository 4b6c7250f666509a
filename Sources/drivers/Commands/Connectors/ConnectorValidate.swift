import ArgumentParser
import DriverHost

/// `drivers connector validate`: every fault of a workspace.
struct ConnectorValidate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check the connectors and vault configurations of the workspace.",
    discussion: """
      Nothing runs. Every fault of every file is listed, with its line and column: documents that \
      are no YAML, types that no driver serves, inputs that the type does not have, values that they \
      cannot have, references to vault configurations that are not there. Secrets that are written \
      down, and files with such that others may read, are warnings. The exit code is 0 if all is \
      valid and 2 if not.

      With --json: {"version": 1, "valid", "connectors": [names], "vaults": [names], "warnings"}, \
      with "error" as `drivers run --help` describes it where valid is false.
      """
  )

  @Argument(
    help: "Connectors or vault configurations to check; all of them if none is named.",
    completion: ConnectorArgument.completion
  )
  var names: [String] = []

  @OptionGroup var options: ResourceOptions

  func run() throws {
    let workspace = try options.workspace()
    var validation = WorkspaceValidation(options.check(in: workspace))
    try validation.look(at: names)
    for warning in validation.warnings { Console.warn(warning) }
    let facts: ValueMap = [
      "valid": .bool(validation.faults.isEmpty),
      "connectors": .list(validation.connectors.map { .string($0) }),
      "vaults": .list(validation.vaults.map { .string($0) }),
      "warnings": .list(validation.warnings.map { .string($0) }),
    ]
    guard validation.faults.isEmpty else {
      throw Failure(
        HostError(faults: validation.faults, of: "the workspace \(workspace.folder)"),
        asJSON: options.json,
        facts: facts
      )
    }
    if options.json {
      var document: ValueMap = ["version": 1]
      for (name, value) in facts { document[name] = value }
      Console.output(json: .map(document))
    } else {
      let count = validation.connectors.count
      let vaults = validation.vaults.count
      Console.output(
        Console.plain(
          "valid: \(count) connector\(count == 1 ? "" : "s") and \(vaults) vault configuration\(vaults == 1 ? "" : "s") of \(workspace.folder)"
        )
      )
    }
  }
}
