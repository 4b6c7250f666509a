import ArgumentParser

/// `drivers flow`: flow scripts.
struct FlowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow",
    abstract: "Run flow scripts.",
    discussion: """
      A flow is a Python script with `def handler(system, this, inputs)`, which calls connectors by \
      `this.connect(…)`. Python runs it with the package flow_api, which calls the host in its own process.
      """,
    subcommands: [FlowRun.self]
  )
}
