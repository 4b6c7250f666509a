import DriverHost

/// The inputs of a call as its driver would get them, each with where it came from, secrets masked, and what the call
/// would do to the other side.
struct Explanation {
  private struct Line {
    var name: String
    var value: Value
    var origin: String
  }

  private let explained: CallExplanation
  private let lines: [Line]

  /// - Parameters:
  ///   - explained: The inputs, completed.
  ///   - call: What the call was made of.
  ///   - arguments: What the command line sets.
  init(
    _ explained: CallExplanation,
    _ call: CallRequest.Prepared,
    arguments: InputArguments.Names
  ) {
    self.explained = explained
    lines = explained.inputs.map { input in
      var origin = Explanation.origin(of: input, call, arguments)
      for reference in input.references { origin += " and secret \(reference)" }
      if input.isPartlyDefaulted { origin += " and defaults" }
      return Line(name: input.name, value: input.value, origin: origin)
    }
  }

  private static func origin(
    of input: CallExplanation.Input,
    _ call: CallRequest.Prepared,
    _ arguments: InputArguments.Names
  ) -> String {
    switch input.origin {
    case .schema: return "default"
    case .driver: return "default of the driver"
    case .attached(let path): return "secret \(path)"
    case .stored(let location): return location?.description ?? "connector"
    case .call: break
    }
    let pointer = JSONPointer([input.name])
    var place = call.document?.locations.value(at: pointer)?.description
    if place == nil, call.stored?.inputs.values[input.name] != nil {
      place = call.stored?.inputs.location(ofInput: pointer)?.description
    }
    guard let place, !arguments.whole.contains(input.name) else { return "command line" }
    return arguments.parts.contains(input.name) ? "\(place) and command line" : place
  }

  private var notes: [(meaning: String, names: [String])] {
    [
      ("left out, since they belong to other actions", explained.dropped),
      ("unset by null", explained.unset),
      ("of attached secrets, and no inputs of the type", explained.ignored),
    ].filter { !$0.1.isEmpty }
  }

  /// A table, and what was left out below it.
  var text: String {
    var table = TextTable(["input", "value", "from"])
    for line in lines { table.add([line.name, JSON.text(line.value), line.origin]) }
    let idempotent = explained.isIdempotent ? ", idempotent" : ""
    var text =
      "action \(explained.action.name) (\(explained.effect.rawValue)\(idempotent))\n\(table.text)"
    for (meaning, names) in notes {
      text += "\n" + Console.plain("\(meaning): \(names.joined(separator: ", "))")
    }
    for failure in explained.failures { text += "\n" + Console.plain("secret: \(failure)") }
    return text
  }

  /// The documented object.
  var object: Value {
    func texts(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }
    return [
      "version": 1, "action": .string(explained.action.name),
      "effect": .string(explained.effect.rawValue), "idempotent": .bool(explained.isIdempotent),
      "inputs": .list(
        lines.map { line in
          ["name": .string(line.name), "value": line.value, "from": .string(line.origin)]
        }
      ),
      "dropped": texts(explained.dropped), "unset": texts(explained.unset),
      "ignored": texts(explained.ignored), "failures": texts(explained.failures),
    ]
  }
}
