import DriverCheck
import DriverHost

/// What `drivers check` shows.
struct CheckReport {
  let checker: Checker
  let tests: [CheckTest]
  let results: [CheckResult]

  /// Whether the driver breaks no rule, as far as was tested.
  var isGood: Bool { results.allSatisfy(\.isGood) }

  // MARK: - Text

  /// A test's line, and one for each of its findings.
  static func line(of result: CheckResult, _ test: CheckTest) -> String {
    let outcome = result.outcome.words.padded(to: 9)
    var lines = ["\(outcome)  \(test.name.padded(to: 10))  \(test.title)"]
    if !result.reason.isEmpty { lines.append("    - \(result.reason)") }
    lines += result.findings.map { "    - \($0.rule): \($0.text)" }
    return lines.map { Console.plain($0) }.joined(separator: "\n")
  }

  /// The last line.
  var summary: String {
    let counts = CheckResult.Outcome.allCases.compactMap { outcome in
      let count = results.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(outcome.words)"
    }
    let rules = Set(results.flatMap(\.findings).map(\.rule)).sorted()
    let broken = rules.isEmpty ? "" : "; broken: \(rules.joined(separator: ", "))"
    return "\n\(isGood ? "good" : "not good"): \(counts.joined(separator: ", "))\(broken)"
  }

  // MARK: - JSON

  /// All of it.
  var document: Value {
    let driver = checker.subject.driver.map { driver -> Value in
      [
        "path": .string(driver.path), "type": .string(driver.descriptor.name),
        "id": .string(driver.descriptor.id),
        "version": .string(driver.descriptor.version.description),
      ]
    }
    let list = zip(tests, results).map { test, result -> Value in
      [
        "name": .string(test.name), "title": .string(test.title),
        "outcome": .string(result.outcome.rawValue), "seconds": .double(result.seconds),
        "reason": result.reason.isEmpty ? .null : .string(result.reason),
        "rules": .list(test.rules.map { .string($0) }),
        "findings": .list(
          result.findings.map { ["rule": .string($0.rule), "text": .string($0.text)] }
        ),
      ]
    }
    return [
      "version": 1, "driver": driver ?? .null,
      "passed": .bool(isGood), "tests": .list(list),
    ]
  }

  // MARK: - JUnit

  /// As https://github.com/testmoapp/junitxml describes what tools read.
  var junit: String {
    let name = checker.subject.driver?.descriptor.name ?? checker.subject.path
    let failures = results.count { $0.outcome == .failed }
    let errors = results.count { $0.outcome == .crashed || $0.outcome == .timedOut }
    let skipped = results.count { $0.outcome == .skipped }
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuite name=\"\(name.xml)\" tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\">",
    ]
    for (test, result) in zip(tests, results) {
      let seconds = Double((result.seconds * 1000).rounded()) / 1000
      lines.append(
        "  <testcase name=\"\(test.name.xml)\" classname=\"\(name.xml)\" time=\"\(seconds)\">"
      )
      let text = result.findings.map { "\($0.rule): \($0.text)" }.joined(separator: "\n").xml
      let rules = result.findings.map(\.rule).joined(separator: " ").xml
      switch result.outcome {
      case .passed: break
      case .failed: lines.append("    <failure message=\"\(rules)\">\(text)</failure>")
      case .crashed, .timedOut:
        lines.append("    <error message=\"\(result.outcome.words)\">\(text)</error>")
      case .skipped: lines.append("    <skipped message=\"\(result.reason.xml)\"/>")
      }
      lines.append("  </testcase>")
    }
    return lines.joined(separator: "\n") + "\n</testsuite>\n"
  }

  // MARK: - The rules

  /// Every rule with the tests that hold a driver against it.
  static var ruleText: String {
    let lines = Rule.all.map { rule in
      let tests = CheckTest.all.filter { $0.rules.contains(rule.id) }.map(\.name)
      let how = rule.isDrivers ? tests.joined(separator: ", ") : "the host's"
      let reason = Rule.untested[rule.id].map { "(no test: \($0))" } ?? "(no test)"
      return "\(rule.id.padded(to: 9))  \(how.isEmpty ? reason : how)\n    \(rule.text)"
    }
    return lines.joined(separator: "\n")
  }

  static var ruleDocument: Value {
    [
      "version": 1,
      "rules": .list(
        Rule.all.map { rule in
          let tests = CheckTest.all.filter { $0.rules.contains(rule.id) }
          return [
            "id": .string(rule.id), "who": rule.isDrivers ? "driver" : "host",
            "text": .string(rule.text), "reason": .string(rule.reason),
            "tests": .list(tests.map { .string($0.name) }),
            "untested": Rule.untested[rule.id].map { .string($0) } ?? .null,
          ]
        }
      ),
      "tests": .list(
        CheckTest.all.map { test in
          [
            "name": .string(test.name), "title": .string(test.title),
            "rules": .list(test.rules.map { .string($0) }),
          ]
        }
      ),
    ]
  }
}

extension CheckResult.Outcome {
  /// As text has it.
  fileprivate var words: String { self == .timedOut ? "timed out" : rawValue }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// As it stands in XML 1.0, which has no place for control characters.
  fileprivate var xml: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\n", "\t": text.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20: text += "?"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
