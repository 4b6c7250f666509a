import ArgumentParser
import DriverHost

/// `drivers flow run`: becomes the Python that runs a flow.
struct FlowRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a flow script and print its result.",
    discussion: """
      Runs `python3 -m flow_api run SCRIPT` in this process's place; DRIVERS_PYTHON names another Python, such as that \
      of a virtual environment. The flow's log goes to standard error, its result to standard output as JSON.

      The exit code is 0 if the flow succeeded, 1 if not, 2 for wrong usage, 3 where there is no Python or it has no \
      flow_api, and 130, 143 or 129 after Ctrl-C, TERM or HUP, which cancel the flow's connections.
      """
  )

  @Argument(
    help: ArgumentHelp("A Python file with handler(system, this, inputs).", valueName: "script"),
    completion: .file(extensions: ["py"])
  )
  var script: String

  @Option(
    help: ArgumentHelp("The flow's inputs, a JSON object; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["json"])
  )
  var inputs: String?

  @Option(
    help: ArgumentHelp(
      "The folder with `connectors` and `vaults` in it.",
      discussion:
        "Else DRIVERS_WORKSPACE, else the nearest folder with `connectors` in it from the current one upwards, else ~/.config/drivers.",
      valueName: "folder"
    ),
    completion: .directory
  )
  var workspace: String?

  @Option(
    name: .customLong("driver-path"),
    help: ArgumentHelp(
      "A folder of drivers, or one .so; may be given several times.",
      valueName: "path"
    ),
    completion: .file(extensions: ["so"])
  )
  var driverPath: [String] = []

  @OptionGroup var history: HistoryOptions

  @Option(help: ArgumentHelp("What the flow is called; the script's name otherwise."))
  var name: String?

  @Option(
    name: .customLong("max-runtime"),
    parsing: .unconditional,
    help: ArgumentHelp("Stop the flow after so many seconds.", valueName: "seconds")
  )
  var maxRuntime: Double?

  func run() throws {
    let python = try Environment.value("DRIVERS_PYTHON") ?? "python3"
    var arguments = [python, "-m", "flow_api", "run", script]
    for (option, value) in [
      ("--inputs", inputs), ("--workspace", workspace), ("--name", name),
      ("--max-runtime", maxRuntime.map { "\($0)" }),
    ] {
      if let value { arguments += [option, value] }
    }
    for path in driverPath { arguments += ["--driver-path", path] }
    if !history.noHistory {
      let file = HistoryFile(of: try Workspace.standard(workspace)).prepared()
      if let file { arguments += ["--history", file] }
    }
    // What lies in the current folder is not what Python's own modules are taken from (Python 3.11 and newer).
    Program.setEnvironment("PYTHONSAFEPATH", "1")
    // Asked first: Python's own words for a package that it lacks do not say where that comes from.
    switch Program.exitCode(of: [python, "-c", "import flow_api"]) {
    case 0: break
    case nil:
      throw FlowRun.unusable("\(python) cannot be run; set DRIVERS_PYTHON to a Python 3.9 or newer")
    default:
      throw FlowRun.unusable(
        "\(python) has no usable package flow_api: install the wheel of the driver host into it (Docs/Flows.md), or set DRIVERS_PYTHON to a Python that has it; `\(python) -c 'import flow_api'` says more"
      )
    }
    let number = Program.replace(by: arguments)
    throw FlowRun.unusable("\(python) cannot be run: \(systemMessage(number))")
  }

  private static func unusable(_ message: String) -> HostError {
    HostError(.notFound, stage: .driver, message)
  }
}
