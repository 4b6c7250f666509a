import ArgumentParser
import DriverHost

/// `drivers executions show`: one with everything.
struct ExecutionsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show an execution with all that is kept of it.",
    discussion: """
      The beginning of an id will do where only one begins so. With --json: {"version": 1, \
      "execution": {…}} with what `drivers executions list` has, and "input_value", "output_value", \
      "dropped_output_size" (about how many bytes outputs took that were too large to be kept) and \
      "children", the ids of executions that it made.
      """
  )

  @Argument(help: "The id, or how it begins.")
  var id: String

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let file = HistoryFile(of: try workspaceOptions.opened())
    guard let history = try file.reading() else {
      throw HostError(.notFound, stage: .input, "nothing was recorded yet in \(file.path)")
    }
    let execution = try await find(in: history)
    var query = ExecutionQuery()
    query.parent = execution.id
    let children = try await history.executions(query)
    if output.json {
      Console.output(
        json: [
          "version": 1,
          "execution": .map(ExecutionDocument.whole(execution, children: children)),
        ]
      )
    } else {
      Console.output(ExecutionDocument.text(execution, children: children))
    }
  }

  private func find(in history: any ExecutionHistory) async throws(HostError) -> ExecutionRecord {
    let wanted = id.lowercased()
    if let execution = try await history.execution(wanted) { return execution }
    // Ids are in order: those that begin so are the newest ones before what comes behind all of them.
    var query = ExecutionQuery()
    query.before = wanted + "~"
    query.limit = 2
    let found = try await history.executions(query).filter { $0.id.hasPrefix(wanted) }
    guard let execution = found.first, !wanted.isEmpty else {
      throw HostError(
        .notFound,
        stage: .input,
        "no execution has the id \(Console.plain(id)), or one that begins so; `drivers executions list` lists them"
      )
    }
    guard found.count == 1 else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "several executions have ids that begin with \(Console.plain(id)), such as \(found[0].id) and \(found[1].id): give more of it"
      )
    }
    return execution
  }
}
