/// Putting what was found into words.
extension FaultReport {
  /// What it takes to put faults into words.
  struct Context {
    /// Where schemas stand.
    var places: SchemaPlaces
    /// What is never to be shown.
    var secrets = SecretPlaces()
    /// Where in a file a place of the value stands.
    var locations: (JSONPointer) -> SourceLocation? = { _ in nil }
  }

  /// All faults, in the order of the document; how many more there are is the last of them.
  func faults(_ context: Context) -> [Fault] {
    let listed = listedFaults(context)
    return unlisted == 0 ? listed : listed + [FaultReport.more(unlisted, kind(.unexpected))]
  }

  /// The fault that stands for those which are not listed.
  static func more(_ count: Int, _ kind: Fault.Kind) -> Fault {
    Fault(kind, count == 1 ? "1 more fault is not listed" : "\(count) more faults are not listed")
  }

  /// The faults that were kept, in the order of the document.
  func listedFaults(_ context: Context) -> [Fault] {
    var seen: Set<Fault> = []
    return
      entries
      .enumerated()
      .sorted { FaultReport.isBefore($0, $1) }
      .map { fault($0.element, context) }
      .filter { seen.insert($0).inserted }
  }

  private static func isBefore(
    _ left: (offset: Int, element: Entry),
    _ right: (offset: Int, element: Entry)
  ) -> Bool {
    let (a, b) = (left.element.path, right.element.path)
    for (stepA, stepB) in zip(a, b) where stepA.position != stepB.position {
      return stepA.position < stepB.position
    }
    return a.count == b.count ? left.offset < right.offset : a.count < b.count
  }

  private func kind(_ kind: Problem.Kind) -> Fault.Kind {
    guard isOfInputs else { return .schema }
    return switch kind {
    case .unexpected: .invalid
    case .missing: .missing
    case .unknown: .extra
    }
  }

  private func fault(_ entry: Entry, _ context: Context) -> Fault {
    let problem = entry.problem
    let secretDepth = context.secrets.depth(on: entry.path.lazy.map(\.token))
    let shownPath = FaultReport.shown(entry.path, secretDepth)
    let pointer = JSONPointer(shownPath.map(\.token))
    let isWhole = shownPath.count == entry.path.count
    var fault = Fault(
      kind(problem.kind),
      at: pointer,
      "",
      keyword: problem.keyword,
      schemaLocation: entry.schema.map {
        context.places.location(of: $0, keyword: entry.keyword)
      }
    )
    // A name that nobody knows is at fault itself, not its value.
    let isOfName = isWhole && (problem.isOfName || problem.kind == .unknown)
    fault.location = (isOfName ? pointer.name : pointer).nearest(context.locations)
    fault.expected = problem.expected
    if let value = problem.value {
      fault.got = secretDepth == nil ? FaultText.shown(value) : FaultText.masked
    }
    if secretDepth == nil { fault.nearest = problem.nearest() }
    fault.message = message(of: entry, isWhole: isWhole, fault)
    return fault
  }

  private func message(of entry: Entry, isWhole: Bool, _ fault: Fault) -> String {
    let problem = entry.problem
    let noun = isOfInputs && entry.path.count == 1 ? "input" : "key"
    let name = FaultText.name(entry.path.last?.token ?? "")
    switch problem.kind {
    case .missing:
      return "missing \(noun) \(name)" + (problem.expected.map { ": \($0)" } ?? "")
    case .unknown:
      guard isWhole else { return "a key in it is not known" }
      let hint = fault.nearest.map { "; did you mean \(FaultText.name($0))?" } ?? problem.hint()
      return "unknown \(noun) \(name)\(hint)"
    case .unexpected:
      if let message = problem.message { return message }
      var text = "expected \(problem.expected ?? "another value")"
      if let got = fault.got { text += ", got \(got)" }
      if let nearest = fault.nearest {
        text += "; did you mean \(FaultText.quoted(nearest))?"
      }
      return text
    }
  }

  /// A path without the names that somebody gave inside a secret.
  private static func shown(_ path: [Step], _ secretDepth: Int?) -> ArraySlice<Step> {
    guard let secretDepth else { return path[...] }
    let hidden = path[secretDepth...].firstIndex { !$0.isDeclared }
    return path[..<(hidden ?? path.endIndex)]
  }
}
