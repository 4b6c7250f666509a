import DriverHost

/// One argument `key=value`, taken apart.
///
/// The key ends at the first `=` that no backslash stands before. Taken apart by scalars and not by
/// characters: an accent that the value begins with would make one character with the sign.
struct InputArgument {
  /// How the value is read.
  enum Form {
    /// `=`: text where the schema wants it, else YAML.
    case fitting
    /// `==`: text as it stands.
    case text
    /// `:=`: YAML.
    case yaml
  }

  /// Where the value comes from.
  enum Source {
    /// It stands there.
    case text(String)
    /// `@`: a file, or standard input.
    case file(String)
    /// `$ENV:`: a variable of the environment.
    case variable(String)
  }

  /// The names from the top on.
  let path: [String]
  let form: Form
  let source: Source

  /// The key without its escapes, as messages name it.
  var name: String { path.joined(separator: ".") }

  /// Takes an argument apart.
  ///
  /// - Parameters:
  ///   - text: The argument.
  ///   - number: Its place among the inputs, from 1, for messages about one that has no name.
  /// - Throws: At the stage `.input`, what is wrong with it, without its value.
  init(_ text: String, number: Int) throws(HostError) {
    let scalars = text.unicodeScalars
    var path = [String.UnicodeScalarView()]
    var rest = scalars[...]
    var key = scalars.startIndex
    var endsInColon = false
    var isEscaped = false
    while let scalar = rest.first, isEscaped || scalar != "=" {
      rest.removeFirst()
      if isEscaped {
        guard InputArgument.escapable.contains(scalar) else {
          throw InputArgument.fault(
            "input \(number) has a backslash in its name before what needs none; write `\\\\` for one "
              + "that belongs to the name"
          )
        }
        path[path.count - 1].append(scalar)
        isEscaped = false
        endsInColon = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "." {
        path.append(String.UnicodeScalarView())
        endsInColon = false
      } else {
        path[path.count - 1].append(scalar)
        endsInColon = scalar == ":"
      }
      key = rest.startIndex
    }
    guard !isEscaped else {
      throw InputArgument.fault(
        "input \(number) ends in a backslash, which stands for nothing, and has no `=`"
      )
    }
    guard !rest.isEmpty else {
      let note = scalars.contains("\\") ? " that no backslash stands before" : ""
      throw InputArgument.fault(
        "input \(number) has no `=`\(note): write it as key=value, key:=YAML or key=@file"
      )
    }
    rest.removeFirst()
    if endsInColon {
      path[path.count - 1].removeLast()
      form = .yaml
    } else if rest.first == "=" {
      rest.removeFirst()
      form = .text
    } else {
      form = .fitting
    }
    self.path = path.map { String($0) }
    guard self.path != [""] else {
      throw InputArgument.fault(
        "input \(number) has no name before its sign: write it as key=value, key:=YAML or key=@file"
      )
    }
    guard !self.path.contains("") else {
      throw InputArgument.fault(
        "`\(String(scalars[..<key]))` has an empty name: a dot stands between two names"
      )
    }
    source = InputArgument.source(Substring(rest), form)
  }

  /// Another value in the place of an argument's, which stands as it is.
  init(_ other: InputArgument, text: String) {
    path = other.path
    form = other.form
    source = .text(text)
  }

  /// Whether a text is an input: it holds a `=` that no backslash stands before.
  static func isInput(_ text: String) -> Bool {
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if scalar == "=", !isEscaped { return true }
      isEscaped = scalar == "\\" && !isEscaped
    }
    return false
  }

  /// What a backslash makes a part of the name.
  static let escapable: Set<Unicode.Scalar> = [".", "=", ":", "\\"]

  private static func source(_ value: Substring, _ form: Form) -> Source {
    let variable = "$ENV:"
    if form != .text, value.utf8.first == UInt8(ascii: "@") {
      return .file(String(Substring(value.utf8.dropFirst())))
    }
    if form == .fitting, value.utf8.starts(with: variable.utf8) {
      return .variable(String(Substring(value.utf8.dropFirst(variable.utf8.count))))
    }
    return .text(String(value))
  }

  /// What is wrong with the argument.
  func fault(_ message: String) -> HostError {
    InputArgument.fault("`\(name)`: \(message)")
  }

  private static func fault(_ message: String) -> HostError {
    HostError(.invalidInput, stage: .input, message)
  }
}
