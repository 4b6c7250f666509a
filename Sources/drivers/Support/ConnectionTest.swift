import ArgumentParser
import DriverHost

/// The test of a connection, step by step: of a connector, a type or a vault configuration.
struct ConnectionTest {
  let host: HostOptions
  let request: CallRequest
  let workspace: Workspace?
  let explains: Bool
  let keepsHistory: Bool

  /// What is tested, for messages.
  private var name: String {
    switch request.target {
    case .connector(let name), .vault(let name), .type(let name): name
    }
  }

  /// Runs the driver's `test` action and prints its steps, or what it would be run with.
  func run() async throws {
    let command = ConnectionCommand(
      host: host,
      request: request,
      workspace: workspace,
      action: "test",
      format: .json,
      out: nil,
      explains: explains,
      keepsHistory: keepsHistory
    )
    if explains {
      try await command.run()
      return
    }
    let connected: ConnectionCommand.Connected
    do {
      connected = try await command.connect()
    } catch let failure as Failure {
      throw withSteps(failure)
    }
    let driver = "\(connected.type) (\(connected.result.driver))"
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
    guard let report = try? TestReport(failure.error.shownOutputs, of: name) else {
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
