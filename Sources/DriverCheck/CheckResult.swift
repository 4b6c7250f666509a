/// What a test has found: a rule that the driver breaks, and how.
package struct CheckFinding: Sendable, Hashable {
  /// The rule's id.
  package var rule: String
  /// What was seen, and what to do.
  package var text: String

  /// A finding.
  package init(_ rule: String, _ text: String) {
    self.rule = rule
    self.text = text
  }
}

/// How a test of a driver has ended.
package struct CheckResult: Sendable, Hashable {
  /// The ways to end.
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    case passed, failed, crashed
    case timedOut = "timed_out"
    case skipped
  }

  /// The test's name.
  package var test: String
  /// How it ended.
  package var outcome: Outcome
  /// What it found.
  package var findings: [CheckFinding] = []
  /// Why it was skipped; otherwise empty.
  package var reason = ""
  /// How long it took, in seconds.
  package var seconds = 0.0

  /// Whether the driver is as it should be, as far as the test knows.
  package var isGood: Bool { outcome == .passed || outcome == .skipped }
}
