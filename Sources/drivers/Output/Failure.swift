import DriverHost

/// A failure on its way to the user: as text on standard error, or as one object on standard
/// output.
struct Failure: Error {
  let error: HostError
  let asJSON: Bool
  /// What the shell gets; by the stage at which it failed unless a signal came.
  let exitCode: Int32
  /// What stands beside the error in its JSON document.
  let facts: ValueMap

  /// A failure with the exit code of its stage.
  init(_ error: HostError, asJSON: Bool, exitCode: Int32? = nil, facts: ValueMap = [:]) {
    self.error = error
    self.asJSON = asJSON
    self.facts = facts
    let codeOfStage: Int32 =
      switch error.stage {
      case .call, .secret: 1
      case .input: 2
      case .driver: 3
      }
    self.exitCode = exitCode ?? codeOfStage
  }

  /// Prints it.
  func report() {
    if asJSON {
      var document: ValueMap = ["version": 1]
      for (name, value) in facts { document[name] = value }
      document["error"] = Failure.object(error)
      Console.output(json: .map(document))
      return
    }
    // Drivers and servers have a part in these texts.
    let text = Console.plain("\(error)", keepsLines: true)
    Console.error("\(Console.emphasized("error")): \(text)")
    if let detail = error.detail { Console.error(Console.plain(detail, keepsLines: true)) }
    if !error.outputs.isEmpty {
      Console.error("Put out before that, in short (--json prints all of it):")
      Console.error(Failure.summary(of: error.shownOutputs))
    }
    if error.isRetryable {
      let wait = error.retryAfter.map { " in \($0.inWords)" } ?? ""
      Console.error("The same call may work later\(wait).")
    }
  }

  /// How many outputs a summary has, and how many characters of each.
  private static let summaryLimits = (outputs: 12, characters: 100)

  /// Outputs, each cut to a line: enough to see what a server answered.
  private static func summary(of outputs: ValueMap) -> String {
    let (count, width) = summaryLimits
    var table = TextTable()
    for (name, value) in outputs.prefix(count) {
      let text = value.stringValue ?? JSON.text(value)
      let start = text.prefix(width)
      table.add(["  " + name, start.endIndex < text.endIndex ? start + "…" : text])
    }
    let more = outputs.count > count ? "\n  and \(outputs.count - count) more" : ""
    return table.text + more
  }

  /// The documented object `error` of `{"version": 1, "error": {…}}`.
  ///
  /// `code`, `stage`, `message`, `pointer`, `file`, `line`, `column`, `retryable` and `faults` are
  /// always there, null where nothing is known; the others where there is something to say.
  /// `drivers run --help` documents them.
  static func object(_ error: HostError) -> Value {
    var object: ValueMap = [
      "code": .string("\(error.code)"),
      "stage": .string(error.stage.rawValue),
      "message": .string(error.message),
      "pointer": Value(error.pointer?.description),
    ]
    set(error.location, in: &object)
    object["retryable"] = .bool(error.isRetryable)
    object["faults"] = .list(error.faults.map { fault($0) })
    if error.attempts > 1 { object["attempts"] = .int(Int64(error.attempts)) }
    object["retry_after"] = error.retryAfter.map { .double(Double($0.nanoseconds) / 1e9) }
    object["detail"] = error.detail.map { .string($0) }
    object["status"] = error.status.map { .int(Int64($0)) }
    object["vendor_code"] = error.vendorCode.map { .int($0) }
    object["vendor_state"] = error.vendorState.map { .string($0) }
    object["details"] = error.details
    if !error.outputs.isEmpty { object["outputs"] = .map(error.shownOutputs) }
    return .map(object)
  }

  private static func fault(_ fault: Fault) -> Value {
    var object: ValueMap = [
      "kind": .string(fault.kind.rawValue),
      "pointer": .string("\(fault.pointer)"),
      "message": .string(fault.message),
      "expected": Value(fault.expected),
      "got": Value(fault.got),
      "nearest": Value(fault.nearest),
    ]
    set(fault.location, in: &object)
    object["keyword"] = fault.keyword.map { .string($0) }
    // The whole schema of the inputs refuses a name that it does not know: that is no place in it.
    if let place = fault.schemaLocation, !place.isEmpty { object["schema"] = .string(place) }
    return .map(object)
  }

  private static func set(_ location: SourceLocation?, in object: inout ValueMap) {
    func number(_ number: Int?) -> Value {
      number.flatMap { $0 > 0 ? .int(Int64($0)) : nil } ?? .null
    }
    object["file"] = Value(location?.file)
    object["line"] = number(location?.line)
    object["column"] = number(location?.column)
  }
}
