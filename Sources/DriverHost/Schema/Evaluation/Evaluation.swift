/// One run of a program over one value.
///
/// The same code answers whether the value is valid, at once and without an allocation, and
/// collects all faults: `isCollecting` tells the two apart.
struct Evaluation {
  /// Why a run was given up; what it has found until then says nothing.
  enum Stop {
    /// The value or the schemas nest too deep.
    case depth
    /// The schemas take too many steps.
    case work
    /// A regular expression alone took too many steps.
    case pattern(ECMARegex)
    /// A regular expression took too much memory.
    case memory(ECMARegex)
  }

  let program: SchemaProgram
  var isCollecting: Bool
  var report: FaultReport
  private(set) var stop: Stop?

  private var depth = 0
  private var work = 0
  /// The resources on the way, outermost first, for `$dynamicRef`.
  private var scope: [Int] = []

  /// How many schemas may be applied inside each other: a stack frame each.
  static let maximumDepth = 512
  /// How many schemas may be applied in all: a second, which only a schema made for it needs.
  private let maximumWork: Int
  /// How many steps the patterns for one name may take.
  static let maximumPatternWork = 1_000_000

  init(
    _ program: SchemaProgram,
    collecting report: FaultReport? = nil,
    maximumWork: Int = 20_000_000
  ) {
    self.program = program
    self.maximumWork = maximumWork
    isCollecting = report != nil
    self.report = report ?? FaultReport()
  }

  /// Applies a schema to the whole value.
  mutating func run(_ root: Int, _ value: Value) -> Bool {
    var evaluated = EvaluatedSet(isTracking: false)
    let isValid = evaluate(root, value, &evaluated)
    guard let stop else { return isValid }
    if isCollecting {
      report.entries = []
      let problem = FaultReport.Problem(keyword: Evaluation.keyword(stop), message: words(stop))
      report.add(problem, schema: program.nodes[root].location)
    }
    return false
  }

  /// Applies only those keywords of a schema that apply others to the same value.
  ///
  /// Nothing is collected.
  mutating func runInPlace(_ root: Int, _ value: Value) -> Bool {
    let node = program.nodes[root]
    guard let keywords = node.inPlace else { return true }
    var evaluated = EvaluatedSet(isTracking: false)
    return applyInPlace(keywords, value, node, &evaluated) && stop == nil
  }

  /// Applies a schema to a value; what it looks at goes into `evaluated`.
  mutating func evaluate(_ index: Int, _ value: Value, _ evaluated: inout EvaluatedSet) -> Bool {
    let node = program.nodes[index]
    if let always = node.always {
      if !always, isCollecting {
        fail("false", message: "nothing is allowed here", node)
      }
      return always
    }
    guard begin() else { return false }
    let isOuter = program.isDynamic && scope.last != node.resource
    if isOuter { scope.append(node.resource) }
    defer {
      depth -= 1
      if isOuter { scope.removeLast() }
    }
    if isCollecting, node.isSecret { report.markSecret() }
    guard node.tracks else { return apply(node, value, &evaluated) }
    var own = EvaluatedSet(isTracking: true)
    var isValid = apply(node, value, &own)
    if isValid || isCollecting { isValid = applyUnevaluated(node, value, &own) && isValid }
    evaluated.formUnion(own)
    return isValid
  }

  private mutating func begin() -> Bool {
    if stop != nil { return false }
    depth += 1
    work += 1
    if depth > Evaluation.maximumDepth {
      stop = .depth
    } else if work > maximumWork {
      stop = .work
    } else {
      return true
    }
    depth -= 1
    return false
  }

  private mutating func apply(
    _ node: SchemaNode,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    guard hasType(node, value) else {
      // What is in it makes no difference any more.
      evaluated.insertAll()
      if isCollecting { fail("type", expected: expectedTypes(node), value, node) }
      return false
    }
    var isValid = true
    if let constant = node.constant, !constant.contains(value) {
      guard isCollecting else { return false }
      isValid = false
      failChoice("const", constant, value, node)
    } else if let enumeration = node.enumeration, !enumeration.contains(value) {
      guard isCollecting else { return false }
      isValid = false
      failChoice("enum", enumeration, value, node)
    }
    switch value {
    case .null, .bool: break
    case .int, .double, .decimal:
      if let keywords = node.number { isValid = check(keywords, value, node) && isValid }
    case .string(let text):
      if let keywords = node.string { isValid = check(keywords, text, value, node) && isValid }
    case .bytes(let bytes):
      if let keywords = node.string { isValid = check(keywords, bytes, value, node) && isValid }
    case .list(let items):
      if let keywords = node.array {
        isValid = check(keywords, items, value, node, &evaluated) && isValid
      }
    case .map(let members):
      if let keywords = node.object {
        isValid = check(keywords, members, value, node, &evaluated) && isValid
      }
    case .json(let text): return apply(node, text.value, &evaluated)
    }
    guard isValid || isCollecting, let keywords = node.inPlace else { return isValid }
    return applyInPlace(keywords, value, node, &evaluated) && isValid
  }

