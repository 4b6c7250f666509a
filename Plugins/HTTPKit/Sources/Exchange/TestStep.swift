internal import DriverKit

/// One step of the action `test`, as its output `steps` shows it.
package struct TestStep {
  package enum Outcome: String {
    case passed, failed, skipped
  }

  package var name: String
  package var outcome: Outcome
  package var seconds = 0.0
  package var message: String
  /// What to do about it; empty where there is nothing to do.
  package var hint = ""

  /// A step and what was found.
  package init(
    name: String,
    outcome: Outcome,
    seconds: Double = 0,
    message: String,
    hint: String = ""
  ) {
    (self.name, self.outcome, self.seconds) = (name, outcome, seconds)
    (self.message, self.hint) = (message, hint)
  }

  /// A step behind one that failed.
  package static func notReached(_ name: String) -> TestStep {
    TestStep(name: name, outcome: .skipped, message: "not reached")
  }

  var output: OutputValue {
    [
      "name": .string(name), "outcome": .string(outcome.rawValue), "seconds": .double(seconds),
      "message": .string(message), "hint": .string(hint),
    ]
  }
}

/// Steps of a test that are found out by further requests.
package protocol FurtherSteps: AnyObject {
  /// What the steps are called, in order.
  var names: [String] { get }

  /// Finds them out; `receive` is called once with all of them, unless this is ended before.
  func run(_ receive: @escaping ([TestStep]) -> Void)

  /// Takes everything back that is under way.
  func end()
}
