import DriverHost

/// Reads `key=value` arguments and an input file into one map.
///
/// No message shows what stands behind the sign of an argument: it may be a secret.
struct InputArguments {
  /// Says for a path of names whether the driver's schema wants text there, or bytes.
  let hints: InputHints
  /// Says for a path of names whether a message may quote the value there.
  let isShown: ([String]) -> Bool

  /// The names at the top that arguments set.
  struct Names {
    /// Those that an argument sets as a whole.
    var whole: Set<String> = []
    /// Those of which arguments set members.
    var parts: Set<String> = []

    /// All of them.
    var all: Set<String> { whole.union(parts) }
  }

  /// One argument, or what is wrong with it.
  typealias Edit = Result<(argument: InputArgument, value: Value), HostError>

  /// The inputs of `--input`, with the arguments laid over them.
  ///
  /// - Parameters:
  ///   - arguments: What the command line says.
  ///   - document: The file of `--input`.
  ///   - stored: What a connector stores: an argument that reaches into a key which neither the file nor an argument
  ///     before it gives changes a copy of that.
  /// - Returns: The inputs of the call.
  /// - Throws: All faults of all arguments at once.
  func read(
    _ arguments: [String],
    over document: ParsedDocument?,
    changing stored: ValueMap = [:]
  ) throws(HostError) -> ValueMap {
    var inputs = ValueMap()
    if let document {
      guard let map = document.value.mapValue else {
        throw HostError(
          faults: [
            Fault(
              .invalid,
              "the input must be a map of names to values",
              expected: "a map",
              got: document.value.kindInWords,
              location: document.locations.value(at: JSONPointer())
            )
          ],
          of: "the input"
        )
      }
      inputs = map
    }
    try InputArguments.apply(edits(arguments), to: &inputs, changing: stored)
    return inputs
  }

  /// The arguments taken apart, with their values; files, standard input and the environment are read for that.
  func edits(_ arguments: [String]) -> [Edit] {
    arguments.enumerated().map { index, text in
      Result { () throws(HostError) in
        let argument = try InputArgument(text, number: index + 1)
        return (argument, try value(of: argument))
      }
    }
  }

  /// Lays arguments over inputs.
  ///
  /// - Parameters:
  ///   - edits: The arguments.
  ///   - inputs: What they are laid over.
  ///   - stored: What they change a copy of where they reach into a key that the inputs do not have.
  ///   - location: Where they stand; nil: on the command line.
  /// - Throws: All faults of all arguments at once.
  static func apply(
    _ edits: [Edit],
    to inputs: inout ValueMap,
    changing stored: ValueMap = [:],
    at location: SourceLocation? = nil
  ) throws(HostError) {
    var faults: [Fault] = []
    for edit in edits {
      do {
        let (argument, value) = try edit.get()
        let name = argument.path[0]
        if argument.path.count > 1, inputs[name] == nil, let value = stored[name] {
          inputs[name] = value.resolved
        }
        try set(value, at: argument.path[...], in: &inputs, argument)
      } catch {
        faults +=
          error.faults.isEmpty
          ? [Fault(.syntax, error.message, location: location)] : error.faults
      }
    }
    guard faults.isEmpty else {
      throw HostError(faults: faults, of: location?.file ?? "the command line")
    }
  }

  /// The names that some arguments set; what is no input has none.
  static func names(_ arguments: [String]) -> Names {
    var names = Names()
    for text in arguments {
      guard let path = try? InputArgument(text, number: 1).path else { continue }
      if path.count == 1 { names.whole.insert(path[0]) } else { names.parts.insert(path[0]) }
    }
    return names
  }

  /// The paths of names that some arguments set.
  static func paths(_ arguments: [String]) -> [[String]] {
    arguments.compactMap { try? InputArgument($0, number: 1).path }
  }

  /// Whether an argument has its value read from standard input.
  static func readsStandardInput(_ text: String) -> Bool {
    guard let argument = try? InputArgument(text, number: 1), case .file(let path) = argument.source
    else { return false }
    return path == "-"
  }

  /// Reads the value of an argument as the schema wants it.
  func value(of argument: InputArgument) throws(HostError) -> Value {
    let kind = argument.form == .yaml ? .other : hints.kind(at: argument.path)
    switch argument.source {
    case .text(let text):
      if argument.form == .text || kind != .other { return .string(text) }
      return try parsed(argument, "its value", isSecret: false) { () throws(HostError) in
        try YAML.parse(Array(text.utf8), file: "the argument \(argument.name)")
      }
    case .file(let path):
      guard !path.isEmpty else { throw argument.fault("no file is named behind the `@`") }
      let bytes: [UInt8]
      do throws(HostError) {
        bytes = try Files.read(path)
      } catch {
        throw argument.fault(error.message)
      }
      switch kind {
      case .bytes: return .bytes(bytes)
      case .text:
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw argument.fault(
            "\(Files.name(path)) is not UTF-8 text, which this input asks for"
          )
        }
        return .string(text)
      case .other:
        return try parsed(argument, Files.name(path), isSecret: false) { () throws(HostError) in
          try Document.parse(bytes, file: Files.name(path))
        }
      }
    case .variable(let variable):
      guard !variable.isEmpty else { throw argument.fault("no variable is named behind `$ENV:`") }
      let value: String?
      do throws(HostError) {
        value = try Environment.value(variable)
      } catch {
        throw argument.fault(error.message)
      }
      guard let value else {
        throw argument.fault("the environment variable \(variable) is not set")
      }
      guard kind == .other else { return .string(value) }
      let what = "the environment variable \(variable)"
      return try parsed(argument, what, isSecret: true) { () throws(HostError) in
        try YAML.parse(Array(value.utf8), file: what)
      }
    }
  }

  /// The value of a document; its faults name no part of it unless it may be shown.
  private func parsed(
    _ argument: InputArgument,
    _ what: String,
    isSecret: Bool,
    _ parse: () throws(HostError) -> ParsedDocument
  ) throws(HostError) -> Value {
    do throws(HostError) {
      return try parse().value
    } catch {
      if !isSecret, isShown(argument.path) { throw error }
      let place = error.location.map { " from line \($0.line), column \($0.column) on" } ?? ""
      throw argument.fault(
        "\(what) is no YAML\(place); what stands there is not shown, since it may be a secret"
      )
    }
  }

  private static func set(
    _ value: Value,
    at path: ArraySlice<String>,
    in map: inout ValueMap,
    _ argument: InputArgument
  ) throws(HostError) {
    guard let name = path.first else { return }
    let rest = path.dropFirst()
    if rest.isEmpty {
      map[name] = value
      return
    }
    let present = map[name] ?? .map([:])
    guard case .map(var inner) = present else {
      let place = argument.path.dropLast(rest.count).joined(separator: ".")
      throw argument.fault("it reaches into `\(place)`, which is \(present.kindInWords), not a map")
    }
    try set(value, at: rest, in: &inner, argument)
    map[name] = .map(inner)
  }
}
