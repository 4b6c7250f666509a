import DriverHost

/// Reads `key=value` arguments and an input file into one map.
struct InputArguments {
  /// Says for a path of names whether the driver's schema wants text there, or bytes.
  let hints: InputHints

  /// One argument, taken apart.
  private struct Argument {
    enum Form {
      /// `=`: text where the schema wants it, else YAML.
      case fitting
      /// `==`: text as it stands.
      case text
      /// `:=`: YAML.
      case yaml
    }

    var text: String
    var path: [String]
    var form: Form
    var value: String
  }

  /// The inputs of `--input`, with the arguments laid over them.
  ///
  /// - Throws: All faults of all arguments at once.
  func read(
    _ arguments: [String],
    over document: ParsedDocument?
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
    var faults: [Fault] = []
    for text in arguments {
      do {
        let argument = try InputArguments.split(text)
        let value = try value(of: argument)
        try set(value, at: argument.path[...], in: &inputs, argument)
      } catch {
        faults += error.faults.isEmpty ? [Fault(.syntax, error.message)] : error.faults
      }
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the command line") }
    return inputs
  }

  /// The names at the top that some arguments set; what is no input has none.
  static func names(_ arguments: [String]) -> Set<String> {
    Set(arguments.compactMap { try? split($0).path[0] })
  }

  /// Finds the first `=`, `==` or `:=` behind the name; a dot separates names, `\.` is a dot.
  private static func split(_ text: String) throws(HostError) -> Argument {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw fault("`\(text)` is no input: write it as key=value, key:=YAML or key=@file")
    }
    var end = sign
    var start = text.index(after: sign)
    var form = Argument.Form.fitting
    if text[text.index(before: sign)] == ":" {
      end = text.index(before: sign)
      form = .yaml
    } else if start < text.endIndex, text[start] == "=" {
      start = text.index(after: start)
      form = .text
    }
    var path = [""]
    var isEscaped = false
    for character in text[..<end] {
      if isEscaped || (character != "." && character != "\\") {
        path[path.count - 1].append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        path.append("")
      }
    }
    guard !path.contains("") else {
      throw fault("`\(text)` has an empty name: a dot stands between two names")
    }
    return Argument(text: text, path: path, form: form, value: String(text[start...]))
  }

  private func value(of argument: Argument) throws(HostError) -> Value {
    let name = argument.path.joined(separator: ".")
    switch argument.form {
    case .text: return .string(argument.value)
    case .yaml:
      if argument.value.hasPrefix("@") {
        let path = String(argument.value.dropFirst())
        return try Document.parse(try Files.read(path), file: path).value
      }
      return try InputArguments.yaml(argument.value, name)
    case .fitting: break
    }
    if argument.value.hasPrefix("@") {
      let path = String(argument.value.dropFirst())
      let bytes = try Files.read(path)
      switch hints.kind(at: argument.path) {
      case .bytes: return .bytes(bytes)
      case .text: return .string(try InputArguments.text(bytes, "the file \(path)"))
      case .other: return try Document.parse(bytes, file: path).value
      }
    }
    if argument.value.hasPrefix("$ENV:") {
      let variable = String(argument.value.dropFirst("$ENV:".count))
      guard let text = Environment.value(variable) else {
        throw InputArguments.fault(
          "`\(name)`: the environment variable \(variable) is not set"
        )
      }
      return hints.kind(at: argument.path) == .other
        ? try InputArguments.yaml(text, name) : .string(text)
    }
    switch hints.kind(at: argument.path) {
    case .text, .bytes: return .string(argument.value)
    case .other: return try InputArguments.yaml(argument.value, name)
    }
  }

  private func set(
    _ value: Value,
    at path: ArraySlice<String>,
    in map: inout ValueMap,
    _ argument: Argument
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
      throw InputArguments.fault(
        "`\(argument.path.joined(separator: "."))` reaches into `\(place)`, which is \(present.kindInWords), not a map"
      )
    }
    try set(value, at: rest, in: &inner, argument)
    map[name] = .map(inner)
  }

  private static func yaml(_ text: String, _ name: String) throws(HostError) -> Value {
    try YAML.parse(Array(text.utf8), file: "the argument \(name)").value
  }

  private static func text(_ bytes: [UInt8], _ what: String) throws(HostError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fault("\(what) is not UTF-8 text, which this input asks for")
    }
    return text
  }

  private static func fault(_ message: String) -> HostError {
    HostError(.invalidInput, stage: .input, message)
  }
}
