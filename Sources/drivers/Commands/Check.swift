import ArgumentParser
import DriverCheck
import DriverHost

/// Holds a driver against the rules of the ABI: `drivers check`.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Hold a driver against the rules of the driver ABI.",
    discussion: """
      Example: drivers check out/libWeatherDriver.so

      Each test runs in a process of its own with a time limit, and ends passed, failed, crashed, \
      timed out or skipped, with the rules that are broken; drivers check --list explains them. \
      Inputs that lead somewhere (x-address) are replaced, so that nothing but this machine is \
      reached. The exit code is 3 if the driver breaks a rule.

      With --json: {"version": 1, "driver": {"path", "type", "id", "version"}, "passed", \
      "tests": [{"name", "title", "outcome", "seconds", "reason", "rules", "findings": [{"rule", \
      "text"}]}]}; driver is null where the file is none. With --list: {"version": 1, "rules": \
      [{"id", "who", "text", "reason", "tests"}], "tests": [{"name", "title", "rules"}]}.
      """
  )

  @Argument(help: "The driver's file.", completion: .file(extensions: ["so"]))
  var path: String?

  @Option(
    help: ArgumentHelp(
      "Run this test only: its name, or the id of a rule; may be given several times.",
      valueName: "test"
    )
  )
  var only: [String] = []

  @Option(
    help: ArgumentHelp("Write the results as JUnit XML too.", valueName: "file"),
    completion: .file(extensions: ["xml"])
  )
  var junit: String?

  @Flag(help: "Show all rules, and the tests that hold a driver against them.")
  var list = false

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard list || path != nil else { throw ValidationError("name a driver's file") }
    guard !list || path == nil && only.isEmpty && junit == nil else {
      throw ValidationError("--list shows all rules: it goes with --json only")
    }
  }

  func run() throws {
    guard !list, let path else {
      if options.json {
        Console.output(json: CheckReport.ruleDocument)
      } else {
        Console.output(CheckReport.ruleText)
      }
      return
    }
    let tests = try Check.tests(only)
    let checker = Checker(path)
    var results: [CheckResult] = []
    for test in tests {
      let result = try checker.run(test)
      results.append(result)
      // While the next one runs.
      if !options.json { Console.output(CheckReport.line(of: result, test)) }
    }
    let report = CheckReport(checker: checker, tests: tests, results: results)
    if options.json {
      Console.output(json: report.document)
    } else {
      Console.output(report.summary)
    }
    if let junit {
      let file = try AtomicFile(path: junit)
      try file.write(Array(report.junit.utf8))
      try file.commit()
    }
    if !report.isGood { throw ExitCode(3) }
  }

  /// The tests that words of the command line mean; all, without any.
  private static func tests(_ words: [String]) throws(HostError) -> [CheckTest] {
    guard !words.isEmpty else { return CheckTest.all }
    var faults: [Fault] = []
    for word in words where !CheckTest.all.contains(where: { $0.isMeant(by: word) }) {
      let isRule = Rule.all.contains { $0.id == word.uppercased() }
      faults.append(
        Fault(
          .invalid,
          isRule
            ? "no test holds a driver against \(word.uppercased()): see drivers check --list"
            : "there is no test and no rule \(word): see drivers check --list"
        )
      )
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "--only") }
    return CheckTest.all.filter { test in words.contains { test.isMeant(by: $0) } }
  }
}

/// What `drivers check` runs in a process of its own for each test.
struct CheckProbe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-probe",
    abstract: "Run one test of a driver.",
    shouldDisplay: false
  )

  @Argument var path: String
  @Argument var test: String

  func run() async throws {
    guard let test = CheckTest.all.first(where: { $0.name == test }) else {
      throw HostError(.notFound, stage: .input, "there is no test \(test)")
    }
    await (try Probe(path)).run(test)
  }
}
