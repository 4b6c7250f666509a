import DriverHost

/// Reads an answer that was typed as the value that a field wants.
enum FormAnswer {
  /// Why an answer is none, for the person who typed it.
  struct Wrong: Error {
    let message: String
  }

  /// Answers that mean something else to the prompt; a backslash before them takes that away.
  private static let special: Set = ["?", "-", "~", ".", "+", "\"\""]

  /// The value of an answer, as far as its kind; what else holds for it is the form's to check.
  ///
  /// - Parameters:
  ///   - answer: A line, or several.
  ///   - field: The field that it is for.
  /// - Returns: The value.
  /// - Throws: Why it is none, without the answer.
  static func value(_ answer: String, for field: FormField) throws(Wrong) -> Value {
    let kinds = field.kinds
    let others = kinds.filter { $0 != .null }
    let isText = others.allSatisfy { [.string, .bytes, .decimal].contains($0) }
    let takesText = kinds.contains { [.string, .bytes, .decimal].contains($0) }
    if takesText, answer == "\"\"" { return "" }
    let text = unescaped(answer)
    if ReferenceText.isIn(text) { return .string(text) }
    if isText {
      return kinds.contains(.null) && text == "null" ? .null : .string(text)
    }
    if others == [.boolean], !(kinds.contains(.null) && text == "null") {
      guard let truth = truth(text) else { throw Wrong(message: "expected yes or no") }
      return .bool(truth)
    }
    return try yaml(text, takesText: kinds.contains(.string))
  }

  /// What an answer to a question of yes or no says; nil if it is neither.
  static func truth(_ answer: String) -> Bool? {
    switch answer.lowercased() {
    case "y", "yes", "true": true
    case "n", "no", "false": false
    default: nil
    }
  }

  /// A value as it could be typed, on one line.
  static func text(_ value: Value) -> String {
    value.stringValue ?? JSON.text(value)
  }

  /// An answer as YAML, which is text where it is none and text will do.
  private static func yaml(_ text: String, takesText: Bool) throws(Wrong) -> Value {
    do throws(HostError) {
      let value = try YAML.parse(Array(text.utf8), file: "the answer").value
      // A comment alone is no value: the text may be a colour or a channel.
      let isEmpty = value.isNull && !["null", "Null", "NULL", "~"].contains(text)
      if isEmpty, takesText { return .string(text) }
      return value
    } catch {
      if takesText { return .string(text) }
      // The message of the reader could quote a secret that stands in the answer.
      let place = error.location ?? error.faults.first?.location
      let column = place.map { " from line \($0.line), column \($0.column) on" } ?? ""
      throw Wrong(
        message: "this is no YAML\(column): write [a, b] for a list, {name: value} for a map"
      )
    }
  }

  /// An answer without the backslash that takes its meaning away.
  static func unescaped(_ answer: String) -> String {
    guard answer.utf8.first == UInt8(ascii: "\\") else { return answer }
    let rest = String(answer.dropFirst())
    return special.contains(rest) || rest.utf8.first == UInt8(ascii: "@") ? rest : answer
  }
}
