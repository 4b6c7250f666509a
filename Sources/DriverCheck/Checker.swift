package import DriverHost
internal import Glibc

/// Holds a driver against the rules of the ABI.
package struct Checker: Sendable {
  /// The file.
  package let subject: CheckSubject
  /// The program that runs a test in a process of its own: `PROGRAM check-probe PATH TEST`.
  package var program = "/proc/self/exe"
  /// What the driver is checked with.
  package var settings = CheckSettings()
  /// The file that the calls of `settings` came from, which each process reads again; nil where there is none.
  package var configuration: String?

  /// A checker for a file; nothing of it runs yet.
  package init(_ path: String) {
    subject = CheckSubject(path)
  }

  /// Runs a test to its end.
  ///
  /// - Throws: `HostError` where no process can be started for it.
  package func run(_ test: CheckTest) throws(HostError) -> CheckResult {
    let start = MonotonicTime.now
    var result: CheckResult
    let skipped = CheckResult(
      test: test.name,
      outcome: .skipped,
      reason: "the file is no driver that can be loaded"
    )
    switch test.place {
    case _ where subject.driver == nil && !test.isAboutAnyFile: result = skipped
    case _ where test.needsServer && settings.calls.isEmpty:
      result = CheckResult(
        test: test.name,
        outcome: .skipped,
        reason: "it takes calls that work: give some by --config"
      )
    case .file(let body):
      let findings = body(subject)
      result = CheckResult(
        test: test.name,
        outcome: findings.isEmpty ? .passed : .failed,
        findings: findings
      )
    case .child: result = try runConfirmed(test)
    }
    let spent = MonotonicTime.now.nanoseconds - start.nanoseconds
    result.seconds = Double(spent) / 1e9
    return result
  }

  /// Runs a test once more where all that it has found may have been a busy machine.
  private func runConfirmed(_ test: CheckTest) throws(HostError) -> CheckResult {
    let result = try runChild(test)
    let isDoubtful = result.outcome == .failed && result.findings.allSatisfy { $0.rule == "CALL-4" }
    return isDoubtful ? try runChild(test) : result
  }

  private func runChild(_ test: CheckTest) throws(HostError) -> CheckResult {
    // What a driver writes by a relative path goes nowhere that matters.
    let folder = try ScratchFolder()
    var arguments = [
      "check-probe", subject.absolutePath, test.name, "--seed", "\(settings.seed)", "--folder",
      folder.path,
    ]
    if let configuration { arguments += ["--config", configuration] }
    let child = try ChildProcess(
      program,
      arguments,
      environment: [
        // A crash is what this is for: nobody needs the Swift runtime's account of it.
        "SWIFT_BACKTRACE=enable=no",
        // What was freed is overwritten, so that whoever reads it still gets something else: see mallopt(3).
        "MALLOC_PERTURB_=165",
      ],
      within: .seconds(test.limit)
    )
    var result = CheckResult(test: test.name, outcome: .passed)
    var step = "while it was loaded"
    var crashRule: String?
    var isComplete = false
    for line in child.report.split(separator: "\n") {
      // The last line may be cut off by a crash.
      guard let object = try? JSON.parse(String(line)) else { continue }
      if let text = object["step"].stringValue {
        step = text
        crashRule = object["crash"].stringValue
      }
      if let rule = object["rule"].stringValue {
        result.findings.append(CheckFinding(rule, object["text"].stringValue ?? ""))
      }
      if let reason = object["skip"].stringValue { result.reason = reason }
      if object["end"] == true { isComplete = true }
    }
    switch child.end {
    case .exited(0) where isComplete:
      // Not what the test is about, but nothing that a driver may do.
      if !child.output.isEmpty || !child.errors.isEmpty {
        let said = (child.output + child.errors).split(separator: "\n").first ?? ""
        result.findings.append(
          CheckFinding(
            "PROC-4",
            "it writes to standard output or standard error, such as \"\(said)\": use the host's log"
          )
        )
      }
      if !result.findings.isEmpty {
        result.outcome = .failed
      } else if !result.reason.isEmpty {
        result.outcome = .skipped
      }
    case .exited(let code):
      result.outcome = .crashed
      result.findings.append(
        CheckFinding("PROC-2", "it ended the process with code \(code) \(step)")
      )
    case .killed(let signal):
      result.outcome = .crashed
      // abort(3) is also what the C library answers to memory that it has not given.
      let rule = signal == SIGABRT ? test.rulesOfEnd.abort : nil
      result.findings.append(
        CheckFinding(
          rule ?? crashRule ?? test.rulesOfEnd.crash,
          "it crashed \(step) (\(SignalNames.name(signal)))"
        )
      )
    case .timedOut:
      result.outcome = .timedOut
      result.findings.append(
        CheckFinding(
          test.rulesOfEnd.hang,
          "it did not come to an end within \(test.limit) s \(step)"
        )
      )
    }
    return result
  }
}
