import DriverHost

/// What the action `test` of a driver found out: one format for all drivers.
struct TestReport {
  /// The connector type and the action, for messages.
  private static let action = "test"

  /// How a step ended.
  private enum Outcome: String, CaseIterable {
    case passed, failed, skipped
  }

  private struct Step {
    let name: String
    let outcome: Outcome
    let seconds: Double?
    let message: String?
    let hint: String?
  }

  /// The steps as the driver gave them, with what it flagged as secret masked.
  let document: Value
  private let steps: [Step]

  /// Whether a step failed.
  var hasFailed: Bool { steps.contains { $0.outcome == .failed } }

  /// Reads the steps of a driver's outputs, which may be shown.
  ///
  /// - Throws: At the stage `.driver`, what is wrong with them.
  init(_ outputs: ValueMap, of driver: String) throws(HostError) {
    guard let document = outputs["steps"]?.resolved else {
      throw TestReport.fault("has put out no `steps`", driver)
    }
    guard let items = document.listValue, !items.isEmpty else {
      let kind = document.isEmptyList ? "an empty list" : document.kindInWords
      throw TestReport.fault("has put out `steps` that are \(kind)", driver)
    }
    var steps: [Step] = []
    for (index, item) in items.enumerated() {
      do {
        steps.append(try TestReport.step(item))
      } catch {
        throw TestReport.fault("has put out step \(index + 1) \(error.reason)", driver)
      }
    }
    self.document = document
    self.steps = steps
  }

  /// A line for each step, and one for each hint.
  var text: String {
    steps.map { step in
      let time = step.seconds.flatMap(TestReport.milliseconds).map { " (\($0) ms)" } ?? ""
      let message = step.message.map { ": \($0)" } ?? ""
      let line = "\(TestReport.mark(step.outcome)) \(step.name)\(time)\(message)"
      let hint = step.hint.map { $0.isEmpty ? "" : "\n    " + Console.plain($0) } ?? ""
      return Console.plain(line) + hint
    }.joined(separator: "\n")
  }

  private struct Malformed: Error {
    let reason: String
  }

  private static func step(_ item: Value) throws(Malformed) -> Step {
    guard item.mapValue != nil else { throw Malformed(reason: "as \(item.kindInWords)") }
    guard let name = item["name"].stringValue, !name.isEmpty else {
      throw Malformed(reason: "without a name")
    }
    guard let outcome = item["outcome"].stringValue.flatMap(Outcome.init(rawValue:)) else {
      throw Malformed(reason: "with an outcome that is none of passed, failed and skipped")
    }
    let seconds = item["seconds"]
    guard seconds.isNull || seconds.doubleValue != nil else {
      throw Malformed(reason: "with `seconds` that are \(seconds.kindInWords)")
    }
    for member in ["message", "hint"] {
      let text = item[member]
      guard text.isNull || text.stringValue != nil else {
        throw Malformed(reason: "with a `\(member)` that is \(text.kindInWords)")
      }
    }
    return Step(
      name: name,
      outcome: outcome,
      seconds: seconds.doubleValue,
      message: item["message"].stringValue,
      hint: item["hint"].stringValue
    )
  }

  private static func fault(_ what: String, _ driver: String) -> HostError {
    HostError(
      .internal,
      stage: .driver,
      "the action `\(action)` of the driver \(driver) \(what); each step has a name and an outcome "
        + "(passed, failed or skipped). Report this to the driver's vendor"
    )
  }

  /// A time in whole milliseconds; nil for what is no time.
  private static func milliseconds(_ seconds: Double) -> Int? {
    guard seconds.isFinite, seconds >= 0 else { return nil }
    return Int(min(seconds * 1000, 1e15))
  }

  private static func mark(_ outcome: Outcome) -> String {
    switch outcome {
    case .passed: "passed "
    case .failed: "FAILED "
    case .skipped: "skipped"
    }
  }
}

extension Value {
  fileprivate var isEmptyList: Bool { listValue?.isEmpty ?? false }
}
