import ArgumentParser

/// `drivers executions`: what was run.
struct ExecutionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "executions",
    abstract: "List, show and forget the executions of a workspace.",
    discussion: """
      Each connection that `drivers run` or `drivers test` makes is an execution, and so is each look \
      at a vault that it needs. They are kept in history.sqlite in the workspace's state folder \
      (.drivers in it; for the user's own workspace drivers in XDG_STATE_HOME, else \
      ~/.local/state), the newest 100000 of them for 30 days. No secret is in it.
      """,
    subcommands: [ExecutionsList.self, ExecutionsShow.self, ExecutionsPrune.self]
  )
}
