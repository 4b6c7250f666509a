import ArgumentParser
import DriverHost

/// Lists what a driver can do: `drivers actions`.
struct Actions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "actions",
    abstract: "List the actions of a driver.",
    discussion: """
      The action marked with * runs when none is named. Kind `run` is the connection's work; \
      `analysis` finds something out, such as whether a connection would work.

      With --json: {"version": 1, "name", "id", "default_action", "actions": [{"name", "title", \
      "summary", "kind", "unusable", "implements", "session", "effect", "idempotent", "cancellable", \
      "output_kinds", "channels": [{"name", "direction", "content"}], "inputs", "outputs"}]}. What \
      is not known is null; "unusable" says why this host cannot call an action, and "session" \
      whether its calls take one.
      """
  )

  @OptionGroup var target: TypeArgument
  @OptionGroup var options: CatalogOptions

  func run() throws {
    let descriptor = try options.catalog.driver(for: target.type).descriptor
    if options.json {
      Console.output(json: Actions.document(descriptor))
    } else {
      Console.output(Actions.table(descriptor))
    }
  }

  /// The actions as a table.
  static func table(_ descriptor: Descriptor) -> String {
    var table = TextTable(["ACTION", "KIND", "EFFECT", "OUTPUT", "SUMMARY"])
    for action in descriptor.actions {
      table.add([
        action.name + (action.name == descriptor.defaultAction ? "*" : ""),
        action.kind?.rawValue ?? "unknown",
        action.effect.rawValue + (action.isIdempotent ? ", idempotent" : ""),
        action.outputKinds.map(\.rawValue).joined(separator: ", "),
        (action.summary ?? action.title)
          + (action.misfit.map { " (not usable here: it \($0))" } ?? ""),
      ])
    }
    return table.text
  }

  private static func document(_ descriptor: Descriptor) -> Value {
    [
      "version": 1,
      "name": .string(descriptor.name),
      "id": .string(descriptor.id),
      "default_action": .string(descriptor.defaultAction),
      "actions": .list(descriptor.actions.map { object($0, descriptor.session != nil) }),
    ]
  }

  private static func object(_ action: Descriptor.Action, _ hasSessions: Bool) -> Value {
    [
      "name": .string(action.name),
      "title": .string(action.title),
      "summary": Value(action.summary),
      "kind": Value(action.kind?.rawValue),
      "unusable": Value(action.misfit),
      "implements": .list(action.implements.map { .string($0) }),
      "session": .bool(action.takesSession && hasSessions),
      "effect": .string(action.effect.rawValue),
      "idempotent": .bool(action.isIdempotent),
      "cancellable": .bool(action.isCancellable),
      "output_kinds": .list(action.outputKinds.map { .string($0.rawValue) }),
      "channels": .list(
        action.channels.map { channel in
          [
            "name": .string(channel.name),
            "direction": Value(channel.direction?.rawValue),
            "content": Value(channel.content?.rawValue),
          ]
        }
      ),
      "inputs": action.inputs,
      "outputs": action.outputs,
    ]
  }
}