  private func hasType(_ node: SchemaNode, _ value: Value) -> Bool {
    if node.types == .any { return true }
    switch value {
    case .int: return node.types.contains(.integer)
    case .string: return node.types.contains(.string)
    case .bytes: return node.takesBytes && node.types.contains(.string)
    case .decimal where node.takesDecimals && node.types.contains(.string): return true
    case .json(let text): return hasType(node, text.value)
    default: return !node.types.isDisjoint(with: JSONTypes(of: value))
    }
  }

  private func expectedTypes(_ node: SchemaNode) -> String {
    guard node.types == .string else { return node.types.inWords }
    if node.takesDecimals { return "a decimal number as a string" }
    return node.takesBytes ? "bytes as a base64 string" : node.types.inWords
  }
}

// MARK: - Dynamic references

extension Evaluation {
  /// The schema that a `$dynamicRef` means on this way: that of the outermost resource which has
  /// the anchor (JSON Schema core, 8.2.3.2).
  func target(of reference: DynamicReference) -> Int {
    guard let anchor = reference.anchor else { return reference.initial }
    for resource in scope {
      if let node = program.dynamicAnchors[resource][anchor] { return node }
    }
    return reference.initial
  }
}

// MARK: - Faults

extension Evaluation {
  mutating func stopAtDepth() {
    if stop == nil { stop = .depth }
  }

  /// Whether a pattern is found in a text; a pattern over its limit ends the run.
  mutating func matches(_ pattern: ECMARegex, _ text: String) -> Bool {
    let before = maximumWork - work
    var remaining = before
    defer { work = maximumWork - remaining }
    switch pattern.match(text, work: &remaining) {
    case .matched: return true
    case .notMatched: return false
    case .overWork:
      // Who has taken most of it is to blame.
      if stop == nil { stop = before > maximumWork / 2 ? .pattern(pattern) : .work }
      return false
    case .overMemory:
      if stop == nil { stop = .memory(pattern) }
      return false
    }
  }

  /// Adds a fault of a keyword at this place.
  mutating func fail(
    _ keyword: String,
    expected: String? = nil,
    _ value: Value? = nil,
    message: String? = nil,
    nearest: String? = nil,
    _ node: SchemaNode
  ) {
    let problem = FaultReport.Problem(
      keyword: keyword,
      expected: expected,
      value: value,
      message: message,
      nearest: nearest
    )
    let suffix = keyword == "false" ? "" : "/" + JSONPointer.escaped(keyword)
    report.add(problem, schema: node.location + suffix)
  }

  private mutating func failChoice(
    _ keyword: String,
    _ choice: Choice,
    _ value: Value,
    _ node: SchemaNode
  ) {
    let nearest = value.stringValue.flatMap { text in
      NearestName.of(text, among: choice.values.lazy.compactMap(\.stringValue))
    }
    fail(keyword, expected: FaultText.allowed(choice.values), value, nearest: nearest, node)
  }

  private static func keyword(_ stop: Stop) -> String {
    switch stop {
    case .depth, .work: "$ref"
    case .pattern, .memory: "pattern"
    }
  }

  private func words(_ stop: Stop) -> String {
    switch stop {
    case .depth:
      """
      the value and its schema nest deeper than \(Evaluation.maximumDepth) levels, so that it \
      cannot be checked
      """
    case .work:
      "the schema takes more than \(maximumWork) steps on this value"
    case .pattern(let pattern):
      """
      the pattern `\(pattern.source)` takes too long on this value, so that it cannot be checked; \
      write it with less repetition inside repetition
      """
    case .memory(let pattern):
      """
      the pattern \(FaultText.name(pattern.source)) takes more than \
      \(PCRE2Pattern.heapLimitMiB) MiB of memory on this value, so that it cannot be checked; \
      give a shorter text, or write the pattern with less in its repeated groups
      """
    }
  }
}
