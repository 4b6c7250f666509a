/// Values and alternatives as messages show them.
enum FaultText {
  /// What stands for a secret.
  static let masked = "***"

  /// How many characters of a text a message shows.
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

  /// A name or a text in quotes, with control characters and quotes escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in cut(text).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > maximumShown else { return text }
    let start = text.unicodeScalars.prefix(maximumShown)
    return start.count == text.unicodeScalars.count ? text : String(start) + "…"
  }
}
