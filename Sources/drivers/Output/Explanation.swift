import DriverHost

/// The inputs of a call as its driver would get them, each with where it came from, secrets masked, and what the call
/// would do to the other side.
struct Explanation {
  private struct Line {
    var name: String
    var value: Value
    var origin: String
  }

  private let action: String
  private let effect: Descriptor.Action.Effect
  private let isIdempotent: Bool
  private let lines: [Line]
  private let dropped: [String]
  private let unset: [String]

  /// - Parameters:
  ///   - complete: The inputs, completed.
  ///   - own: The host's own inputs, which no driver sees.
  ///   - document: The file of `--input`; nil if there is none.
  ///   - arguments: What the command line sets.
  ///   - action: The action that would run.
  init(
    _ complete: CompleteInputs,
    ofHost own: [(name: String, value: Value)],
    document: ParsedDocument?,
    arguments: InputArguments.Names,
    action: Descriptor.Action
  ) {
    self.action = action.name
    effect = complete.effect ?? action.effect
    isIdempotent = complete.isIdempotent ?? action.isIdempotent
    dropped = complete.dropped
    unset = complete.unset
    let masked = complete.values.masking(complete.secrets)
    let defaulted = Set(complete.defaulted.filter { $0.tokens.count == 1 }.map(\.tokens[0]))
    let partly = Set(complete.defaulted.filter { $0.tokens.count > 1 }.map(\.tokens[0]))
    lines = (Array(masked) + own).map { name, value in
      let place = document?.locations.value(at: JSONPointer([name]))?.description
      var origin = "command line"
      if defaulted.contains(name) {
        origin = "default"
      } else if let place, !arguments.whole.contains(name) {
        origin = arguments.parts.contains(name) ? "\(place) and command line" : place
      }
      if partly.contains(name), !defaulted.contains(name) { origin += " and defaults" }
      return Line(name: name, value: value, origin: origin)
    }
  }

  /// A table, and what was left out below it.
  var text: String {
    var table = TextTable(["input", "value", "from"])
    for line in lines { table.add([line.name, JSON.text(line.value), line.origin]) }
    let idempotent = isIdempotent ? ", idempotent" : ""
    var text = "action \(action) (\(effect.rawValue)\(idempotent))\n\(table.text)"
    for (meaning, names) in [
      ("left out, since they belong to other actions", dropped), ("unset by null", unset),
    ] where !names.isEmpty {
      text += "\n" + Console.plain("\(meaning): \(names.joined(separator: ", "))")
    }
    return text
  }

  /// The documented object.
  var object: Value {
    [
      "version": 1, "action": .string(action), "effect": .string(effect.rawValue),
      "idempotent": .bool(isIdempotent),
      "inputs": .list(
        lines.map { line in
          ["name": .string(line.name), "value": line.value, "from": .string(line.origin)]
        }
      ),
      "dropped": .list(dropped.map { .string($0) }),
      "unset": .list(unset.map { .string($0) }),
    ]
  }
}
