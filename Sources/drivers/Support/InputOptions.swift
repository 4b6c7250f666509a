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
    ),
    completion: TypeArgument.completion
  )
  var type: String

  @Option(
    name: .long,
    help: ArgumentHelp("A YAML or JSON file of inputs; - is standard input.", valueName: "file"),
    completion: .file()
  )
  var input: String?

  @Option(
    name: .long,
    // Taken whatever it begins with: of -1 is said what is wrong with it.
    parsing: .unconditional,
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
        a.b=value       the member b of a; \\. \\= \\: \\\\ are characters of the key

        Pass secrets by key=$ENV:NAME or key=@file: what stands on a command line is seen by every \
        user of the machine, and stays in the shell's history.
        """,
      valueName: "key=value"
    )
  )
  var inputs: [String] = []

  func validate() throws {
    let arguments = inputs.count { InputArguments.readsStandardInput($0) }
    guard arguments + (input == "-" ? 1 : 0) < 2 else {
      throw ValidationError(
        "standard input can be read once: use - for one of the inputs, and files for the others"
      )
    }
  }

  /// The inputs, whether they stand on the command line or in a file, and where.
  func read(
    _ descriptor: Descriptor,
    _ action: Descriptor.Action
  ) throws(HostError) -> (inputs: ValueMap, document: ParsedDocument?) {
    let document: ParsedDocument? = try input.map { path throws(HostError) in
      try Document.input(path, descriptor, action)
    }
    let arguments = InputArguments(
      hints: InputHints([descriptor.inputs, action.inputs]),
      // Asked only where something is wrong: the schema is compiled for it.
      isShown: { InputSecrecy(descriptor, action: action.name).isShown($0) }
    )
    return (try arguments.read(inputs, over: document), document)
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
        "--timeout is \(InputOptions.text(timeout)): give a number of seconds above 0 and below 1e9"
      )
    }
    return .seconds(timeout)
  }

  /// A number as people write it: -1, not -1.0.
  private static func text(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Document {
  /// Reads a file of inputs for an action; `-` is standard input.
  ///
  /// - Throws: What is wrong with it, with nothing in it of what may be a secret.
  static func input(
    _ path: String,
    _ descriptor: Descriptor,
    _ action: Descriptor.Action
  ) throws(HostError) -> ParsedDocument {
    let name = Files.name(path)
    let bytes = try Files.read(path)
    do throws(HostError) {
      return try parse(bytes, file: name)
    } catch {
      throw InputSecrecy(descriptor, action: action.name).hiding(error, of: name)
    }
  }
}
