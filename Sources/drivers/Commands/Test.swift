import ArgumentParser
import DriverHost

/// `drivers test`: whether a connection would work, step by step.
struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Test a connection step by step, without running it.",
    discussion: """
      Runs the driver's `test` action. The exit code is 1 if a step failed, and 3 if the driver \
      answers no steps.

      With --json: {"version": 1, "steps": [{"name", "outcome", "seconds", "message", "hint"}]}; \
      the outcome is passed, failed or skipped. Where the test itself ended in an error, the \
      document has "error" too, as `drivers run --help` describes it, and no steps if there were \
      none.
      """
  )

  @OptionGroup var host: HostOptions
  @OptionGroup var input: InputOptions

  func run() async throws {
    let command = ConnectionCommand(
      host: host,
      input: input,
      action: "test",
      format: .json,
      out: nil,
      explains: false
    )
    let connected: ConnectionCommand.Connected
    do {
      connected = try await command.connect()
    } catch let failure as Failure {
      throw withSteps(failure)
    }
    let driver = "\(input.type) (\(connected.result.driver))"
    let report = try TestReport(connected.result.shownOutputs, of: driver)
    if host.json {
      Console.output(json: ["version": 1, "steps": report.document])
    } else {
      Console.output(report.text)
    }
    try connected.end()
    if report.hasFailed { throw ExitCode(1) }
  }

  /// A failure with the steps that came before it, which say more than the error that sums them up:
  /// printed already, or in its document.
  private func withSteps(_ failure: Failure) -> Failure {
    guard let report = try? TestReport(failure.error.shownOutputs, of: input.type) else {
      return failure
    }
    if !host.json { Console.output(report.text) }
    var error = failure.error
    error.outputs.remove("steps")
    return Failure(
      error,
      asJSON: failure.asJSON,
      exitCode: failure.exitCode,
      facts: ["steps": report.document]
    )
  }
}
