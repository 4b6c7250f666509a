import ArgumentParser
import DriverHost

/// `drivers vault test`: whether secrets could be had.
struct VaultTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Test a vault configuration step by step.",
    discussion: """
      Runs the `test` action of its type. Exit codes and --json are those of `drivers test`.
      """
  )

  @OptionGroup var argument: VaultArgument
  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var host: HostOptions
  @OptionGroup var explainOptions: ExplainOptions
  @OptionGroup var history: HistoryOptions

  func run() async throws {
    try await ConnectionTest(
      host: host,
      request: CallRequest(target: .vault(argument.name)),
      workspace: try workspaceOptions.opened(),
      explains: explainOptions.explain,
      keepsHistory: !history.noHistory
    ).run()
  }
}
