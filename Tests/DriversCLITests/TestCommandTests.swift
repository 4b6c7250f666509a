import TestSupport
import Testing

@Suite("The command that tests a connection")
struct TestCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  private func test(_ input: String, _ more: String = "") async throws -> CLI.Run {
    let puppet = try cli.puppet(["in.yaml": input])
    var run = try await cli.run("test \(puppet) --input <folder>/in.yaml\(more)")
    let shown = input.split(separator: "\n").joined(separator: "; ")
    run.line = "test\(more) with \(shown)"
    return run
  }

  @Test("prints steps with their times and hints, and ends with 1 if one failed")
  func steps() async throws {
    let passed = "{name: resolve, outcome: passed, seconds: 0.0125, message: 127.0.0.1}"
    let failed = "{name: connect, outcome: failed, message: refused, hint: start the server}"
    let skipped = "{name: tls, outcome: skipped}"
    let error = "fail: the server refused the connection"
    let runs = [
      try await test("outputs: {steps: [\(passed)]}\n"),
      try await test("outputs: {steps: [\(passed), \(failed), \(skipped)]}\n"),
      try await test("outputs: {steps: [\(passed), \(failed)]}\n", " --json"),
      try await test("outputs: {steps: [\(failed)]}\n\(error)\n"),
      try await test("outputs: {steps: [\(failed)], port: 80}\n\(error)\n", " --json"),
    ]
    #expect(runs.map(\.status) == [0, 1, 1, 1, 1])
    try Snapshot.check("test-steps", runs)
  }

  @Test("refuses an answer without steps, or with steps that are none, and names the driver")
  func malformed() async throws {
    let name = "name: a"
    let runs = [
      try await test("outputs: {text: well}\n"), try await test("{}\n", " --json"),
      try await test("outputs: {steps: all fine}\n"), try await test("outputs: {steps: []}\n"),
      try await test("outputs: {steps: [fine]}\n"),
      try await test("outputs: {steps: [{outcome: passed}]}\n"),
      try await test("outputs: {steps: [{\(name), outcome: passed}, {\(name), outcome: good}]}\n"),
      try await test("outputs: {steps: [{\(name), outcome: passed, seconds: long}]}\n"),
      try await test("outputs: {steps: [{\(name), outcome: passed, hint: 1}]}\n"),
      try await test("json: '[1'\n"),
    ]
    #expect(runs.allSatisfy { $0.status == 3 })
    try Snapshot.check("test-malformed", runs)
    // An error of the driver's own says more than that there are no steps.
    let failed = try await test("outputs: {steps: 1}\nfail: it is broken\n")
    #expect(failed.status == 1 && failed.error.hasPrefix("error: it is broken\n"))
  }

  @Test("takes any number for a time", arguments: ["1e300", "-5", "9223372036854775807", "0"])
  func times(seconds: String) async throws {
    let run = try await test(
      "outputs: {steps: [{name: a, outcome: passed, seconds: \(seconds)}]}\n"
    )
    #expect(run.status == 0)
    let shown = ["-5": "", "0": " (0 ms)"][seconds] ?? " (1000000000000000 ms)"
    #expect(run.output == "passed  a\(shown)\n")
  }

  @Test("shows no control characters of a driver's")
  func controlCharacters() async throws {
    let text = #""\e[2J\u202Ex\u200F\u2066\n""#
    let run = try await test(
      "outputs: {steps: [{name: \(text), outcome: passed, message: \(text), hint: \(text)}]}\n"
    )
    #expect(run.output == "passed  ·[2J·x···: ·[2J·x···\n    ·[2J·x···\n")
  }

  @Test("shows no message that the driver has flagged as secret")
  func secrets() async throws {
    let steps = "hidden_steps: [{name: a, outcome: failed, message: hunter2}]"
    for more in ["", " --json"] {
      for end in ["", "\nfail: it is broken"] {
        let run = try await test(steps + end + "\n", more)
        #expect(run.status == 1 && run.output.contains("***"))
        #expect(!(run.output + run.error).contains("hunter2"))
      }
    }
  }
}
