/// The faults that an evaluation finds, with where it is in the value.
///
/// Messages are made at the end: only then is known which values are secret.
struct FaultReport {
  /// One step down into a value.
  struct Step {
    var token: String
    /// The member's or item's place in the order.
    var position: Int
    /// Whether the schema names it, or it is an index, so that the token itself is no secret.
    var isDeclared: Bool
  }

  /// What is wrong, before it is put into words.
  struct Problem {
    enum Kind {
      /// A value is not what the schema wants.
      case unexpected
      /// A member is not there.
      case missing
      /// A member is not known.
      case unknown
    }

    var kind = Kind.unexpected
    var keyword: String
    /// What would have been right, in words.
    var expected: String?
    /// What was there.
    var value: Value?
    /// A sentence that replaces the one made of the two above; free of values.
    var message: String?
    /// What somebody may have meant.
    var nearest: String?
    /// Where an unknown member belongs.
    var hint = ""
  }

  /// A problem and its place.
  struct Entry {
    var problem: Problem
    var path: [Step]
    var schemaLocation: String

    var tokens: [String] { path.map(\.token) }
  }

  /// Which kinds the faults get: those of a connection's inputs, or of a schema's instance.
  var isOfInputs: Bool
  private(set) var path: [Step] = []
  var entries: [Entry] = []

  private var secrets: Set<[String]>
  private var unlisted = 0

  /// How many faults are kept.
  private static let maximumEntries = 1_000

  /// An empty report; `secrets` are known to be such beside what schemas say.
  init(isOfInputs: Bool = false, secrets: some Sequence<JSONPointer> = []) {
    self.isOfInputs = isOfInputs
    self.secrets = Set(secrets.map(\.tokens))
  }

  mutating func enter(_ token: String, position: Int, isDeclared: Bool) {
    path.append(Step(token: token, position: position, isDeclared: isDeclared))
  }

  mutating func leave() {
    path.removeLast()
  }

  /// The value here is never to be shown.
  mutating func markSecret() {
    secrets.insert(path.map(\.token))
  }

  mutating func add(_ problem: Problem, below token: String? = nil, schema location: String) {
    guard entries.count < FaultReport.maximumEntries else {
      unlisted += 1
      return
    }
    var place = path
    if let token { place.append(Step(token: token, position: .max, isDeclared: true)) }
    entries.append(Entry(problem: problem, path: place, schemaLocation: location))
  }

  /// Whether a value here, or the member of it, was found at fault already.
  func hasEntry(below token: String? = nil) -> Bool {
    let here = path.map(\.token) + (token.map { [$0] } ?? [])
    return entries.contains { $0.tokens == here }
  }

  /// All faults, in the order of the document.
  func faults(locations: (JSONPointer) -> SourceLocation?) -> [Fault] {
    var seen: Set<Fault> = []
    var faults =
      entries
      .enumerated()
      .sorted { FaultReport.isBefore($0, $1) }
      .map { fault($0.element, locations) }
      .filter { seen.insert($0).inserted }
    if unlisted > 0 {
      faults.append(Fault(kind(.unexpected), "\(unlisted) more faults are not listed"))
    }
    return faults
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
}

// MARK: - Words

extension FaultReport {
  private func kind(_ kind: Problem.Kind) -> Fault.Kind {
    guard isOfInputs else { return .schema }
    return switch kind {
    case .unexpected: .invalid
    case .missing: .missing
    case .unknown: .extra
    }
  }

  private func fault(_ entry: Entry, _ locations: (JSONPointer) -> SourceLocation?) -> Fault {
    let problem = entry.problem
    let secretDepth = secretDepth(of: entry.path)
    let shownPath = shown(entry.path, secretDepth)
    let pointer = JSONPointer(shownPath.map(\.token))
    let isWhole = shownPath.count == entry.path.count
    var fault = Fault(
      kind(problem.kind),
      at: pointer,
      "",
      keyword: problem.keyword,
      schemaLocation: entry.schemaLocation,
      location: nearestLocation(pointer, locations)
    )
    fault.expected = problem.expected
    if let value = problem.value {
      fault.got = secretDepth == nil ? FaultText.shown(value) : FaultText.masked
    }
    if secretDepth == nil { fault.nearest = problem.nearest }
    fault.message = message(of: entry, isWhole: isWhole, fault)
    return fault
  }

  private func message(of entry: Entry, isWhole: Bool, _ fault: Fault) -> String {
    let problem = entry.problem
    let noun = isOfInputs && entry.path.count == 1 ? "input" : "key"
    switch problem.kind {
    case .missing:
      let name = entry.path.last?.token ?? ""
      return "missing \(noun) `\(name)`" + (problem.expected.map { ": \($0)" } ?? "")
    case .unknown:
      guard isWhole, let name = entry.path.last?.token else { return "a key in it is not known" }
      let hint = fault.nearest.map { "; did you mean `\($0)`?" } ?? problem.hint
      return "unknown \(noun) `\(name)`\(hint)"
    case .unexpected:
      if let message = problem.message { return message }
      var text = "expected \(problem.expected ?? "another value")"
      if let got = fault.got { text += ", got \(got)" }
      if let nearest = fault.nearest { text += "; did you mean \"\(nearest)\"?" }
      return text
    }
  }

  /// Where a place is written, or for what is missing the place around it.
  private func nearestLocation(
    _ pointer: JSONPointer,
    _ locations: (JSONPointer) -> SourceLocation?
  ) -> SourceLocation? {
    var tokens = pointer.tokens
    while true {
      if let location = locations(JSONPointer(tokens)) { return location }
      if tokens.popLast() == nil { return nil }
    }
  }

  /// How many steps lead to the first secret on a path; nil if there is none.
  private func secretDepth(of path: [Step]) -> Int? {
    guard !secrets.isEmpty else { return nil }
    let tokens = path.map(\.token)
    return (0...tokens.count).first { secrets.contains(Array(tokens.prefix($0))) }
  }

  /// A path without the names that somebody gave inside a secret.
  private func shown(_ path: [Step], _ secretDepth: Int?) -> ArraySlice<Step> {
    guard let secretDepth else { return path[...] }
    let hidden = path[secretDepth...].firstIndex { !$0.isDeclared }
    return path[..<(hidden ?? path.endIndex)]
  }
}
