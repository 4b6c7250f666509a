import ArgumentParser
import DriverHost

/// The option of every command that uses connectors and vault configurations.
struct WorkspaceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder with `connectors` and `vaults` in it.",
      discussion: """
        Else DRIVERS_WORKSPACE, else the nearest folder with `connectors` in it from the current one \
        upwards, else ~/.config/drivers.
        """,
      valueName: "folder"
    ),
    completion: .directory
  )
  var workspace: String?

  func validate() throws {
    // An empty variable of a script, most likely.
    guard workspace != "" else { throw ValidationError("--workspace needs a folder") }
  }

  /// The workspace that the option, the environment and the current folder give.
  func opened() throws(HostError) -> Workspace { try Workspace.standard(workspace) }
}

/// The options of every command about what a workspace stores.
struct ResourceOptions: ParsableArguments {
  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var catalogOptions: CatalogOptions

  /// Whether JSON is wanted.
  var json: Bool { catalogOptions.json }

  /// The workspace.
  func workspace() throws(HostError) -> Workspace { try workspaceOptions.opened() }

  /// What holds resources of the workspace against their types.
  func check(in workspace: Workspace) -> ResourceCheck {
    ResourceCheck(workspace, catalogOptions.catalog)
  }
}

/// The argument of commands about one connector.
struct ConnectorArgument: ParsableArguments {
  @Argument(help: "The connector's name.", completion: ConnectorArgument.completion)
  var name: String

  /// The connectors of the workspace that is found without options.
  static let completion = CompletionKind.custom { _, _, _ in
    ((try? Workspace.standard()).flatMap { try? $0.connectors.names() }) ?? []
  }
}

/// The argument of commands about one vault configuration.
struct VaultArgument: ParsableArguments {
  @Argument(help: "The vault configuration's name.", completion: VaultArgument.completion)
  var name: String

  /// The vault configurations of the workspace that is found without options.
  static let completion = CompletionKind.custom { _, _, _ in
    ((try? Workspace.standard()).flatMap { try? $0.vaults.names() }) ?? []
  }
}

/// The option of commands that take something away.
struct ConfirmationOptions: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Ask nothing.")
  var yes = false

  /// Asks on a terminal whether something is to be done.
  ///
  /// - Parameter question: What is asked, without the answers.
  /// - Throws: `ExitCode(1)` where the answer is no; at the stage `.input`, that there is nobody to ask.
  func confirm(_ question: String) throws {
    if yes { return }
    guard Terminal.isInteractive else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "there is no terminal to ask whether that is meant: say so with --yes"
      )
    }
    guard Terminal.agrees(question, otherwise: false) else { throw ExitCode(1) }
  }
}
