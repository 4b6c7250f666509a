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
      Calls are made of the examples of each input, of every action. Inputs that lead somewhere \
      (x-address) are replaced, so that nothing but this machine is reached; with --config real \
      calls are made too. The exit code is 3 if the driver breaks a rule.

      With --json: {"version": 1, "driver": {"path", "type", "id", "version"}, "passed", \
      "tests": [{"name", "title", "outcome", "seconds", "reason", "rules", "findings": [{"rule", \
      "text"}]}]}; driver is null where the file is none. With --list: {"version": 1, "rules": \
      [{"id", "who", "text", "reason", "tests", "untested"}], "tests": [{"name", "title", "rules"}]}.
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

  @Option(
    help: ArgumentHelp(
      "Make real calls too, with the inputs in a YAML or JSON file.",
      discussion: """
        A map of inputs, or a list of such; `action` in it names the action. The calls must work, \
        and are made again and again, also through a proxy of this machine that refuses, stalls, \
        cuts and drips: use a server that is there for tests.
        """,
      valueName: "file"
    ),
    completion: .file()
  )
  var config: String?

  @Option(
    help: ArgumentHelp(
      "What made-up inputs are made of; a finding names it, so that it can be had again.",
      valueName: "number"
    )
  )
  var seed: UInt64 = 1

  @Flag(help: "Show all rules, and the tests that hold a driver against them.")
  var list = false

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard list || path != nil else { throw ValidationError("name a driver's file") }
    guard !list || path == nil && only.isEmpty && junit == nil && config == nil else {
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
    var tests = try Check.tests(only)
    // Six lines that say no more than this would hide the others.
    if only.isEmpty, config == nil { tests.removeAll(where: \.needsServer) }
    var checker = Checker(path)
    checker.configuration = config
    checker.settings.seed = seed
    if let config, let descriptor = checker.subject.driver?.descriptor {
      checker.settings = try CheckProbe.settings(descriptor, config: config, seed: seed)
    }
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
  @Option var config: String?
  @Option var seed: UInt64 = 1
  @Option var folder: String?

  func run() async throws {
    guard let test = CheckTest.all.first(where: { $0.name == test }) else {
      throw HostError(.notFound, stage: .input, "there is no test \(test)")
    }
    let probe = try Probe(path) { descriptor throws(HostError) in
      try CheckProbe.settings(descriptor, config: config, seed: seed)
    }
    await probe.run(test, in: folder)
  }

  /// What a driver is checked with.
  ///
  /// - Throws: All that is wrong with the calls in the file.
  static func settings(
    _ descriptor: Descriptor,
    config: String?,
    seed: UInt64
  ) throws(HostError) -> CheckSettings {
    var settings = CheckSettings()
    settings.seed = seed
    if let config {
      let action = try descriptor.existingAction(nil)
      let document = try Document.input(config, descriptor, action)
      settings.calls = try CheckSettings.calls(in: document, of: descriptor)
    }
    return settings
  }
}
