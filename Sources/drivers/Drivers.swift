import ArgumentParser
import DriverHost
import Glibc

/// The command line: one subcommand a file, under Commands.
@main
struct Drivers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drivers",
    abstract: "Runs connections through drivers that are loaded as shared libraries.",
    discussion: """
      Drivers are looked for in the folders of --driver-path and of DRIVERS_PATH, then in the \
      user's data folder (~/.local/share/drivers), the lib/drivers that this program was \
      installed with, /usr/local/lib/drivers, /usr/lib/drivers and the folder of this program.

      With --json, output and errors are one JSON document on standard output, also of \
      --version. NO_COLOR is honoured. Completions: drivers --generate-completion-script bash (or zsh, fish).

      Connectors and vault configurations are files of a workspace: the folder of --workspace, else \
      of DRIVERS_WORKSPACE, else the nearest one with connectors in it from the current folder \
      upwards, else ~/.config/drivers.

      Exit codes: 0 success; 1 the connection ended in an error, or a secret could not be had; 2 \
      wrong usage or input; 3 a driver could not be used, or findings; 129, 130, 143 after HUP, Ctrl-C, TERM.
      """,
    version: VersionReport.text,
    // Each says its name: to make one of the type's name, the parser asks at every start for every
    // subcommand whether the type describes itself, which takes the runtime through all
    // conformances of the program.
    subcommands: [
      List.self, Describe.self, Actions.self, Run.self, Test.self, Validate.self, Parse.self,
      Doctor.self, Docs.self, New.self, Install.self,
      Remove.self, Check.self, FlowCommand.self, ABI.self, ConnectorCommand.self, VaultCommand.self,
      ExecutionsCommand.self, DoctorProbe.self, CheckProbe.self,
    ]
  )

  /// Runs a subcommand, and turns every failure into its text and its exit code.
  static func main() async {
    StandardDescriptors.complete()
    // A closed pipe is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      try ProcessArguments.check()
      if VersionReport.isWantedAsJSON(CommandLine.arguments.dropFirst()) {
        Console.output(json: VersionReport.document)
        leave(0)
      }
      var command = try parse()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      leave(0)
    } catch {
      leave(report(error))
    }
  }

  /// The command that the arguments ask for.
  ///
  /// The subcommand that they begin with reads the others alone, which spares the parser the way
  /// through all commands. What it does not take as they are, such as `--help` and what is wrong,
  /// the parser reads from the top, so that its texts name the whole command.
  private static func parse() throws -> any ParsableCommand {
    let arguments = CommandLine.arguments.dropFirst()
    let named = configuration.subcommands.first {
      $0.configuration.commandName == arguments.first
    }
    if let named, let command = try? named.parseAsRoot(Array(arguments.dropFirst())),
      type(of: command) == named
    {
      return command
    }
    return try parseAsRoot()
  }

  /// Says what went wrong.
  ///
  /// - Returns: The exit code that it has.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let failure as Failure: return report(failure)
    case let error as HostError: return report(Failure(error, asJSON: isJSONWanted))
    default: break
    }
    // Help and versions go to standard output with 0; wrong usage to standard error with 2.
    // argument-parser has 64 (EX_USAGE) for wrong usage; our codes are few and documented.
    let code = exitCode(for: error)
    if code == .validationFailure, isJSONWanted {
      return report(
        Failure(HostError(.invalidInput, stage: .input, message(for: error)), asJSON: true)
      )
    }
    var text = fullMessage(for: error)
    let parsersPrefix = "Error: "
    if text.hasPrefix(parsersPrefix) {
      text = "\(Console.emphasized("error")): \(text.dropFirst(parsersPrefix.count))"
    }
    if code.isSuccess {
      Console.output(text)
    } else if !text.isEmpty {
      Console.error(text)
    }
    return code == .validationFailure ? 2 : code.rawValue
  }

  private static func report(_ failure: Failure) -> Int32 {
    failure.report()
    return failure.exitCode
  }

  /// Ends the process without what libraries have registered for its end (`atexit`).
  ///
  /// A call that was given up is still inside its driver then, and a driver's libraries may be in
  /// use on threads of their own: OpenSSL takes apart what such a thread works with, and it
  /// crashes. All output has been written by now, since none of it is buffered.
  static func leave(_ code: Int32) -> Never {
    _exit(Console.exitCode(code))
  }

  /// Whether `--json` was given, also where the command line could not be understood.
  private static var isJSONWanted: Bool {
    CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
  }
}
