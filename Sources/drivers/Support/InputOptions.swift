import ArgumentParser
import DriverHost

/// The inputs of a connection on the command line.
struct InputOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The connector type, as `drivers list` shows it.",
      discussion: "TYPE@id picks one of several drivers for a type.",
      valueName: "type"
    )
  )
  var type: String

  @Option(
    name: .long,
    help: ArgumentHelp("A YAML or JSON file of inputs; - is standard input.", valueName: "file")
  )
  var input: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Stop after so many seconds; fractions are allowed.",
      valueName: "seconds"
    )
  )
  var timeout: Double?

  @Argument(
    help: ArgumentHelp(
      "Inputs; they win over those of --input.",
      discussion: """
        key=value       text where the driver wants text, else YAML
        key:=value      always YAML: port:=8080, tags:='[a, b]'
        key==value      always text, as it stands: key==@x is the text @x
        key=@file       what a file holds
        key=$ENV:NAME   what the environment variable NAME holds
        a.b=value       the member b of a; a\\.b=value is a key with a dot

        Pass secrets by key=$ENV:NAME or key=@file: what stands on a command line is seen by every \
        user of the machine, and stays in the shell's history.
        """,
      valueName: "key=value"
    )
  )
  var inputs: [String] = []

  /// The inputs, whether they stand on the command line or in a file, and where.
  func read(_ descriptor: Descriptor, action: String?) throws(HostError) -> (
    inputs: ValueMap, document: ParsedDocument?
  ) {
    let document: ParsedDocument? = try input.map { path throws(HostError) in
      try Document.parse(try Files.read(path), file: Files.name(path))
    }
    let own = descriptor.action(action ?? descriptor.defaultAction)?.inputs
    let hints = InputHints([descriptor.inputs, own ?? .null])
    return (try InputArguments(hints: hints).read(inputs, over: document), document)
  }

  /// Tells where in the file an input stands; nil without a file.
  static func locations(
    in document: ParsedDocument?
  ) -> (@Sendable (JSONPointer) -> SourceLocation?)? {
    guard let locations = document?.locations else { return nil }
    return { locations.nearest(to: $0) }
  }

  /// The time limit.
  func limit() throws(HostError) -> Duration? {
    guard let timeout else { return nil }
    guard timeout > 0, timeout.isFinite, timeout < 1e9 else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "--timeout is \(timeout): give a number of seconds above 0"
      )
    }
    return .seconds(timeout)
  }
}
