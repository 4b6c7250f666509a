import ArgumentParser
import DriverHost

/// A connection on the command line: what it goes to, and its inputs.
struct InputOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The connector type, as `drivers list` shows it, of a connection without a connector.",
      discussion: "TYPE@id picks one of several drivers for a type.",
      valueName: "type"
    ),
    completion: TypeArgument.completion
  )
  var type: String?

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

  @Option(
    name: .customLong("vault-secret"),
    help: ArgumentHelp(
      "Attach the secrets of a path, in place of those of the connector; may be given several times.",
      discussion: "The input vault_secrets=config:path does the same.",
      valueName: "config:path"
    )
  )
  var vaultSecrets: [String] = []

  @OptionGroup var workspaceOptions: WorkspaceOptions

  @Argument(
    help: ArgumentHelp(
      "The connector, without --type; then inputs, which win over those of --input.",
      discussion: """
        key=value       text where the driver wants text, else YAML
        key:=value      always YAML: port:=8080, tags:='[a, b]'
        key==value      always text, as it stands: key==@x is the text @x
        key=@file       what a file holds
        key=$ENV:NAME   what the environment variable NAME holds
        a.b=value       the member b of a; \\. \\= \\: \\\\ are characters of the key

        They win over what the connector stores and over the secrets that are attached to it, key by \
        key at the top; a.b changes a copy of what the connector stores in a. A value may refer to a \
        secret: vault.secret(config:path.key).

        Pass secrets by key=$ENV:NAME or key=@file: what stands on a command line is seen by every \
        user of the machine, and stays in the shell's history.
        """,
      valueName: "name|key=value"
    ),
    completion: .custom { words, _, _ in
      // None is named beside a type.
      words.contains("--type") ? [] : (try? Workspace.standard().connectors.names()) ?? []
    }
  )
  var arguments: [String] = []

  /// The connector that is named; nil with `--type`.
  var connector: String? {
    guard type == nil, let first = arguments.first, !InputArgument.isInput(first) else {
      return nil
    }
    return first
  }

  /// The inputs among the arguments.
  var inputs: [String] { Array(arguments.dropFirst(connector == nil ? 0 : 1)) }

  func validate() throws {
    let arguments = inputs.count { InputArguments.readsStandardInput($0) }
    guard arguments + (input == "-" ? 1 : 0) < 2 else {
      throw ValidationError(
        "standard input can be read once: use - for one of the inputs, and files for the others"
      )
    }
  }

  /// What the command line asks for.
  func request() throws(HostError) -> CallRequest {
    CallRequest(
      target: try target(),
      input: input,
      arguments: inputs,
      vaultSecrets: vaultSecrets,
      timeout: try limit()
    )
  }

  private func target() throws(HostError) -> ConnectionTarget {
    if let type { return .type(type) }
    if let connector { return .connector(connector) }
    throw HostError(
      .invalidInput,
      stage: .input,
      "neither a connector nor a type is named: give NAME key=value, or --type TYPE key=value"
    )
  }

  /// The workspace; nil where a call that needs none finds none.
  func workspace() throws(HostError) -> Workspace? {
    guard type != nil else { return try workspaceOptions.opened() }
    return try? workspaceOptions.opened()
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
