import DriverHost

/// The inputs of a call as its driver would get them, each with where it came from, secrets masked.
struct Explanation {
  private struct Line {
    var name: String
    var value: Value
    var origin: String
  }

  private let action: String
  private let lines: [Line]
  private let dropped: [String]
  private let unset: [String]

  /// - Parameters:
  ///   - complete: The inputs, completed.
  ///   - document: The file of `--input`; nil if there is none.
  ///   - arguments: The names that the command line sets.
  ///   - action: The action that would run.
  init(
    _ complete: CompleteInputs,
    document: ParsedDocument?,
    arguments: Set<String>,
    action: String
  ) {
    self.action = action
    dropped = complete.dropped
    unset = complete.unset
    var masked = Value.map(complete.values)
    for place in complete.secrets { masked = masked.masking(place.tokens[...]) }
    let defaulted = Set(complete.defaulted.filter { $0.tokens.count == 1 }.map(\.tokens[0]))
    let partly = Set(complete.defaulted.filter { $0.tokens.count > 1 }.map(\.tokens[0]))
    lines = (masked.mapValue ?? [:]).map { name, value in
      var origin = "command line"
      if defaulted.contains(name) {
        origin = "default"
      } else if !arguments.contains(name), let document {
        let place = document.locations.value(at: JSONPointer([name]))
        origin = place?.description ?? "--input"
      }
      if partly.contains(name), !defaulted.contains(name) { origin += " and defaults" }
      return Line(name: name, value: value, origin: origin)
    }
  }

  /// A table, and what was left out below it.
  var text: String {
    var table = TextTable(["input", "value", "from"])
    for line in lines { table.add([line.name, JSON.text(line.value), line.origin]) }
    var text = "action \(action)\n\(table.text)"
    if !dropped.isEmpty {
      text += "\nleft out, since they belong to other actions: \(dropped.joined(separator: ", "))"
    }
    if !unset.isEmpty { text += "\nunset by null: \(unset.joined(separator: ", "))" }
    return text
  }

  /// The documented object.
  var object: Value {
    [
      "version": 1, "action": .string(action),
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
