import ArgumentParser
import DriverHost

/// `drivers test`: whether a connection would work, step by step.
struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Test a connection step by step, without running it.",
    usage: """
      drivers test <name> [<key=value> ...] [<options>]
      drivers test --type <type> [<key=value> ...] [<options>]
      """,
    discussion: """
      Examples: drivers test shop; drivers test --type TYPE url=https://example.org

      Runs the driver's `test` action. The exit code is 1 if a step failed, and 3 if the driver \
      answers no steps.

      With --json: {"version": 1, "steps": [{"name", "outcome", "seconds", "message", "hint"}]}; \
      the outcome is passed, failed or skipped. Where the test itself ended in an error, the \
      document has "error" too, as `drivers run --help` describes it, and no steps if there were \
      none. With --explain too: as `drivers run`.
      """
  )

  @OptionGroup var host: HostOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var explainOptions: ExplainOptions
  @OptionGroup var history: HistoryOptions

  func run() async throws {
    try await ConnectionTest(
      host: host,
      request: try input.request(),
      workspace: try input.workspace(),
      explains: explainOptions.explain,
      keepsHistory: !history.noHistory
    ).run()
  }
}
