import ArgumentParser
import DriverHost

/// `drivers executions prune`: forgets old ones.
struct ExecutionsPrune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Forget executions that have ended.",
    discussion: """
      What either option drops is dropped. With --json: {"version": 1, "forgotten"}, the number of \
      executions.
      """
  )

  @Option(
    name: .customLong("older-than"),
    help: ArgumentHelp("Those that ended longer ago: 12h, 30d.", valueName: "time")
  )
  var olderThan: SpanArgument?

  @Option(help: ArgumentHelp("All but so many, the newest ones.", valueName: "n"))
  var keep: Int?

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard olderThan != nil || keep != nil else {
      throw ValidationError("say what is to be forgotten: --older-than, --keep or both")
    }
    guard keep ?? 0 >= 0 else { throw ValidationError("--keep needs a number from 0 on") }
  }

  func run() async throws {
    let history = try HistoryFile(of: workspaceOptions.opened()).writing()
    let retention = ExecutionRetention(age: olderThan?.duration, count: keep)
    let count = try await history?.prune(retention) ?? 0
    await history?.close()
    if output.json {
      Console.output(json: ["version": 1, "forgotten": .int(Int64(count))])
    } else {
      Console.output("\(count) execution\(count == 1 ? "" : "s") forgotten")
    }
  }
}
