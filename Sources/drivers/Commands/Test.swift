import ArgumentParser
import DriverHost

/// `drivers test`: whether a connection would work, step by step.
struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Test a connection step by step, without running it.",
    discussion: "Runs the driver's `test` action. The exit code is 1 if a step failed."
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
    let result: ConnectionResult
    do {
      result = try await command.connect().result
    } catch let failure as Failure where failure.error.outputs["steps"] != nil {
      // The steps say more than the error that sums them up.
      print(failure.error.outputs["steps"] ?? .null)
      throw failure
    }
    let steps = result["steps"]
    print(steps)
    let failed = (steps.listValue ?? []).filter { $0["outcome"].stringValue == "failed" }
    if !failed.isEmpty { throw ExitCode(1) }
  }

  private func print(_ steps: Value) {
    if host.json {
      Console.output(JSON.text(["version": 1, "steps": steps], pretty: true))
      return
    }
    for step in steps.listValue ?? [] {
      let outcome = step["outcome"].stringValue ?? "?"
      let seconds = step["seconds"].doubleValue.map { " (\(Int($0 * 1000)) ms)" } ?? ""
      let name = step["name"].stringValue ?? "?"
      let message = step["message"].stringValue.map { ": \($0)" } ?? ""
      Console.output("\(Test.mark(outcome)) \(name)\(seconds)\(message)")
      if let hint = step["hint"].stringValue, !hint.isEmpty { Console.output("    \(hint)") }
    }
  }

  private static func mark(_ outcome: String) -> String {
    switch outcome {
    case "passed": "passed "
    case "failed": "FAILED "
    default: "skipped"
    }
  }
}
