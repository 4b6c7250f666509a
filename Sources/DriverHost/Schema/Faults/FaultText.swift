/// Values and alternatives as messages show them.
enum FaultText {
  /// What stands for a secret.
  static let masked = "***"

  /// How many characters of a text or a name a message shows.
  private static let maximumShown = 60

  /// A value as a message shows it: scalars as JSON, cut if they are long; lists and maps by their
  /// size only, since what is in them may be a secret of its own.
  static func shown(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .int(let integer): String(integer)
    case .double(let number): "\(number)"
    case .decimal(let text): cut(text.text)
    case .string(let text): quoted(text)
    case .bytes(let bytes): counted(bytes.count, "byte")
    case .list(let items): "a list of \(counted(items.count, "item"))"
    case .map(let members): "a map of \(counted(members.count, "member"))"
    case .json(let text): shown(text.value)
    }
  }

  /// A value of a schema, which is no secret and is shown in full where it is a scalar.
  static func allowed(_ values: [Value]) -> String {
    if values.isEmpty { return "nothing, since no value is listed" }
    let maximum = 20
    var words = values.prefix(maximum).map { shown($0) }
    if values.count > maximum { words.append("\(values.count - maximum) more") }
    return values.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))"
  }

  /// `a, b or c`.
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// `a, b and c`.
  static func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `1 item`, `2 items`.
  static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  /// A text in quotes, with control characters and quotes escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in cut(text).unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      default: append(scalar, to: &result)
      }
    }
    return result + "\""
  }

  /// A name as messages have it: in backticks, on one line, cut if it is long.
  static func name(_ text: String) -> String {
    "`\(line(text))`"
  }

  /// A text on one line, cut if it is long: what would break or turn the line is escaped.
  static func line(_ text: String, upTo maximum: Int = maximumShown) -> String {
    let isPlain =
      text.utf8.count <= maximum && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    if isPlain { return text }
    var result = ""
    for scalar in cut(text, to: maximum).unicodeScalars { append(scalar, to: &result) }
    return result
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar.value {
    case 0x0A: result += "\\n"
    case 0x0D: result += "\\r"
    case 0x09: result += "\\t"
    // Controls, line breaks of Unicode, and what changes the direction of the text behind it.
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }

  private static func cut(_ text: String, to maximum: Int = maximumShown) -> String {
    guard text.utf8.count > maximum else { return text }
    let start = text.unicodeScalars.prefix(maximum)
    return start.endIndex == text.endIndex ? text : String(start) + "…"
  }
}
